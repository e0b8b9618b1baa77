"""Functions are created, read, changed, listed and deleted as the API reference says."""

from __future__ import annotations

import base64
import hashlib
import urllib.request

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from course.cloud.api.protocol import model
from course.cloud.api.validation import _make

ECHO = "def handler(event, context): return event"
ONE = "def handler(event, context): return 1"
TWO = "def handler(event, context): return 2"


def refusal(call, **arguments):
    """Code, status and message of the error that a call raises."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]


def test_a_new_function_is_described_with_its_defaults(api, role, pack):
    data = pack(app=ECHO)
    made = api.create_function(
        FunctionName="f", Runtime="python3.12", Handler="app.handler", Role=role, Code={"ZipFile": data}
    )
    assert made.pop("ResponseMetadata")["HTTPStatusCode"] == 201
    revision, modified = made.pop("RevisionId"), made.pop("LastModified")
    assert len(revision) == 36
    assert modified.endswith("+0000")
    assert made == {
        "FunctionName": "f",
        "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Runtime": "python3.12",
        "Role": role,
        "Handler": "app.handler",
        "CodeSize": len(data),
        "CodeSha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"},
        "RuntimeVersionConfig": {
            "RuntimeVersionArn": made["RuntimeVersionConfig"]["RuntimeVersionArn"],
        },
    }


def test_every_waiter_of_the_sdk_is_content_at_once(api, deploy):
    deploy(ECHO)
    for name in ("function_active_v2", "function_updated_v2", "function_exists"):
        api.get_waiter(name).wait(FunctionName="f", WaiterConfig={"MaxAttempts": 1, "Delay": 0})


def test_the_code_that_was_uploaded_can_be_had_back(api, deploy, pack):
    data = pack(app=ECHO)
    deploy(ECHO, Code={"ZipFile": data}, Tags={"team": "blue"})
    got = api.get_function(FunctionName="f")
    assert got["Code"]["RepositoryType"] == "S3"
    with urllib.request.urlopen(got["Code"]["Location"]) as answer:
        assert answer.read() == data
    assert got["Tags"] == {"team": "blue"}
    assert got["Configuration"]["FunctionName"] == "f"


def test_a_function_can_be_named_by_name_partial_arn_and_arn(api, deploy, invoke):
    deploy(ECHO)
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    for name in ("f", "f:$LATEST", "123456789012:function:f", "function:f", arn, f"{arn}:$LATEST"):
        shown = api.get_function_configuration(FunctionName=name)["FunctionArn"]
        assert shown == (f"{arn}:$LATEST" if name.endswith("$LATEST") else arn)
        assert invoke(name, 5).payload == 5


def test_an_arn_of_another_account_is_refused(api):
    arn = "arn:aws:lambda:us-east-1:111111111111:function:f"
    assert refusal(api.get_function, FunctionName=arn)[:2] == ("AccessDeniedException", 403)


def test_a_second_function_of_the_same_name_is_a_conflict(deploy, invoke):
    deploy(ONE)
    code, status, message = refusal(lambda: deploy(TWO))
    assert (code, status, message) == ("ResourceConflictException", 409, "Function already exist: f")
    assert invoke().payload == 1


def test_a_deleted_function_is_gone_and_its_name_is_free(api, deploy, invoke):
    deploy(ONE)
    assert invoke().payload == 1
    assert api.delete_function(FunctionName="f")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refusal(api.get_function, FunctionName="f")[0] == "ResourceNotFoundException"
    assert refusal(api.invoke, FunctionName="f")[0] == "ResourceNotFoundException"
    deploy(TWO)
    assert invoke().payload == 2


def test_functions_are_listed_in_pages(api, deploy):
    names = [f"f{number:02}" for number in range(7)]
    for name in reversed(names):
        deploy(ECHO, name=name)
    pages = list(api.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 3}))
    assert [[f["FunctionName"] for f in page["Functions"]] for page in pages] == [
        names[:3],
        names[3:6],
        names[6:],
    ]
    assert "NextMarker" not in pages[-1]


def test_a_list_of_nothing_is_an_empty_list(api):
    answer = api.list_functions()
    assert answer["Functions"] == []
    assert "NextMarker" not in answer


def test_a_function_has_its_latest_version_only(api, deploy):
    deploy(ECHO)
    (version,) = api.list_versions_by_function(FunctionName="f")["Versions"]
    assert version["Version"] == "$LATEST"
    assert version["FunctionArn"].endswith(":function:f:$LATEST")


def test_new_code_runs_from_the_next_invocation_and_that_is_cold(cloud, api, deploy, invoke, pack):
    deploy(ONE)
    before = api.get_function_configuration(FunctionName="f")
    assert [invoke().payload, invoke().payload] == [1, 1]
    after = api.update_function_code(FunctionName="f", ZipFile=pack(app=TWO))
    assert invoke().payload == 2
    assert after["CodeSha256"] != before["CodeSha256"]
    assert after["RevisionId"] != before["RevisionId"]
    assert [r.cold for r in cloud.ledger.records() if r.phase == "INVOKE"] == [True, False, True]


def test_new_configuration_holds_from_the_next_invocation_and_that_is_cold(cloud, api, deploy, invoke):
    deploy("import os\ndef handler(event, context): return os.environ.get('COLOUR')")
    assert invoke().payload is None
    api.update_function_configuration(FunctionName="f", Environment={"Variables": {"COLOUR": "red"}})
    assert invoke().payload == "red"
    api.update_function_configuration(FunctionName="f", Description="another", MemorySize=256)
    assert invoke().payload == "red"
    assert [r.cold for r in cloud.ledger.records() if r.phase == "INVOKE"] == [True, True, True]
    shown = api.get_function_configuration(FunctionName="f")
    assert (shown["Description"], shown["MemorySize"], shown["Timeout"]) == ("another", 256, 3)


def test_a_dry_run_of_new_code_changes_nothing(api, deploy, invoke, pack):
    deploy(ONE)
    before = api.get_function_configuration(FunctionName="f")
    tried = api.update_function_code(FunctionName="f", ZipFile=pack(app=TWO), DryRun=True)
    assert tried["CodeSha256"] != before["CodeSha256"]
    assert api.get_function_configuration(FunctionName="f")["RevisionId"] == before["RevisionId"]
    assert invoke().payload == 1


def test_an_update_that_names_an_old_revision_is_refused(api, deploy, pack):
    deploy(ECHO)
    old = api.get_function_configuration(FunctionName="f")["RevisionId"]
    new = api.update_function_configuration(FunctionName="f", RevisionId=old, Timeout=5)["RevisionId"]
    for call, change in (
        (api.update_function_configuration, {"Timeout": 6}),
        (api.update_function_code, {"ZipFile": pack(app=TWO)}),
    ):
        code, status, message = refusal(call, FunctionName="f", RevisionId=old, **change)
        assert (code, status) == ("PreconditionFailedException", 412)
        assert message == (
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )
    assert api.get_function_configuration(FunctionName="f")["RevisionId"] == new


def test_code_can_come_from_s3(cloud, api, deploy, invoke, pack):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="packages")
    s3.put_bucket_versioning(Bucket="packages", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="packages", Key="a/code.zip", Body=pack(app=ONE))["VersionId"]
    s3.put_object(Bucket="packages", Key="a/code.zip", Body=pack(app=TWO))
    deploy("", Code={"S3Bucket": "packages", "S3Key": "a/code.zip"})
    assert invoke().payload == 2
    api.update_function_code(FunctionName="f", S3Bucket="packages", S3Key="a/code.zip", S3ObjectVersion=first)
    assert invoke().payload == 1


def test_reserved_variables_are_refused_by_name(deploy):
    code, status, message = refusal(
        lambda: deploy(ECHO, Environment={"Variables": {"AWS_REGION": "x", "MINE": "y"}})
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert message.endswith("Reserved keys used in this request: AWS_REGION")


def test_variables_may_take_four_kilobytes_as_json(deploy):
    room = 4096 - len('{"NAME":""}')
    assert deploy(ECHO, Environment={"Variables": {"NAME": "x" * room}}) == "f"
    code, status, message = refusal(
        lambda: deploy(ECHO, name="g", Environment={"Variables": {"NAME": "x" * (room + 1)}})
    )
    assert (code, status) == ("InvalidParameterValueException", 400)
    assert message.endswith('exceeded the 4KB limit. String measured: {"NAME":"' + "x" * (room + 1) + '"}')


def test_a_container_image_is_refused_with_the_reason(api, role):
    code, status, message = refusal(
        api.create_function,
        FunctionName="f",
        PackageType="Image",
        Code={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest"},
        Role=role,
    )
    assert (code, status) == ("NotImplementedException", 501)
    assert message.startswith("Container images are not offered by this cloud")


def test_a_runtime_of_another_language_is_refused_with_the_reason(deploy):
    code, status, message = refusal(lambda: deploy(ECHO, Runtime="nodejs22.x"))
    assert (code, status) == ("NotImplementedException", 501)
    assert "python3.13" in message


def test_a_role_that_is_absent_or_not_for_lambda_is_refused(cloud, deploy, role):
    cloud.client("iam").create_role(
        RoleName="other",
        AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
        '"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}',
    )
    for arn in ("arn:aws:iam::123456789012:role/absent", "arn:aws:iam::123456789012:role/other"):
        assert refusal(lambda arn=arn: deploy(ECHO, Role=arn)) == (
            "InvalidParameterValueException",
            400,
            "The role defined for the function cannot be assumed by Lambda.",
        )


def test_two_breaches_are_told_in_one_sentence(cloud, deploy):
    deploy(ECHO)
    api = cloud.client("lambda", config=Config(parameter_validation=False))
    message = refusal(api.update_function_configuration, FunctionName="f", Timeout=0, MemorySize=64)[2]
    assert message == (
        "2 validation errors detected: Value '0' at 'timeout' failed to satisfy constraint: Member must have value "
        "greater than or equal to 1; Value '64' at 'memorySize' failed to satisfy constraint: Member must have value "
        "greater than or equal to 128"
    )


def test_limits_of_managed_instances_are_not_those_of_functions(api, deploy):
    deploy(ECHO, Timeout=900, MemorySize=10_240)
    late = refusal(api.update_function_configuration, FunctionName="f", Timeout=901)
    assert late[0] == "ValidationException"
    assert late[2].endswith(
        "at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900"
    )
    large = refusal(api.update_function_configuration, FunctionName="f", MemorySize=10_241)
    assert large[0] == "ValidationException"
    assert large[2].endswith("Member must have value less than or equal to 10240")


def test_every_pattern_of_the_model_can_be_matched(api, deploy, invoke):
    names = [name for name in model().shape_names if "pattern" in model().shape_for(name).metadata]
    assert len(names) > 50
    for name in names:
        assert _make(model().shape_for(name))
    deploy(ECHO, Tags={"équipe 1": "bleu clair_2"})
    assert api.get_function(FunctionName="f")["Tags"] == {"équipe 1": "bleu clair_2"}


@pytest.mark.parametrize("member", ["../outside.py", "/tmp/outside.py", "a/../../outside.py"])
def test_a_package_that_leaves_its_folder_is_refused(deploy, pack, member):
    code, _, message = refusal(lambda: deploy("", Code={"ZipFile": pack(**{"app.py": ECHO, member: "x"})}))
    assert code == "InvalidParameterValueException"
    assert message.startswith("Could not unzip uploaded file")


def test_a_zip_of_over_fifty_megabytes_is_refused(deploy):
    code, status, message = refusal(lambda: deploy("", Code={"ZipFile": bytes(52_428_801)}))
    assert (code, status) == ("RequestEntityTooLargeException", 413)
    assert message == "Zipped size must be smaller than 52428800 bytes"
