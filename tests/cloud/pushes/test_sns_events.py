"""Topics bring messages to functions and queues as AWS does, and what cannot be delivered to a dead-letter queue."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from course.cloud.moto_bridge import signer
from course.cloud.sources.topics import TERMS, wait

ACCOUNT = "us-east-1:123456789012"
ABSENT = f"arn:aws:lambda:{ACCOUNT}:function:absent"


@pytest.fixture
def sns(cloud) -> Any:
    return cloud.client("sns")


@pytest.fixture
def topic(sns) -> str:
    return str(sns.create_topic(Name="news")["TopicArn"])


@pytest.fixture
def subscribe(sns, topic) -> Callable[..., str]:
    """Subscribe a function or queue to the topic: the subscription's ARN."""

    def made(arn: str, **attributes: Any) -> str:
        text = {
            key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()
        }
        answer = sns.subscribe(TopicArn=topic, Protocol=arn.split(":")[2], Endpoint=arn, Attributes=text)
        return str(answer["SubscriptionArn"])

    return made


@pytest.fixture
def inbox(cloud, queue) -> Callable[..., list[Any]]:
    """The messages of a queue, which it makes."""
    urls: dict[str, str] = {}

    def read(name: str = "q") -> list[Any]:
        if name not in urls:
            urls[name] = queue(name)[0]
            return []
        found = cloud.client("sqs").receive_message(
            QueueUrl=urls[name], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return list(found.get("Messages", []))

    read()
    return read


ATTRIBUTES = {
    "attr1": {"DataType": "Number", "StringValue": "1"},
    "attr2": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
}


def test_a_function_gets_what_aws_sends(sns, topic, subscribe, catcher, caught, recorded, same, cloud):
    subscription = subscribe(catcher)
    sns.publish(
        TopicArn=topic, Subject="[Subject] Test subject", Message="Hello world.", MessageAttributes=ATTRIBUTES
    )
    (event,) = caught()
    same(event, recorded("events/sns")["record"])
    record = event["Records"][0]
    assert record["EventSubscriptionArn"] == subscription
    assert record["Sns"]["UnsubscribeUrl"].endswith(f"SubscriptionArn={subscription}")
    (accepted,) = cloud.ledger.entries("event.accepted")
    assert (accepted.details["source"], accepted.details["source_arn"]) == ("sns.amazonaws.com", topic)


def test_a_message_without_subject_and_attributes_says_so(sns, topic, subscribe, catcher, caught):
    subscribe(catcher)
    sns.publish(TopicArn=topic, Message="Hello world.")
    (event,) = caught()
    assert event["Records"][0]["Sns"]["Subject"] is None
    assert event["Records"][0]["Sns"]["MessageAttributes"] == {}


def test_the_publisher_does_not_wait_for_the_function(sns, topic, subscribe, deploy, cloud):
    deploy("import time\ndef handler(event, context):\n    time.sleep(2)", Timeout=10)
    subscribe(f"arn:aws:lambda:{ACCOUNT}:function:f")
    before = cloud.clock.now()
    sns.publish(TopicArn=topic, Message="m")
    assert cloud.clock.now() - before < 1
    cloud.clock.advance(3)
    (record,) = [each for each in cloud.ledger.records() if each.phase == "INVOKE"]
    assert record.kind == "Event"


def test_a_queue_gets_the_message_in_its_envelope(sns, topic, subscribe, inbox, recorded, same):
    subscribe(f"arn:aws:sqs:{ACCOUNT}:q")
    sns.publish(
        TopicArn=topic, Message="test_redrive_policy", MessageAttributes={"attr1": ATTRIBUTES["attr1"]}
    )
    (message,) = inbox()
    same(json.loads(message["Body"]), recorded("events/sns")["message"])


@pytest.mark.parametrize(("raw", "whole"), [("true", False), ("false", True)])
def test_raw_delivery_is_the_message_alone_with_its_attributes(sns, topic, subscribe, inbox, raw, whole):
    subscribe(f"arn:aws:sqs:{ACCOUNT}:q", RawMessageDelivery=raw)
    sns.publish(TopicArn=topic, Message="plain", MessageAttributes=ATTRIBUTES)
    (message,) = inbox()
    if whole:
        assert json.loads(message["Body"])["Message"] == "plain"
        assert "MessageAttributes" not in message
    else:
        assert message["Body"] == "plain"
        assert message["MessageAttributes"]["attr2"]["BinaryValue"] == b"\x02\x03\x04"
        assert message["MessageAttributes"]["attr1"] == ATTRIBUTES["attr1"]


@pytest.mark.parametrize(
    ("scope", "policy", "met"),
    [
        ("MessageAttributes", {"kind": ["news"]}, True),
        ("MessageAttributes", {"kind": ["sports"]}, False),
        ("MessageBody", {"store": ["here"]}, True),
        ("MessageBody", {"store": [{"anything-but": "here"}]}, False),
    ],
)
def test_filter_policies_choose_messages(sns, topic, subscribe, catcher, caught, scope, policy, met):
    subscribe(catcher, FilterPolicyScope=scope, FilterPolicy=policy)
    sns.publish(
        TopicArn=topic,
        Message=json.dumps({"store": "here"}),
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "news"}},
    )
    assert len(caught()) == met


def test_a_message_for_several_protocols_is_told_apart(sns, topic, subscribe, catcher, caught):
    subscribe(catcher)
    message = json.dumps({"default": "d", "lambda": "for functions"})
    sns.publish(TopicArn=topic, Message=message, MessageStructure="json")
    (event,) = caught()
    assert event["Records"][0]["Sns"]["Message"] == "for functions"


def test_a_function_that_is_gone_sends_the_message_to_the_dead_letter_queue(
    sns, topic, subscribe, inbox, recorded, same, cloud
):
    subscribe(ABSENT, RedrivePolicy={"deadLetterTargetArn": f"arn:aws:sqs:{ACCOUNT}:q"})
    sns.publish(
        TopicArn=topic, Message="test_redrive_policy", MessageAttributes={"attr1": ATTRIBUTES["attr1"]}
    )
    (message,) = inbox()
    same(json.loads(message["Body"]), recorded("events/sns")["message"])
    assert [entry.what for entry in cloud.ledger.entries("delivery")] == [
        "delivery.failed",
        "delivery.dead-lettered",
    ]


def test_a_queue_that_is_gone_sends_the_message_to_the_dead_letter_queue(sns, topic, subscribe, inbox):
    subscribe(
        f"arn:aws:sqs:{ACCOUNT}:gone",
        RawMessageDelivery="true",
        RedrivePolicy={"deadLetterTargetArn": f"arn:aws:sqs:{ACCOUNT}:q"},
    )
    sns.publish(TopicArn=topic, Message="plain", MessageAttributes=ATTRIBUTES)
    (message,) = inbox()
    assert message["Body"] == "plain"
    assert set(message["MessageAttributes"]) == {"attr1", "attr2"}


def test_without_a_dead_letter_queue_the_loss_is_written_down(sns, topic, subscribe, cloud):
    subscribe(ABSENT)
    sns.publish(TopicArn=topic, Message="m")
    assert [entry.what for entry in cloud.ledger.entries("delivery")] == [
        "delivery.failed",
        "delivery.dropped",
    ]


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_signature_can_be_verified(sns, topic, subscribe, inbox, version):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue=version)
    subscribe(f"arn:aws:sqs:{ACCOUNT}:q")
    sns.publish(TopicArn=topic, Message="m", Subject="s")
    body = json.loads(inbox()[0]["Body"])
    assert body["SignatureVersion"] == version
    names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    text = "".join(f"{name}\n{body[name]}\n" for name in names)
    digest = hashes.SHA256() if version == "2" else hashes.SHA1()
    key = x509.load_pem_x509_certificate(signer.certificate()).public_key()
    key.verify(base64.b64decode(body["Signature"]), text.encode(), padding.PKCS1v15(), digest)  # type: ignore


def test_retries_to_services_of_aws_last_23_days():
    chance = random.Random(1)
    waits = [wait(number, chance) for number in range(1, TERMS.retries + 1)]
    assert waits[:5] == [0, 0, 0, 1, 1]
    assert 1 < waits[5] < waits[13] < 20 == waits[14]
    assert waits[15:] == [20.0] * 100_000
    assert 23 * 86400 < sum(waits) < 24 * 86400
