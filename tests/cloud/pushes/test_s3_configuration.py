"""Who is told of what can be chosen by keys and kinds; what AWS refuses is refused in its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "us-east-1:123456789012"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:q"


@pytest.fixture
def s3(cloud) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket="shelf")
    return client


@pytest.fixture
def told(s3) -> Callable[..., None]:
    """Have the bucket tell the queue q: `told(events, prefix="", suffix="")`."""

    def configure(events: list[str], **filters: str) -> None:
        s3.put_bucket_notification_configuration(
            Bucket="shelf", NotificationConfiguration=configuration((QUEUE, events, filters))
        )

    return configure


@pytest.fixture
def bodies(inbox) -> Callable[[], list[Any]]:
    """The bodies in the queue q."""
    return lambda: [message["Body"] for message in inbox()]


def configuration(*wanted: tuple[str, list[str], dict[str, str]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for arn, events, filters in wanted:
        function = ":lambda:" in arn
        kind = "LambdaFunctionConfigurations" if function else "QueueConfigurations"
        member = "LambdaFunctionArn" if function else "QueueArn"
        each: dict[str, Any] = {member: arn, "Events": events}
        if filters:
            rules = [{"Name": name, "Value": value} for name, value in filters.items()]
            each["Filter"] = {"Key": {"FilterRules": rules}}
        made.setdefault(kind, []).append(each)
    return made


def test_prefix_and_suffix_choose_keys_in_whatever_case_they_are_written(s3, told, bodies):
    told(["s3:ObjectCreated:*"], prefix="in/", SUFFIX=".jpg")
    for key in ("in/a.jpg", "in/a.png", "out/a.jpg"):
        s3.put_object(Bucket="shelf", Key=key, Body=b"")
    _, *messages = bodies()
    assert [message["Records"][0]["s3"]["object"]["key"] for message in messages] == ["in/a.jpg"]
    shown = s3.get_bucket_notification_configuration(Bucket="shelf")["QueueConfigurations"][0]
    names = [rule["Name"] for rule in shown["Filter"]["Key"]["FilterRules"]]
    assert names == ["Prefix", "Suffix"]


def test_kinds_that_were_not_asked_for_are_not_told(s3, told, bodies):
    told(["s3:ObjectCreated:Copy", "s3:ObjectRemoved:DeleteMarkerCreated"])
    s3.put_object(Bucket="shelf", Key="k", Body=b"")
    s3.delete_object(Bucket="shelf", Key="k")
    assert len(bodies()) == 1


def test_a_configuration_that_is_taken_back_tells_nobody(s3, told, bodies):
    told(["s3:ObjectCreated:*"])
    s3.put_bucket_notification_configuration(Bucket="shelf", NotificationConfiguration={})
    s3.put_object(Bucket="shelf", Key="k", Body=b"")
    assert len(bodies()) == 1
    shown = s3.get_bucket_notification_configuration(Bucket="shelf")
    assert not {"QueueConfigurations", "EventBridgeConfiguration"} & set(shown)


def test_eventbridge_is_shown_in_the_configuration(s3):
    s3.put_bucket_notification_configuration(
        Bucket="shelf", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    assert s3.get_bucket_notification_configuration(Bucket="shelf")["EventBridgeConfiguration"] == {}


REFUSED = [
    (
        [("invalid-queue", ["s3:ObjectCreated:*"], {})],
        "The ARN could not be parsed",
        {"ArgumentName": "Queue", "ArgumentValue": "invalid-queue"},
    ),
    (
        [(f"arn:aws:sqs:{ACCOUNT}:absent", ["s3:ObjectCreated:*"], {})],
        "Unable to validate the following destination configurations",
        {
            "ArgumentName1": f"arn:aws:sqs:{ACCOUNT}:absent",
            "ArgumentValue1": "The destination queue does not exist",
        },
    ),
    (
        [(f"arn:aws:lambda:{ACCOUNT}:function:absent", ["s3:ObjectCreated:*"], {})],
        "Unable to validate the following destination configurations",
        {
            "ArgumentName1": f"arn:aws:lambda:{ACCOUNT}:function:absent, null",
            "ArgumentValue1": f"Not authorized to invoke function [arn:aws:lambda:{ACCOUNT}:function:absent]",
        },
    ),
    (
        [(QUEUE, ["s3:ObjectCreated:*"], {}), (QUEUE, ["s3:ObjectCreated:Put"], {})],
        "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
        {},
    ),
    (
        [
            (QUEUE, ["s3:ObjectCreated:Put"], {"prefix": "in/", "suffix": ".jpg"}),
            (QUEUE, ["s3:ObjectCreated:*"], {"prefix": "in/a"}),
        ],
        "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
        "overlapping for the same event type.",
        {},
    ),
    (
        [(QUEUE, ["s3:ObjectCreated:*"], {"infix": "a"})],
        "filter rule name must be either prefix or suffix",
        {"ArgumentName": "FilterRule.Name", "ArgumentValue": "infix"},
    ),
]


@pytest.mark.parametrize(("wanted", "message", "members"), REFUSED)
def test_what_aws_refuses_is_refused_in_its_words(s3, bodies, wanted, message, members):
    with pytest.raises(ClientError) as caught:
        s3.put_bucket_notification_configuration(
            Bucket="shelf", NotificationConfiguration=configuration(*wanted)
        )
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidArgument"
    assert error["Message"] == message
    assert {name: error.get(name) for name in members} == members
    assert bodies() == []


@pytest.mark.parametrize(
    "wanted",
    [
        [
            (QUEUE, ["s3:ObjectCreated:*"], {"prefix": "a/"}),
            (QUEUE, ["s3:ObjectCreated:*"], {"prefix": "b/"}),
        ],
        [
            (QUEUE, ["s3:ObjectCreated:*"], {"suffix": ".a"}),
            (QUEUE, ["s3:ObjectCreated:*"], {"suffix": ".b"}),
        ],
        [(QUEUE, ["s3:ObjectCreated:Put"], {}), (QUEUE, ["s3:ObjectCreated:Copy", "s3:ObjectRemoved:*"], {})],
    ],
)
def test_notifications_that_do_not_overlap_are_taken(s3, bodies, wanted):
    s3.put_bucket_notification_configuration(Bucket="shelf", NotificationConfiguration=configuration(*wanted))


def test_destinations_are_not_looked_for_if_that_is_asked(s3, cloud):
    s3.put_bucket_notification_configuration(
        Bucket="shelf",
        NotificationConfiguration=configuration(
            (f"arn:aws:sqs:{ACCOUNT}:absent", ["s3:ObjectCreated:*"], {})
        ),
        SkipDestinationValidation=True,
    )
    s3.put_object(Bucket="shelf", Key="k", Body=b"")
    fates = [entry.what for entry in cloud.ledger.entries("delivery")]
    assert fates == ["delivery.failed", "delivery.dropped"] * 2
