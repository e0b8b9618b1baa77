"""What Lambda keeps of a function for other services: its network, its key, its dead-letter queue; and takes back."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

ECHO = "def handler(event, context): return event"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:dead"


@pytest.fixture
def network(cloud):
    """Two subnets and a security group in a network of their own."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        for number in (1, 2)
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName="g", Description="d")["GroupId"]
    return vpc, subnets, group


def shown(api, name="f"):
    return api.get_function_configuration(FunctionName=name)


def test_a_function_in_a_network_says_which_and_runs(api, deploy, invoke, network):
    vpc, subnets, group = network
    deploy(ECHO, VpcConfig={"SubnetIds": subnets, "SecurityGroupIds": [group]})
    # As the service was seen to answer on 2025-11-25.
    assert shown(api)["VpcConfig"] == {
        "Ipv6AllowedForDualStack": False,
        "SecurityGroupIds": [group],
        "SubnetIds": subnets,
        "VpcId": vpc,
    }
    assert invoke("f", 1).payload == 1
    version = api.publish_version(FunctionName="f")
    assert version["VpcConfig"]["VpcId"] == vpc


def test_a_function_enters_another_network_and_leaves_it(api, deploy, invoke, network):
    vpc, subnets, group = network
    deploy(ECHO)
    assert "VpcConfig" not in shown(api)
    arguments = {"SubnetIds": subnets[:1], "SecurityGroupIds": [group]}
    changed = api.update_function_configuration(FunctionName="f", VpcConfig=arguments)
    assert changed["VpcConfig"]["VpcId"] == vpc
    api.update_function_configuration(FunctionName="f", Description="this keeps it")
    assert shown(api)["VpcConfig"]["SubnetIds"] == subnets[:1]
    left = api.update_function_configuration(
        FunctionName="f", VpcConfig={"SubnetIds": [], "SecurityGroupIds": []}
    )
    assert left["VpcConfig"]["VpcId"] == ""
    assert left["VpcConfig"]["SubnetIds"] == left["VpcConfig"]["SecurityGroupIds"] == []
    assert invoke("f", 1).payload == 1


def test_a_function_stays_where_it_is_when_another_network_is_refused(api, deploy, network):
    _, subnets, group = network
    deploy(ECHO, VpcConfig={"SubnetIds": subnets, "SecurityGroupIds": [group]})
    before = shown(api)
    for absent in (
        {"SubnetIds": ["subnet-0absent"], "SecurityGroupIds": [group]},
        {"SubnetIds": subnets, "SecurityGroupIds": ["sg-0absent"]},
    ):
        with pytest.raises(ClientError, match="NotFound"):
            api.update_function_configuration(FunctionName="f", VpcConfig=absent)
    after = shown(api)
    assert (after["VpcConfig"], after["RevisionId"]) == (before["VpcConfig"], before["RevisionId"])


@pytest.mark.parametrize(
    ("member", "value", "nothing"),
    [
        ("KMSKeyArn", KEY, ""),
        ("DeadLetterConfig", {"TargetArn": QUEUE}, {"TargetArn": ""}),
        ("DeadLetterConfig", {"TargetArn": QUEUE}, {}),
    ],
)
def test_a_key_and_a_dead_letter_queue_are_set_kept_and_cleared(
    member, value, nothing, api, deploy, invoke, cloud
):
    cloud.client("sqs").create_queue(QueueName="dead")
    deploy(ECHO, name="from-the-start", **{member: value})
    assert shown(api, "from-the-start")[member] == value
    deploy(ECHO)
    assert member not in shown(api)
    assert api.update_function_configuration(FunctionName="f", **{member: value})[member] == value
    api.update_function_configuration(FunctionName="f", Timeout=5)
    assert shown(api)[member] == value
    version = api.publish_version(FunctionName="f")
    assert version[member] == value
    assert member not in api.update_function_configuration(FunctionName="f", **{member: nothing})
    assert member not in shown(api)
    assert api.get_function_configuration(FunctionName="f", Qualifier="1")[member] == value
    assert invoke("f", 1).payload == 1


def test_a_dry_run_of_code_that_is_refused_says_why_and_publishes_nothing(api, deploy, pack):
    deploy(ECHO)
    before = shown(api)
    with pytest.raises(ClientError, match="Could not unzip uploaded file"):
        api.update_function_code(FunctionName="f", ZipFile=b"no zip", DryRun=True)
    api.update_function_code(FunctionName="f", ZipFile=pack(app="x = 1"), DryRun=True, Publish=True)
    versions = api.list_versions_by_function(FunctionName="f")["Versions"]
    assert [one["Version"] for one in versions] == ["$LATEST"]
    assert shown(api) | {"ResponseMetadata": 0} == before | {"ResponseMetadata": 0}
