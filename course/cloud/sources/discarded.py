"""What an on-failure destination gets for records of a stream that a mapping has given up.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html (2026-11), with members as they
were recorded against AWS (2025-11): what ran last is missing when the records became too old, and is no error when
the function named them as failed itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from course.cloud.api.mapping import Mapping
from course.cloud.clock import iso
from course.cloud.engine.outbox import Outbox
from course.cloud.model import Outcome
from course.cloud.sources.stream_records import Held, StreamType, batch_info, payload

Condition = Literal["RetryAttemptsExhausted", "RecordAgeExceeded"]


def record(
    kind: StreamType,
    mapping: Mapping,
    batch: Sequence[Held],
    condition: Condition,
    runs: int,
    outcome: Outcome | None,
    request: str,
    now: float,
) -> dict[str, Any]:
    """The record of a batch that ran `runs` times, at last to `outcome`. `request` names the last attempt."""
    function = mapping.function_arn
    made: dict[str, Any] = {
        "requestContext": {
            "requestId": request,
            "functionArn": function,
            "condition": condition,
            "approximateInvokeCount": runs,
        }
    }
    if condition == "RetryAttemptsExhausted" and outcome is not None:
        made["responseContext"] = {
            "statusCode": 200,
            "executedVersion": outcome.version,
            "functionError": "Unhandled" if outcome.error is not None else None,
        }
    made |= {
        "version": "1.0",
        "timestamp": iso(now),
        kind.batch_info: batch_info(kind, mapping, [held.record for held in batch]),
    }
    return made


def send(
    outbox: Outbox, mapping: Mapping, made: dict[str, Any], batch: Sequence[Held], now: float, unique: str
) -> None:
    """Send it to the mapping's destination. A bucket gets the records too. Raises Undeliverable."""
    target = mapping.on_failure
    if target.split(":")[2] != "s3":
        outbox.send(target, json.dumps(made), {})
        return
    moment = iso(now, millis=False)[:-1]
    key = (
        f"aws/lambda/{mapping.uuid}/{batch[0].record.shard}/{moment[:10].replace('-', '/')}/"
        f"{moment.replace(':', '.')}-{unique}"
    )
    outbox.send(target, json.dumps({**made, "payload": payload(batch).decode()}), {}, key=key)
