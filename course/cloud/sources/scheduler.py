"""EventBridge Scheduler: schedules with a time zone, a window, a beginning and an end, one target each.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html (2026-11)
Within a flexible window the moment is drawn by the cloud's chance. A one-time schedule whose moment has passed when it
is written is due at once. Universal targets (`aws-sdk:...`) are not offered: what is due for one is given up.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from course.cloud.observe.ledger import Ledger
from course.cloud.sources.buses import terms
from course.cloud.sources.delivery import Deliveries, Delivery, Failure
from course.cloud.sources.schedules import At, Rate, parse, stamp
from course.cloud.sources.timetable import Entry, Timetable
from course.cloud.virtual_clock import VirtualClock

PRINCIPAL = "scheduler.amazonaws.com"
_CODES = {
    "sqs": "AWS.SimpleQueueService.NonExistentQueue",
    "sns": "NotFoundException",
    "events": "ResourceNotFoundException",
    "states": "StateMachineDoesNotExist",
}


@dataclass(frozen=True)
class Schedule:
    """A schedule as it was written. Moments are epoch seconds, `window` minutes, 0 for none."""

    arn: str
    expression: str
    zone: str
    target: Mapping[str, Any]
    window: int = 0
    start: float | None = None
    end: float | None = None
    enabled: bool = True
    delete_after: bool = False


class Scheduler:
    """Told by the store of every schedule; `delete` takes one out of it."""

    def __init__(
        self,
        deliveries: Deliveries,
        clock: VirtualClock,
        ledger: Ledger,
        chance: random.Random,
        new_id: Callable[[], str],
        delete: Callable[[str], None],
    ) -> None:
        self._deliveries = deliveries
        self._clock = clock
        self._ledger = ledger
        self._chance = chance
        self._new_id = new_id
        self._delete = delete
        self._times = Timetable(clock, ledger)

    def check(self, expression: str, zone: str) -> None:
        """Raises ValueError for what is no expression or no time zone."""
        parse(expression, 0.0, zone)

    def changed(self, schedule: Schedule) -> None:
        """It was created or updated."""
        if not schedule.enabled:
            self._times.drop(schedule.arn)
            return
        now = self._clock.now()
        expression = parse(
            schedule.expression, now if schedule.start is None else schedule.start, schedule.zone
        )
        since = now
        if isinstance(expression, Rate):
            # The first time is the beginning itself, which may be now.
            since = max(now, expression.anchor) - 1e-3
        elif isinstance(expression, At):
            since = expression.moment - 1.0
        elif schedule.start is not None:
            since = max(now, schedule.start - 1e-3)
        entry = Entry(
            schedule.arn,
            expression,
            lambda due: self._fire(schedule, due),
            until=None if isinstance(expression, At) else schedule.end,
            spread=lambda: self._chance.uniform(0, schedule.window * 60) if schedule.window else 0.0,
            done=lambda: self._complete(schedule),
        )
        self._times.set(entry, since)

    def gone(self, arn: str) -> None:
        """It was deleted."""
        self._times.drop(arn)

    def clear(self) -> None:
        self._times.clear()

    def _complete(self, schedule: Schedule) -> None:
        if schedule.delete_after:
            self._ledger.note("schedule.deleted", schedule.arn, because="it is complete")
            self._times.drop(schedule.arn)
            self._delete(schedule.arn)

    def _fire(self, schedule: Schedule, due: float) -> None:
        target = schedule.target
        execution = self._new_id()
        self._ledger.note("schedule.fired", schedule.arn, execution, due=due)
        body = target.get("Input")
        text = self._default(schedule, due) if body is None else _filled(body, schedule.arn, due, execution)
        bus = target.get("EventBridgeParameters") or {}
        queue = (target.get("DeadLetterConfig") or {}).get("Arn") or ""

        def put(delivery: Delivery, failure: Failure) -> None:
            attributes: dict[str, str | int] = {
                "ERROR_CODE": failure.code or _CODES.get(target["Arn"].split(":")[2], "InternalFailure"),
                "ERROR_MESSAGE": failure.message,
                "EXECUTION_ID": execution,
                "IS_PAYLOAD_TRUNCATED": "false",
                "RETRY_ATTEMPTS": str(failure.retries),
                "SCHEDULED_TIME": stamp(due),
                "SCHEDULE_ARN": schedule.arn,
                "TARGET_ARN": target["Arn"],
            }
            if failure.exhausted:
                attributes["EXHAUSTED_RETRY_CONDITION"] = failure.exhausted
            self._deliveries.queue(queue, delivery, attributes)

        self._deliveries.send(
            Delivery(
                id=execution,
                target=target["Arn"],
                body=text,
                principal=PRINCIPAL,
                source_arn=schedule.arn,
                terms=terms(target.get("RetryPolicy") or {}),
                attributes={"Source": bus["Source"], "DetailType": bus["DetailType"]} if bus else None,
                group=(target.get("SqsParameters") or {}).get("MessageGroupId") or "",
                counter="<aws.scheduler.attempt-number>",
                dead_letter=put if queue else None,
                role=target.get("RoleArn") or "",
            )
        )

    def _default(self, schedule: Schedule, due: float) -> str:
        """What a target gets for which no input was written."""
        _, _, _, region, account, _ = schedule.arn.split(":", 5)
        event = {
            "version": "0",
            "id": self._new_id(),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": account,
            "time": stamp(due),
            "region": region,
            "resources": [schedule.arn],
            "detail": "{}",
        }
        return json.dumps(event, separators=(",", ":"))


def _filled(text: str, arn: str, due: float, execution: str) -> str:
    """The input with the context attributes in it.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html (2026-11)
    """
    values = {
        "<aws.scheduler.schedule-arn>": arn,
        "<aws.scheduler.scheduled-time>": stamp(due),
        "<aws.scheduler.execution-id>": execution,
    }
    for keyword, value in values.items():
        text = text.replace(keyword, value)
    return text
