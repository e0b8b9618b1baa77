"""What other services may push: a function takes it by its policy, queues and topics by theirs, a role by its own."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
RULE = "arn:aws:events:us-east-1:123456789012:rule/r"
ORDER = {"Source": "shop", "DetailType": "order", "Detail": "{}"}


@pytest.fixture
def catcher(deploy, grant):
    """A function that any service may be let into, and which may write its log."""
    deploy("import json\ndef handler(event, context):\n    print('GOT', json.dumps(event))\n")
    grant({"Effect": "Allow", "Action": "logs:*", "Resource": "*"})


@pytest.fixture
def permit(api):
    def permitted(service, sid="s", **more):
        api.add_permission(
            FunctionName="f", StatementId=sid, Action="lambda:InvokeFunction", Principal=service, **more
        )

    return permitted


@pytest.fixture
def open_queue(enforced):
    """Let a service send to the queue q, from one source."""

    def opened(url, service, source="*", **condition):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": QUEUE,
            "Condition": {"ArnLike": {"aws:SourceArn": source}, **condition},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        enforced.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    return opened


def refused(call):
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]


def failures(cloud):
    assert cloud.settle()
    return [entry.because for entry in cloud.ledger.entries("delivery.failed")]


def test_a_topic_reaches_a_function_that_lets_it_in(enforced, catcher, permit, events):
    sns = enforced.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)
    sns.publish(TopicArn=topic, Message="one")
    assert failures(enforced) == [
        f"User: sns.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: {FUNCTION} "
        "because no resource-based policy allows the lambda:InvokeFunction action"
    ]
    permit("sns.amazonaws.com", SourceArn=topic)
    sns.publish(TopicArn=topic, Message="two")
    assert len(failures(enforced)) == 1
    assert [event["Records"][0]["Sns"]["Message"] for event in events()] == ["two"]


def test_a_permission_for_one_topic_is_none_for_another(enforced, catcher, permit, events):
    sns = enforced.client("sns")
    news, other = (sns.create_topic(Name=name)["TopicArn"] for name in ("news", "other"))
    permit("sns.amazonaws.com", SourceArn=other)
    sns.subscribe(TopicArn=news, Protocol="lambda", Endpoint=FUNCTION)
    sns.publish(TopicArn=news, Message="one")
    assert len(failures(enforced)) == 1
    assert events() == []


def test_a_topic_reaches_a_queue_whose_policy_lets_it_in(enforced, queue, open_queue, left):
    url, _ = queue()
    sns = enforced.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE)
    sns.publish(TopicArn=topic, Message="one")
    assert "sqs:SendMessage" in failures(enforced)[0]
    assert left(url) == (0, 0)
    open_queue(url, "sns.amazonaws.com", topic)
    sns.publish(TopicArn=topic, Message="two")
    assert enforced.settle()
    assert left(url) == (1, 0)


def test_a_bucket_is_not_told_to_call_whom_it_may_not(enforced, catcher, permit, events):
    s3 = enforced.client("s3")
    s3.create_bucket(Bucket="photos")
    configuration = {
        "LambdaFunctionConfigurations": [
            {"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]},
        ]
    }

    def put():
        s3.put_bucket_notification_configuration(Bucket="photos", NotificationConfiguration=configuration)

    error = refused(put)
    assert error["Code"] == "InvalidArgument"
    assert error["Message"] == "Unable to validate the following destination configurations"
    assert error["ArgumentValue1"] == f"Not authorized to invoke function [{FUNCTION}]"
    permit("s3.amazonaws.com", SourceArn="arn:aws:s3:::photos", SourceAccount="123456789012")
    put()
    s3.put_object(Bucket="photos", Key="k", Body=b"x")
    assert enforced.settle()
    assert len(events()) == 1


@pytest.mark.parametrize("narrowed", [{"SourceArn": "arn:aws:s3:::other"}, {"SourceAccount": "999999999999"}])
def test_a_permission_for_another_bucket_or_account_is_none(enforced, catcher, permit, events, narrowed):
    s3 = enforced.client("s3")
    s3.create_bucket(Bucket="photos")
    permit("s3.amazonaws.com", **narrowed)
    s3.put_bucket_notification_configuration(
        Bucket="photos",
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]},
            ]
        },
        SkipDestinationValidation=True,
    )
    s3.put_object(Bucket="photos", Key="k", Body=b"x")
    assert "s3.amazonaws.com is not authorized" in failures(enforced)[0]
    assert events() == []


def test_a_bucket_reaches_a_queue_whose_policy_lets_it_in(enforced, queue, open_queue, left):
    url, _ = queue()
    s3 = enforced.client("s3")
    s3.create_bucket(Bucket="photos")
    configuration = {"QueueConfigurations": [{"QueueArn": QUEUE, "Events": ["s3:ObjectCreated:*"]}]}

    def put():
        s3.put_bucket_notification_configuration(Bucket="photos", NotificationConfiguration=configuration)

    assert refused(put)["ArgumentValue1"] == (
        "Permissions on the destination queue do not allow S3 to publish notifications from this bucket"
    )
    open_queue(url, "s3.amazonaws.com", "arn:aws:s3:::photos")
    put()
    s3.put_object(Bucket="photos", Key="k", Body=b"x")
    assert enforced.settle()
    assert left(url) == (2, 0)  # the test event, and that of the object


def rule(enforced, **target):
    client = enforced.client("events")
    client.put_rule(Name="r", EventPattern='{"source": ["shop"]}')
    client.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": FUNCTION, **target}])
    return lambda: client.put_events(Entries=[ORDER])


def test_a_rule_reaches_a_function_that_lets_it_in(enforced, catcher, permit, events):
    put = rule(enforced)
    put()
    assert "events.amazonaws.com is not authorized" in failures(enforced)[0]
    permit("events.amazonaws.com", SourceArn=RULE)
    put()
    assert enforced.settle()
    assert len(events()) == 1


def test_a_rule_s_dead_letter_queue_must_let_it_in_too(enforced, catcher, queue, open_queue, left):
    url, _ = queue()
    put = rule(enforced, DeadLetterConfig={"Arn": QUEUE})
    put()
    assert len(failures(enforced)) == 1
    assert left(url) == (0, 0)
    assert "sqs:SendMessage" in enforced.ledger.entries("delivery.undeliverable")[0].because
    open_queue(url, "events.amazonaws.com", RULE)
    put()
    assert enforced.settle()
    message = enforced.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"][
        0
    ]
    assert message["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"


def test_a_rule_reaches_a_queue_whose_policy_lets_it_in(enforced, queue, open_queue, left):
    url, _ = queue()
    put = rule(enforced, Arn=QUEUE)
    put()
    assert left(url) == (0, 0)
    open_queue(url, "events.amazonaws.com", "arn:aws:events:*:*:rule/other")
    put()
    assert left(url) == (0, 0)
    open_queue(url, "events.amazonaws.com", RULE)
    put()
    assert left(url) == (1, 0)
    assert len(failures(enforced)) == 2


def test_a_log_subscription_takes_a_function_that_lets_it_in(enforced, catcher, permit, events):
    logs = enforced.client("logs")
    logs.create_log_group(logGroupName="app")
    logs.create_log_stream(logGroupName="app", logStreamName="s")

    def put():
        logs.put_subscription_filter(
            logGroupName="app", filterName="all", filterPattern="", destinationArn=FUNCTION
        )

    error = refused(put)
    assert error["Code"] == "InvalidParameterException"
    assert "Make sure you have given CloudWatch Logs permission to execute your function." in error["Message"]
    permit(
        "logs.amazonaws.com",
        SourceArn="arn:aws:logs:us-east-1:123456789012:log-group:app:*",
        SourceAccount="123456789012",
    )
    put()
    stamp = int(enforced.clock.now() * 1000)
    logs.put_log_events(
        logGroupName="app", logStreamName="s", logEvents=[{"timestamp": stamp, "message": "m"}]
    )
    assert enforced.settle()
    assert len(events()) == 1


@pytest.fixture
def schedule(enforced):
    """A schedule for f with a role that trusts a service and has statements."""

    def made(trusted, *statements):
        iam = enforced.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
        role = iam.create_role(
            RoleName="ticker",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )["Role"]["Arn"]
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName="ticker", PolicyName="p", PolicyDocument=document)
        enforced.client("scheduler").create_schedule(
            Name="s",
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": FUNCTION, "RoleArn": role},
        )

    return made


CALL = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": FUNCTION}


def test_a_schedule_sends_in_the_name_of_its_role(enforced, catcher, schedule, events):
    schedule("scheduler.amazonaws.com", CALL)
    enforced.clock.advance(1)
    assert enforced.settle()
    assert len(events()) == 1


def test_a_schedule_whose_role_may_not_call_does_not(enforced, catcher, schedule, events):
    schedule("scheduler.amazonaws.com")
    enforced.clock.advance(1)
    assert (
        "assumed-role/ticker/scheduler is not authorized to perform: lambda:InvokeFunction"
        in failures(enforced)[0]
    )
    assert events() == []


def test_a_schedule_takes_a_role_that_trusts_the_scheduler(enforced, catcher, schedule):
    error = refused(lambda: schedule("events.amazonaws.com", CALL))
    assert error["Code"] == "ValidationException"
    assert "must allow AWS EventBridge Scheduler to assume the role" in error["Message"]


def test_an_alias_has_a_policy_of_its_own(enforced, catcher, api, permit, events):
    api.publish_version(FunctionName="f")
    api.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    put = rule(enforced, Arn=f"{FUNCTION}:live")
    permit("events.amazonaws.com")
    put()
    assert len(failures(enforced)) == 1
    permit("events.amazonaws.com", Qualifier="live")
    put()
    assert enforced.settle()
    assert len(events()) == 1
