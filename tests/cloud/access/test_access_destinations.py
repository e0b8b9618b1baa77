"""What Lambda sends in the name of a role: dead letters, records to destinations; and the network it joins."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

FAILS = "def handler(event, context):\n    raise ValueError\n"
WORKS = "def handler(event, context):\n    return 1\n"


def allow(*actions, on="*"):
    return {"Effect": "Allow", "Action": list(actions), "Resource": on}


def refused(call):
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
    return caught.value.response["Error"]["Message"]


def test_a_dead_letter_queue_takes_a_role_that_may_send_there(enforced, api, deploy, queue, grant):
    _, arn = queue()
    letters = {"DeadLetterConfig": {"TargetArn": arn}}
    assert refused(lambda: deploy(FAILS, **letters)) == (
        "The provided execution role does not have permissions to call SendMessage on SQS"
    )
    deploy(FAILS)
    assert "SendMessage on SQS" in refused(
        lambda: api.update_function_configuration(FunctionName="f", **letters)
    )
    grant(allow("sqs:SendMessage", on=arn))
    api.update_function_configuration(FunctionName="f", **letters)


def test_a_dead_letter_topic_asks_for_publish(enforced, deploy):
    topic = enforced.client("sns").create_topic(Name="t")["TopicArn"]
    assert refused(lambda: deploy(FAILS, DeadLetterConfig={"TargetArn": topic})) == (
        "The provided execution role does not have permissions to call Publish on SNS"
    )


def test_a_dead_letter_that_the_role_may_no_longer_send_is_an_error_of_the_metric(
    enforced, api, deploy, queue, grant, left
):
    url, arn = queue()
    grant(allow("sqs:SendMessage", on=arn))
    deploy(FAILS, DeadLetterConfig={"TargetArn": arn})
    api.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0)
    api.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
    assert enforced.settle()
    assert left(url) == (1, 0)
    grant()
    api.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
    assert enforced.settle()
    assert left(url) == (1, 0)
    (entry,) = enforced.ledger.entries("event.undelivered")
    assert entry.details["kind"] == "dead-lettered"
    assert "runner/f is not authorized to perform: sqs:SendMessage" in entry.because
    found = enforced.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="DeadLetterErrors",
        Dimensions=[{"Name": "FunctionName", "Value": "f"}],
        StartTime=enforced.clock.now() - 3600,
        EndTime=enforced.clock.now() + 3600,
        Period=7200,
        Statistics=["Sum"],
    )["Datapoints"]
    assert sum(point["Sum"] for point in found) == 1


@pytest.mark.parametrize("kind", ["sqs", "sns", "lambda", "events"])
def test_a_destination_takes_a_role_that_may_send_there(enforced, api, deploy, queue, grant, kind):
    deploy(WORKS)
    if kind == "lambda":
        deploy(WORKS, "next")
    arn, action = {
        "sqs": (queue()[1], "sqs:SendMessage"),
        "sns": (enforced.client("sns").create_topic(Name="t")["TopicArn"], "sns:Publish"),
        "lambda": ("arn:aws:lambda:us-east-1:123456789012:function:next", "lambda:InvokeFunction"),
        "events": ("arn:aws:events:us-east-1:123456789012:event-bus/default", "events:PutEvents"),
    }[kind]
    wanted = {"FunctionName": "f", "DestinationConfig": {"OnSuccess": {"Destination": arn}}}
    assert action.partition(":")[2] in refused(lambda: api.put_function_event_invoke_config(**wanted))
    grant(allow(action, on=arn))
    api.put_function_event_invoke_config(**wanted)
    api.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
    assert enforced.settle()
    assert enforced.ledger.entries("event.destination")
    grant()
    api.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
    assert enforced.settle()
    (entry,) = enforced.ledger.entries("event.undelivered")
    assert action in entry.because


def test_a_record_goes_to_a_bucket_as_an_object_of_its_own(enforced, api, deploy, grant):
    enforced.client("s3").create_bucket(Bucket="records")
    deploy(FAILS)
    api.put_function_event_invoke_config(
        FunctionName="f",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": "arn:aws:s3:::records"}},
    )
    grant(allow("s3:PutObject", on="arn:aws:s3:::records/aws/lambda/*"))
    api.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}")
    assert enforced.settle()
    assert enforced.client("s3").list_objects_v2(Bucket="records")["KeyCount"] == 1


def test_a_network_takes_a_role_that_may_make_interfaces(enforced, deploy, grant):
    ec2 = enforced.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"VpcConfig": {"SubnetIds": [subnet], "SecurityGroupIds": []}}
    assert refused(lambda: deploy(WORKS, **network)) == (
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2"
    )
    grant(allow("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"))
    deploy(WORKS, **network)


@pytest.mark.parametrize(
    ("condition", "trusted"),
    [
        ({}, True),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:123456789012:function:f"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:123456789012:function:other"}}, False),
    ],
)
def test_a_trust_policy_s_conditions_say_for_which_function_a_role_is(enforced, deploy, condition, trusted):
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": condition,
            }
        ],
    }
    role = enforced.client("iam").create_role(RoleName="narrow", AssumeRolePolicyDocument=json.dumps(trust))[
        "Role"
    ]["Arn"]
    if trusted:
        assert deploy(WORKS, Role=role) == "f"
    else:
        said = refused(lambda: deploy(WORKS, Role=role))
        assert said == "The role defined for the function cannot be assumed by Lambda."


def test_an_explicit_deny_in_a_trust_policy_counts(enforced, deploy):
    statements = [
        {"Effect": effect, "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        for effect in ("Allow", "Deny")
    ]
    role = enforced.client("iam").create_role(
        RoleName="torn",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )["Role"]["Arn"]
    assert "cannot be assumed by Lambda" in refused(lambda: deploy(WORKS, Role=role))
