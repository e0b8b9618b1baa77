"""Everything that pushes, built and wired to moto: buckets, topics, buses, schedules, log groups."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from typing import Any

from course.cloud.engine.outbox import Accept, Outbox, Undeliverable
from course.cloud.engine.work import Work
from course.cloud.iam.rights import Rights
from course.cloud.moto_bridge import (
    events_push,
    logs_push,
    patches,
    s3_configuration,
    s3_push,
    scheduler_push,
    sns_push,
)
from course.cloud.moto_bridge.presence import Presence
from course.cloud.moto_bridge.push import Push, current
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.buckets import Buckets
from course.cloud.sources.buses import Buses
from course.cloud.sources.delivery import Deliveries, Delivery
from course.cloud.sources.log_subscriptions import LogSubscriptions
from course.cloud.sources.rule_schedules import RuleSchedules
from course.cloud.sources.scheduler import Scheduler
from course.cloud.sources.topics import Topics
from course.cloud.virtual_clock import VirtualClock

relies_on("moto.sns.models", {"SNSBackend.publish": "6356a2b5b79e"})
relies_on("moto.stepfunctions.models", {"StepFunctionBackend.start_execution": "26eece2feee9"})
PATCHING = (events_push, logs_push, s3_configuration, s3_push, scheduler_push, sns_push)


class Pushes:
    """Those of one cloud. `find_function` raises AwsError for a function that is not there."""

    def __init__(
        self,
        account: str,
        region: str,
        clock: VirtualClock,
        work: Work,
        ledger: Ledger,
        chance: random.Random,
        accept: Accept,
        outbox: Outbox,
        find_function: Callable[[str], object],
        rights: Rights,
    ) -> None:
        from moto.moto_api._internal import mock_random

        self._account = account
        self._region = region
        # A stream of its own: other threads draw from the cloud's, and who comes first is not the same each time.
        chance = random.Random(chance.getrandbits(64))

        def new_id() -> str:
            return str(uuid.UUID(int=chance.getrandbits(128), version=4))

        self._new_id = new_id
        deliveries = Deliveries(clock, work, ledger, chance, accept, outbox, rights)
        rules = events_push.MotoRules(account, region)
        self._buses = buses = Buses(deliveries, ledger, clock, rules, new_id)
        deliveries.senders |= {
            "events": self._to_bus,
            "logs": self._to_log_group,
            "sns": self._to_topic,
            "states": self._to_state_machine,
        }
        default = f"arn:aws:events:{region}:{account}:event-bus/default"
        self._push = Push(
            deliveries=deliveries,
            presence=Presence(account, region, find_function),
            buckets=Buckets(deliveries, lambda event: buses.put(default, event), clock, new_id),
            topics=Topics(deliveries),
            buses=buses,
            rule_schedules=RuleSchedules(buses, clock, ledger, new_id, rules.find),
            scheduler=Scheduler(deliveries, clock, ledger, chance, new_id, scheduler_push.delete),
            log_subscriptions=LogSubscriptions(deliveries),
            ledger=ledger,
        )
        self._outbox = outbox
        patches.apply()
        mock_random.seed(chance.getrandbits(64))  # moto's ids are part of the history
        current.enter(self._push)

    def clear(self) -> None:
        """Forget every schedule."""
        self._push.rule_schedules.clear()
        self._push.scheduler.clear()

    def close(self) -> None:
        """Push nothing any more. May be called twice."""
        current.leave(self._push)
        self.clear()

    def _to_bus(self, delivery: Delivery) -> None:
        if delivery.attributes:  # a new event, of the Scheduler
            self._outbox.send(delivery.target, delivery.body, delivery.attributes, trace=delivery.trace)
        else:
            self._buses.put(delivery.target, json.loads(delivery.body), forwarded=True)

    def _to_topic(self, delivery: Delivery) -> None:
        if not delivery.subject:
            self._outbox.send(delivery.target, delivery.body, delivery.attributes or {}, trace=delivery.trace)
            return
        from moto.sns.models import sns_backends

        backend = sns_backends[self._account][delivery.target.split(":")[3]]
        if delivery.target not in backend.topics:
            raise Undeliverable("Topic does not exist")
        backend.publish(delivery.body, delivery.target, subject=delivery.subject)

    def _to_log_group(self, delivery: Delivery) -> None:
        from moto.core.utils import unix_time_millis
        from moto.logs.models import logs_backends

        backend = logs_backends[self._account][delivery.target.split(":")[3]]
        name = delivery.target.split(":log-group:")[1].removesuffix(":*")
        if name not in backend.groups:
            raise Undeliverable("The specified log group does not exist.")
        stream = self._new_id()
        backend.create_log_stream(name, stream)
        event: dict[str, Any] = {"timestamp": int(unix_time_millis()), "message": delivery.body}
        backend.groups[name].streams[stream].put_log_events([event])

    def _to_state_machine(self, delivery: Delivery) -> None:
        from moto.core.exceptions import JsonRESTError
        from moto.stepfunctions.models import stepfunctions_backends

        backend = stepfunctions_backends[self._account][delivery.target.split(":")[3]]
        try:
            backend.start_execution(delivery.target, self._new_id(), delivery.body)
        except JsonRESTError as error:
            raise Undeliverable(str(error.message)) from error
