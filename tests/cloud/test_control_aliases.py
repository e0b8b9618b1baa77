"""Aliases point to versions, share out invocations, and come and go."""

from __future__ import annotations

from collections import Counter

import pytest
from botocore.exceptions import ClientError

WHO = "def handler(event, context): return [context.function_version, context.invoked_function_arn]"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"


@pytest.fixture
def three(api, deploy):
    """A function with versions 1, 2 and 3."""
    deploy(WHO, Publish=True)
    for number in "23":
        api.update_function_configuration(FunctionName="f", Description=number)
        api.publish_version(FunctionName="f")
    return api


def bare(answer):
    return {key: value for key, value in answer.items() if key not in ("ResponseMetadata", "RevisionId")}


def test_an_alias_runs_its_version_and_is_called_by_its_own_arn(three, invoke):
    made = three.create_alias(FunctionName="f", Name="live", FunctionVersion="2", Description="now")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert bare(made) == {
        "AliasArn": f"{ARN}:live",
        "Name": "live",
        "FunctionVersion": "2",
        "Description": "now",
    }
    assert three.get_alias(FunctionName="f", Name="live")["RevisionId"] == made["RevisionId"]
    for name, qualifier in (("f", "live"), ("f:live", None), (f"{ARN}:live", "live")):
        arguments = {"Qualifier": qualifier} if qualifier else {}
        answer = invoke(name, **arguments)
        assert (answer.payload, answer.version) == (["2", f"{ARN}:live"], "2")
    shown = three.get_function(FunctionName="f", Qualifier="live")["Configuration"]
    assert (shown["Version"], shown["FunctionArn"]) == ("2", f"{ARN}:live")


def test_weights_split_the_invocations_of_an_alias(three, invoke):
    three.create_alias(
        FunctionName="f",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.3}},
    )
    count = Counter(invoke("f", Qualifier="live", LogType="None").version for _ in range(100))
    assert set(count) == {"1", "2"}
    assert 10 <= count["2"] <= 50  # 30 expected; further off once in 100,000 runs
    assert invoke("f", Qualifier="live").payload[1] == f"{ARN}:live"


@pytest.mark.parametrize(("weight", "version"), [(1.0, "2"), (0.0, "1")])
def test_a_weight_of_all_or_nothing_is_kept_to(three, invoke, weight, version):
    three.create_alias(
        FunctionName="f",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": weight}},
    )
    assert {invoke("f:live").version for _ in range(10)} == {version}


def test_what_is_not_mentioned_in_a_change_stays(three):
    routing = {"AdditionalVersionWeights": {"2": 0.2}}
    made = three.create_alias(
        FunctionName="f", Name="live", FunctionVersion="1", Description="d", RoutingConfig=routing
    )
    changed = three.update_alias(
        FunctionName="f", Name="live", Description="e", RevisionId=made["RevisionId"]
    )
    assert changed["RevisionId"] != made["RevisionId"]
    assert (changed["RoutingConfig"], changed["FunctionVersion"]) == (routing, "1")
    moved = three.update_alias(FunctionName="f", Name="live", FunctionVersion="3", RoutingConfig={})
    assert "RoutingConfig" not in moved
    assert (moved["FunctionVersion"], moved["Description"]) == ("3", "e")


def test_aliases_are_listed_by_name_and_by_version(three):
    for name, version in (("b", "1"), ("a", "1"), ("c", "2")):
        three.create_alias(FunctionName="f", Name=name, FunctionVersion=version)
    listed = three.list_aliases(FunctionName="f", MaxItems=2)
    assert [alias["Name"] for alias in listed["Aliases"]] == ["a", "b"]
    rest = three.list_aliases(FunctionName="f", Marker=listed["NextMarker"])
    assert [alias["Name"] for alias in rest["Aliases"]] == ["c"]
    assert "NextMarker" not in rest
    one = three.list_aliases(FunctionName="f", FunctionVersion="2")["Aliases"]
    assert [alias["Name"] for alias in one] == ["c"]


def test_a_deleted_alias_takes_with_it_what_was_attached_to_it(three):
    three.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    three.add_permission(
        FunctionName="f", Qualifier="live", StatementId="s", Action="lambda:InvokeFunction", Principal="*"
    )
    three.create_function_url_config(FunctionName="f", Qualifier="live", AuthType="NONE")
    for _ in range(2):  # the second time there is none, which is no error
        gone = three.delete_alias(FunctionName="f", Name="live")
        assert gone["ResponseMetadata"]["HTTPStatusCode"] == 204
    three.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    with pytest.raises(ClientError, match="The resource you requested does not exist"):
        three.get_policy(FunctionName="f", Qualifier="live")
    assert three.list_function_url_configs(FunctionName="f")["FunctionUrlConfigs"] == []


def test_a_version_that_an_alias_reaches_cannot_be_deleted(three):
    three.create_alias(
        FunctionName="f",
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    for version in "12":
        # Seen in many reports of users, 2020 to 2023.
        text = r"Unable to delete version because the following aliases reference it: \[live\]"
        with pytest.raises(ClientError, match=text) as caught:
            three.delete_function(FunctionName="f", Qualifier=version)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    three.delete_function(FunctionName="f", Qualifier="3")


def test_an_alias_may_point_to_latest(three, invoke):
    three.create_alias(FunctionName="f", Name="head", FunctionVersion="$LATEST")
    assert invoke("f:head").payload == ["$LATEST", f"{ARN}:head"]
