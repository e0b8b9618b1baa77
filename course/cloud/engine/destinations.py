"""What a dead-letter queue and a destination receive, as pure functions of an event.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from course.cloud.clock import iso
from course.cloud.engine.event import Condition, Event

MESSAGE = 1024
"""Bytes of an error message that a dead-letter queue gets: its first kilobyte."""


def record(event: Event, condition: Condition, now: float) -> dict[str, Any]:
    """The invocation record. What never ran has no response."""
    made: dict[str, Any] = {
        "version": "1.0",
        "timestamp": iso(now),
        "requestContext": {
            "requestId": event.id,
            "functionArn": event.to.qualified,
            "condition": condition,
            "approximateInvokeCount": event.runs,
        },
        "requestPayload": _value(event.payload),
    }
    if event.outcome is not None and event.function is not None:
        made["responseContext"] = {"statusCode": 200, "executedVersion": event.function.version}
        if event.outcome.error is not None:
            made["responseContext"]["functionError"] = "Unhandled"
        made["responsePayload"] = _value(event.outcome.payload)
    return made


def dead_letter(event: Event) -> Mapping[str, str | int]:
    """The attributes of the message to a dead-letter queue, whose body is the event itself."""
    status, message = event.refusal
    if not message and event.outcome is not None and event.outcome.error is not None:
        message = event.outcome.error.message
    attributes: dict[str, str | int] = {"RequestID": event.id, "ErrorCode": status}
    if message:  # no message may have an empty attribute
        attributes["ErrorMessage"] = message.encode()[:MESSAGE].decode(errors="ignore")
    return attributes


def entry(condition: Condition, target: str, event: Event) -> Mapping[str, str]:
    """The members of the entry on an event bus, whose detail is the record."""
    kind = "Success" if condition == "Success" else "Failure"
    return {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {kind}",
        "Resources": f"{target} {event.to.qualified}",
    }


def object_key(event: Event, now: float, unique: str) -> str:
    """Where in a bucket the record lies. `unique` is a UUID."""
    moment = iso(now, millis=False)[:-1]
    return f"aws/lambda/async/{event.to.name}/{moment[:10].replace('-', '/')}/{moment.replace(':', '.')}-{unique}"


def _value(payload: bytes) -> Any:
    try:
        return json.loads(payload, parse_constant=_no_number)
    except (ValueError, RecursionError):  # a runtime may answer with anything
        return payload.decode(errors="replace")


def _no_number(token: str) -> Any:
    raise ValueError(token)
