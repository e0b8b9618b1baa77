"""Layers are published in versions, lie under /opt in the function's order, and have policies of their own."""

from __future__ import annotations

import base64
import hashlib
import json
import urllib.request

import pytest
from botocore.exceptions import ClientError

ARN = "arn:aws:lambda:us-east-1:123456789012:layer"
SHARED = "import shared\ndef handler(event, context): return shared.NAME"


def publish(api, pack, name="base", text="NAME = 'one'", **arguments):
    return api.publish_layer_version(
        LayerName=name, Content={"ZipFile": pack(**{"python/shared.py": text})}, **arguments
    )


def test_a_published_layer_version_is_described_and_can_be_had_back(api, pack):
    data = pack(**{"python/shared.py": "NAME = 1"})
    made = api.publish_layer_version(
        LayerName="base",
        Description="common code",
        LicenseInfo="MIT",
        Content={"ZipFile": data},
        CompatibleRuntimes=["python3.12"],
        CompatibleArchitectures=["x86_64"],
    )
    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    location = made["Content"].pop("Location")
    assert made.pop("CreatedDate").endswith("+0000")
    assert made == {
        "LayerArn": f"{ARN}:base",
        "LayerVersionArn": f"{ARN}:base:1",
        "Version": 1,
        "Description": "common code",
        "LicenseInfo": "MIT",
        "CompatibleRuntimes": ["python3.12"],
        "CompatibleArchitectures": ["x86_64"],
        "Content": {
            "CodeSize": len(data),
            "CodeSha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        },
    }
    with urllib.request.urlopen(location) as answer:
        assert answer.read() == data
    by_number = api.get_layer_version(LayerName="base", VersionNumber=1)
    by_arn = api.get_layer_version_by_arn(Arn=f"{ARN}:base:1")
    by_name_arn = api.get_layer_version(LayerName=f"{ARN}:base", VersionNumber=1)
    for answer in (by_number, by_arn, by_name_arn):
        assert (answer["LayerVersionArn"], answer["LicenseInfo"]) == (f"{ARN}:base:1", "MIT")


def test_layer_versions_are_listed_newest_first_and_by_what_they_fit(api, pack):
    publish(api, pack, CompatibleRuntimes=["python3.11"])
    publish(api, pack, CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["arm64"])
    publish(api, pack, name="other")
    numbers = [one["Version"] for one in api.list_layer_versions(LayerName="base")["LayerVersions"]]
    assert numbers == [2, 1]
    fitting = api.list_layer_versions(LayerName="base", CompatibleRuntime="python3.11")["LayerVersions"]
    assert [one["Version"] for one in fitting] == [1]
    layers = api.list_layers()["Layers"]
    assert [(one["LayerName"], one["LatestMatchingVersion"]["Version"]) for one in layers] == [
        ("base", 2),
        ("other", 1),
    ]
    assert [one["LayerName"] for one in api.list_layers(CompatibleArchitecture="arm64")["Layers"]] == ["base"]
    assert api.list_layer_versions(LayerName="absent")["LayerVersions"] == []


def test_a_function_imports_what_its_layer_brings(api, deploy, invoke, pack):
    layer = publish(api, pack)
    deploy(SHARED, Layers=[layer["LayerVersionArn"]])
    assert invoke().payload == "one"
    shown = api.get_function_configuration(FunctionName="f")["Layers"]
    assert shown == [{"Arn": f"{ARN}:base:1", "CodeSize": layer["Content"]["CodeSize"]}]


def test_a_layer_may_have_the_folder_that_pip_makes_for_the_runtime_that_the_function_names(
    api, deploy, invoke, pack
):
    data = pack(**{"python/lib/python3.13/site-packages/shared.py": "NAME = 'pip'"})
    made = api.publish_layer_version(LayerName="base", Content={"ZipFile": data})
    deploy(SHARED, Runtime="python3.13", Layers=[made["LayerVersionArn"]])
    assert invoke().payload == "pip"


def test_layer_versions_that_are_deleted_between_pages_make_none_skipped(api, pack):
    for number in range(7):
        publish(api, pack, text=f"NAME = {number}")
    seen = []
    for found in api.get_paginator("list_layer_versions").paginate(
        LayerName="base", PaginationConfig={"PageSize": 2}
    ):
        for version in found["LayerVersions"]:
            seen.append(version["Version"])
            api.delete_layer_version(LayerName="base", VersionNumber=version["Version"])
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_the_later_layer_wins_and_a_change_of_order_counts(api, deploy, invoke, pack):
    one = publish(api, pack, "one")["LayerVersionArn"]
    two = publish(api, pack, "two", "NAME = 'two'")["LayerVersionArn"]
    deploy(SHARED, Layers=[one, two])
    assert invoke().payload == "two"
    api.update_function_configuration(FunctionName="f", Layers=[two, one])
    assert invoke().payload == "one"
    api.update_function_configuration(FunctionName="f", Layers=[])
    assert "Layers" not in api.get_function_configuration(FunctionName="f")
    assert "No module named 'shared'" in invoke().payload["errorMessage"]


def test_a_deleted_layer_version_goes_on_serving_those_who_have_it(api, deploy, invoke, pack):
    layer = publish(api, pack)["LayerVersionArn"]
    deploy(SHARED, Layers=[layer])
    for _ in range(2):  # the second time there is none, which is no error
        gone = api.delete_layer_version(LayerName="base", VersionNumber=1)
        assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert invoke().payload == "one"
    assert api.get_function_configuration(FunctionName="f")["Layers"][0]["Arn"] == layer
    with pytest.raises(ClientError, match=f"Layer version {layer} does not exist"):
        api.update_function_configuration(FunctionName="f", Layers=[layer])
    assert publish(api, pack)["Version"] == 2


def test_a_published_version_keeps_its_layers(api, deploy, invoke, pack):
    one = publish(api, pack)["LayerVersionArn"]
    deploy(SHARED, Layers=[one], Publish=True)
    two = publish(api, pack, text="NAME = 'two'")["LayerVersionArn"]
    api.update_function_configuration(FunctionName="f", Layers=[two])
    assert (invoke("f:1").payload, invoke("f").payload) == ("one", "two")


def test_code_and_layers_together_have_a_limit(api, deploy, pack):
    large = pack(**{"zeros.bin": bytes(130 * 1024 * 1024)})  # nearly nothing in the zip's compressed form
    layer = api.publish_layer_version(LayerName="large", Content={"ZipFile": _squeezed(large)})
    with pytest.raises(ClientError, match="Function code combined with layers exceeds"):
        deploy(SHARED, Code={"ZipFile": _squeezed(large)}, Layers=[layer["LayerVersionArn"]])
    assert api.list_functions()["Functions"] == []


def test_a_layer_policy_grows_and_shrinks_with_its_revision(api, pack):
    publish(api, pack)
    version = {"LayerName": "base", "VersionNumber": 1}
    added = api.add_layer_version_permission(
        **version,
        StatementId="team",
        Action="lambda:GetLayerVersion",
        Principal="*",
        OrganizationId="o-1234567890",
    )
    policy = api.get_layer_version_policy(**version)
    assert policy["RevisionId"] == added["RevisionId"]
    assert json.loads(policy["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [json.loads(added["Statement"])],
    }
    assert json.loads(added["Statement"]) == {
        "Sid": "team",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:GetLayerVersion",
        "Resource": f"{ARN}:base:1",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
    }
    api.remove_layer_version_permission(**version, StatementId="team", RevisionId=added["RevisionId"])
    with pytest.raises(ClientError, match="No policy is associated"):
        api.get_layer_version_policy(**version)


def _squeezed(data):
    import io
    import zipfile

    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return stream.getvalue()
