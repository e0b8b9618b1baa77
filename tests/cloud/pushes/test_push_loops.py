"""A function that sets itself off through a bucket or a topic is stopped after sixteen rounds, as Lambda stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
THROUGH_S3 = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    number = int(event["Records"][0]["s3"]["object"]["key"]) + 1
    s3.put_object(Bucket="shelf", Key=str(number), Body=b"")
"""
THROUGH_SNS = """
import boto3
sns = boto3.client("sns")
def handler(event, context):
    sns.publish(TopicArn=event["Records"][0]["Sns"]["TopicArn"], Message="again")
"""
THROUGH_A_BUS = """
import boto3
events = boto3.client("events")
def handler(event, context):
    number = event["detail"]["n"] + 1
    if number <= 20:
        events.put_events(Entries=[{"Source": "me", "DetailType": "d", "Detail": '{"n": %d}' % number}])
"""


@pytest.fixture
def runs(cloud) -> Callable[[], int]:
    """How often f has run, once everything has come to rest."""

    def counted() -> int:
        assert cloud.settle(60)
        cloud.clock.advance(600)
        return [record.phase for record in cloud.ledger.records()].count("INVOKE")

    return counted


def stopped(cloud: Any) -> list[str]:
    return [entry.details["condition"] for entry in cloud.ledger.entries("event.dropped")]


def test_through_a_bucket(cloud, deploy, runs):
    deploy(THROUGH_S3, Timeout=30)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="shelf")
    wanted = [{"LambdaFunctionArn": FUNCTION, "Events": ["s3:ObjectCreated:*"]}]
    s3.put_bucket_notification_configuration(
        Bucket="shelf", NotificationConfiguration={"LambdaFunctionConfigurations": wanted}
    )
    s3.put_object(Bucket="shelf", Key="0", Body=b"")
    assert runs() == 16
    assert stopped(cloud) == ["RecursiveLoop"]


def test_through_a_topic(cloud, deploy, runs):
    deploy(THROUGH_SNS, Timeout=30)
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=FUNCTION)
    sns.publish(TopicArn=topic, Message="first")
    assert runs() == 16
    assert stopped(cloud) == ["RecursiveLoop"]


def test_a_bus_is_no_loop_that_lambda_sees(cloud, deploy, runs):
    deploy(THROUGH_A_BUS, Timeout=30)
    events = cloud.client("events")
    events.put_rule(Name="watch", EventPattern='{"source": ["me"]}')
    events.put_targets(Rule="watch", Targets=[{"Id": "1", "Arn": FUNCTION}])
    events.put_events(Entries=[{"Source": "me", "DetailType": "d", "Detail": '{"n": 1}'}])
    assert runs() == 20
    assert stopped(cloud) == []
