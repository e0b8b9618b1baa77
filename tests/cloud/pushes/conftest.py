"""What tests of pushing services share: comparing with what AWS sends, a function that catches, a queue."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

HOLDERS = {
    "<date>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "<date-ms>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "<uuid>": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "<text>": r"(?s).+",
    "<name>": r"\w+:\w+",
    "<request>": r"[0-9A-F]{16}",
    "<sequencer>": r"[0-9A-F]{18}",
    "<multipart>": r"[0-9a-f]{32}-\d+",
    "<subscription>": r"arn:aws:sns:us-east-1:123456789012:news:[0-9a-f-]{36}",
    "<signature>": r"[A-Za-z0-9+/]{342}==",
    "<certificate>": r"https://sns\.us-east-1\.amazonaws\.com/SimpleNotificationService-[0-9a-f]{32}\.pem",
    "<unsubscribe>": r"https://sns\.us-east-1\.amazonaws\.com/\?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:.+",
    "<base64>": r"[A-Za-z0-9+/]+=*",
    "<log-event>": r"\d{56}",
}


def _compare(got: Any, wanted: Any, path: str = "") -> None:
    if isinstance(wanted, str) and wanted in HOLDERS:
        assert isinstance(got, str), f"{path}: {got!r}"
        assert re.fullmatch(HOLDERS[wanted], got), f"{path}: {got!r}"
        return
    assert type(got) is type(wanted), f"{path}: {got!r}"
    if isinstance(wanted, dict):
        assert sorted(got) == sorted(wanted), path
        for key, part in wanted.items():
            _compare(got[key], part, f"{path}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), path
        for number, part in enumerate(wanted):
            _compare(got[number], part, f"{path}[{number}]")
    else:
        assert got == wanted, path


@pytest.fixture(scope="session")
def same() -> Callable[[Any, Any], None]:
    """Fails unless both have the same members, types and constants; what stands in <> in the second is a pattern."""
    return _compare


@pytest.fixture
def caught(cloud, events) -> Callable[..., list[Any]]:
    """The events that f got once everything has come to rest."""

    def seen(name: str = "f") -> list[Any]:
        assert cloud.settle()
        return list(events(name))

    return seen


@pytest.fixture
def catcher(deploy) -> str:
    """The ARN of f, which writes its events down for `caught`."""
    deploy("import json\ndef handler(event, context):\n    print('GOT ' + json.dumps(event))")
    return "arn:aws:lambda:us-east-1:123456789012:function:f"


@pytest.fixture
def inbox(cloud, queue) -> Callable[[], list[Any]]:
    """What lies in the queue q, which it makes: the messages with decoded bodies, deleted when they are read."""
    url, _ = queue("q")

    def read() -> list[Any]:
        sqs = cloud.client("sqs")
        found: list[Any] = []
        while messages := sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found.append({**message, "Body": _decoded(message["Body"])})
        return found

    return read


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
