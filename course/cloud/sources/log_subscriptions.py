"""Subscriptions of log groups: what meets the filter pattern goes on, to a function as compressed batches.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html (2026-11)
A function that is subscribed to its own log group would call itself for ever; such a delivery is dropped, and the
ledger says so. What it writes there meanwhile is kept.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from course.cloud.sources.delivery import Deliveries, Delivery
from course.cloud.sources.log_patterns import LogPattern


class LogEvent(NamedTuple):
    """An event of a log stream. `timestamp` is milliseconds since the epoch; the id has 56 digits."""

    id: str
    timestamp: int
    message: str


class Subscription(NamedTuple):
    """A subscription filter of a log group."""

    name: str
    pattern: str
    target: str


def control_message(at: float, target: str) -> dict[str, Any]:
    """What a stream gets to see whether it can be reached, when a subscription filter is put."""
    return {
        "messageType": "CONTROL_MESSAGE",
        "owner": "CloudwatchLogs",
        "logGroup": "",
        "logStream": "",
        "subscriptionFilters": [],
        "logEvents": [
            {
                "id": "",
                "timestamp": int(at * 1000),
                "message": f"CWL CONTROL MESSAGE: Checking health of destination {target}.",
            }
        ],
    }


@lru_cache(maxsize=1024)
def read(text: str) -> LogPattern:
    """A filter pattern. Raises ValueError for what is none."""
    return LogPattern(text)


def select(subscription: Subscription, events: Iterable[LogEvent]) -> list[dict[str, Any]]:
    """Those events that meet the pattern, as JSON values; with the fields of a space-delimited one."""
    pattern = read(subscription.pattern)
    selected = []
    for event in events:
        found = pattern.match(event.message)
        if found is not None:
            fields = {} if found.fields is None else {"extractedFields": found.fields}
            selected.append({**event._asdict(), **fields})
    return selected


class LogSubscriptions:
    """Told by the store of what was written."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries

    def written(
        self,
        account: str,
        group_arn: str,
        stream: str,
        subscription: Subscription,
        events: Iterable[LogEvent],
    ) -> None:
        """Send what meets the pattern to the function of a subscription."""
        selected = select(subscription, events)
        if not selected:
            return
        group = group_arn.partition(":log-group:")[2]
        message = {
            "messageType": "DATA_MESSAGE",
            "owner": account,
            "logGroup": group,
            "logStream": stream,
            "subscriptionFilters": [subscription.name],
            "logEvents": selected,
        }
        delivery = Delivery(
            id=selected[0]["id"],
            target=subscription.target,
            body=json.dumps({"awslogs": {"data": compress(message)}}),
            principal=principal(group_arn),
            source_arn=f"{group_arn}:*",
        )
        if group == f"/aws/lambda/{subscription.target.split(':')[6]}":
            self._deliveries.note_dropped(
                delivery, "the function would call itself for ever with its own log"
            )
        else:
            self._deliveries.send(delivery)


def principal(group_arn: str) -> str:
    """The service that sends for a log group: that of its Region."""
    return f"logs.{group_arn.split(':')[3]}.amazonaws.com"


def compress(message: Any) -> str:
    """JSON, gzip and base64. The same message gives the same text."""
    return base64.b64encode(gzip.compress(json.dumps(message).encode(), mtime=0)).decode()
