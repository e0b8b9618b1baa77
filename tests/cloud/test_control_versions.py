"""Versions keep what they were published from, and answer under their own names."""

from __future__ import annotations

import urllib.request

import pytest
from botocore.exceptions import ClientError

ONE = "def handler(event, context): return [1, context.function_version, context.invoked_function_arn]"
TWO = "def handler(event, context): return [2, context.function_version, context.invoked_function_arn]"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"


def numbers(api):
    return [version["Version"] for version in api.list_versions_by_function(FunctionName="f")["Versions"]]


def test_a_version_stays_as_it_was_published_when_the_function_changes(api, deploy, invoke, pack):
    data = pack(app=ONE)
    deploy(ONE, Code={"ZipFile": data}, Environment={"Variables": {"STAGE": "old"}}, Description="first")
    published = api.publish_version(FunctionName="f", Description="the one")
    assert published["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (published["Version"], published["FunctionArn"]) == ("1", f"{ARN}:1")
    assert (published["Description"], published["State"]) == ("the one", "Active")
    api.update_function_code(FunctionName="f", ZipFile=pack(app=TWO))
    api.update_function_configuration(FunctionName="f", Environment={"Variables": {"STAGE": "new"}})
    kept = api.get_function_configuration(FunctionName="f", Qualifier="1")
    for member in ("CodeSha256", "Environment", "Description", "RevisionId", "LastModified", "FunctionArn"):
        assert kept[member] == published[member]
    assert invoke("f", Qualifier="1").payload == [1, "1", f"{ARN}:1"]
    assert invoke(f"{ARN}:1").version == "1"
    assert invoke("f").payload == [2, "$LATEST", ARN]
    assert invoke("f", Qualifier="$LATEST").payload == [2, "$LATEST", f"{ARN}:$LATEST"]
    code = api.get_function(FunctionName="f:1")["Code"]["Location"]
    with urllib.request.urlopen(code) as answer:
        assert answer.read() == data


def test_the_answers_for_latest_and_for_no_qualifier_differ_in_the_arn_only(api, deploy):
    deploy(ONE)
    bare = api.get_function_configuration(FunctionName="f")
    named = api.get_function_configuration(FunctionName="f", Qualifier="$LATEST")
    assert (bare.pop("FunctionArn"), named.pop("FunctionArn")) == (ARN, f"{ARN}:$LATEST")
    assert bare.pop("ResponseMetadata")
    assert named.pop("ResponseMetadata")
    assert bare == named


def test_publishing_the_same_again_gives_the_same_version(api, deploy):
    deploy(ONE)
    first = api.publish_version(FunctionName="f", Description="a")
    again = api.publish_version(FunctionName="f", Description="b")
    assert again["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (again["Version"], again["RevisionId"], again["Description"]) == ("1", first["RevisionId"], "a")
    api.update_function_configuration(FunctionName="f", Timeout=4)
    assert api.publish_version(FunctionName="f")["Version"] == "2"
    assert numbers(api) == ["$LATEST", "1", "2"]


def test_a_number_is_never_given_twice(api, deploy):
    deploy(ONE)
    api.publish_version(FunctionName="f")
    assert api.delete_function(FunctionName="f", Qualifier="1")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert numbers(api) == ["$LATEST"]
    assert api.publish_version(FunctionName="f")["Version"] == "2"
    with pytest.raises(ClientError, match=f"Function not found: {ARN}:1"):
        api.get_function(FunctionName="f", Qualifier="1")


def test_deleting_a_version_that_is_not_there_is_no_error(api, deploy):
    deploy(ONE)
    assert api.delete_function(FunctionName="f", Qualifier="7")["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert numbers(api) == ["$LATEST"]


def test_a_function_can_be_published_as_it_is_created_and_as_its_code_changes(api, deploy, role, pack):
    made = api.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": pack(app=ONE)},
        Publish=True,
    )
    # As recorded 2025-11-25: the version's number, and yet the function's own ARN.
    assert (made["Version"], made["FunctionArn"]) == ("1", ARN)
    updated = api.update_function_code(FunctionName="f", ZipFile=pack(app=TWO), Publish=True)
    assert (updated["Version"], updated["FunctionArn"]) == ("2", f"{ARN}:2")
    assert numbers(api) == ["$LATEST", "1", "2"]


def test_publishing_gives_latest_a_new_revision_but_no_new_environment(api, deploy, invoke):
    deploy("import os\ndef handler(event, context): return os.environ['AWS_LAMBDA_LOG_STREAM_NAME']")
    revision = api.get_function_configuration(FunctionName="f")["RevisionId"]
    before = invoke().payload
    api.publish_version(FunctionName="f", RevisionId=revision)
    assert api.get_function_configuration(FunctionName="f")["RevisionId"] != revision
    assert invoke().payload == before


def test_lists_are_paged_and_leave_out_the_state(api, deploy):
    deploy(ONE)
    for timeout in (4, 5, 6):
        api.update_function_configuration(FunctionName="f", Timeout=timeout)
        api.publish_version(FunctionName="f")
    pages = api.get_paginator("list_versions_by_function").paginate(
        FunctionName="f", PaginationConfig={"PageSize": 3}
    )
    shown = [page["Versions"] for page in pages]
    assert [len(page) for page in shown] == [3, 1]
    versions = [version for page in shown for version in page]
    assert [version["Timeout"] for version in versions] == [6, 4, 5, 6]
    assert [version["FunctionArn"][len(ARN) :] for version in versions] == [":$LATEST", ":1", ":2", ":3"]
    assert not {"State", "LastUpdateStatus", "RuntimeVersionConfig"} & versions[0].keys()


@pytest.mark.parametrize(
    ("operation", "part", "choice"),
    [
        ("list_versions_by_function", "Versions", {"FunctionName": "f"}),
        ("list_functions", "Functions", {"FunctionVersion": "ALL"}),
    ],
)
def test_versions_that_are_deleted_between_pages_make_none_skipped(api, deploy, operation, part, choice):
    deploy(ONE)
    for number in range(11):
        api.update_function_configuration(FunctionName="f", Description=str(number))
        api.publish_version(FunctionName="f")
    seen = []
    for found in api.get_paginator(operation).paginate(**choice, PaginationConfig={"PageSize": 3}):
        for version in found[part]:
            seen.append(version["Version"])
            if version["Version"] != "$LATEST":
                api.delete_function(FunctionName="f", Qualifier=version["Version"])
    assert seen == ["$LATEST", *(str(number) for number in range(1, 12))]


def test_all_versions_of_all_functions_can_be_listed(api, deploy):
    deploy(ONE, name="b")
    deploy(ONE, name="a", Publish=True)
    shown = api.list_functions(FunctionVersion="ALL")["Functions"]
    assert [(one["FunctionName"], one["Version"]) for one in shown] == [
        ("a", "$LATEST"),
        ("a", "1"),
        ("b", "$LATEST"),
    ]
    assert [one["FunctionArn"].rpartition(":")[2] for one in shown] == ["$LATEST", "1", "$LATEST"]
    assert [one["FunctionArn"].rpartition(":")[2] for one in api.list_functions()["Functions"]] == ["a", "b"]


def test_the_waiters_of_the_sdk_are_content(api, deploy):
    deploy(ONE, Publish=True)
    at_once = {"MaxAttempts": 1, "Delay": 0}
    for name in ("function_active_v2", "function_updated_v2", "function_exists", "function_active"):
        api.get_waiter(name).wait(FunctionName="f", WaiterConfig=at_once)
    api.get_waiter("published_version_active").wait(FunctionName="f", Qualifier="1", WaiterConfig=at_once)


def test_what_is_changed_in_a_version_is_refused(api, deploy):
    deploy(ONE, Publish=True)
    with pytest.raises(ClientError, match="permitted on Lambda functions only"):
        api.update_function_configuration(FunctionName="f:1", Timeout=9)
    assert api.get_function_configuration(FunctionName="f:1")["Timeout"] == 3
