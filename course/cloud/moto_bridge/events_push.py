"""moto's EventBridge, so that our `Buses` send what rules match, and rules with a schedule fire.

moto offers events to rules that are disabled or have a schedule only, refuses functions as targets, replays whole
archives whatever their window, and keeps TestEventPattern to itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from course.cloud.engine.outbox import Undeliverable
from course.cloud.engine.trace import served, serving
from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.push import Push, current
from course.cloud.sources import inputs
from course.cloud.sources.buses import Rule
from course.cloud.sources.patterns import Pattern
from course.cloud.sources.schedules import parse_rule, stamp

MODELS = "moto.events.models"
MOST_TARGETS = 5
"""Of a rule. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html (2026-11)"""
MOST_ENTRIES = 10
"""Of a request."""
RESPONSES = "moto.events.responses"


class MotoRules:
    """The rules and archives of one account and Region in moto."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def rules(self, bus_arn: str) -> Iterable[Rule]:
        bus = self._backend().event_buses.get(bus_arn.split("/")[-1])
        if bus is None:
            raise Undeliverable(f"Event bus {bus_arn.split('/')[-1]} does not exist.")
        return [read(rule) for rule in list(bus.rules.values())]

    def find(self, arn: str) -> Rule | None:
        """A rule of the default bus by its ARN."""
        rule = self._backend().event_buses["default"].rules.get(arn.split("/")[-1])
        return None if rule is None else read(rule)

    def keep(self, rule: Rule, event: Mapping[str, Any]) -> None:
        archive = self._backend().archives.get(rule.name.removeprefix("Events-Archive-"))
        if archive is not None:
            archive.events.append(dict(event))

    def _backend(self) -> Any:
        from moto.events.models import events_backends

        return events_backends[self._account][self._region]


def read(rule: Any) -> Rule:
    """One of moto's rules as ours."""
    return Rule(
        rule.name,
        rule.arn,
        rule.event_bus_name,
        rule.event_pattern.dump() or "",
        tuple(rule.targets),
        rule.state != "DISABLED",
    )


@patch(MODELS, "EventsBackend.put_events", "c56f6ac1f932")
def _put_events(original: Function) -> Function:
    def put_events(self: Any, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        push = current.it
        if push is None or len(events) > MOST_ENTRIES:
            return list(original(self, events))
        return [_put(self, push, event) for event in events]

    return put_events


def _put(backend: Any, push: Push, entry: dict[str, Any]) -> dict[str, Any]:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            complaint = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": complaint}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    bus = backend.describe_event_bus(backend._normalize_event_bus_arn(entry.get("EventBusName")))
    event = {
        "version": "0",
        "id": push.buses.new_id(),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": backend.account_id,
        "time": stamp(float(entry.get("Time") or push.buses.clock.now())),
        "region": backend.region_name,
        "resources": list(entry.get("Resources") or []),
        "detail": detail,
    }
    with serving(entry.get("TraceHeader") or served()):
        push.deliveries.guarded(bus.arn, lambda: push.buses.put(bus.arn, event))
    return {"EventId": event["id"]}


@patch(MODELS, "EventsBackend.put_rule", "28bf0ac76b1b")
def _put_rule(original: Function) -> Function:
    def put_rule(self: Any, *args: Any, **kwargs: Any) -> Any:
        from moto.events.exceptions import InvalidEventPatternException, ValidationException

        pattern, expression = kwargs.get("event_pattern"), kwargs.get("scheduled_expression")
        if expression:
            try:
                parse_rule(expression, 0.0)
            except ValueError:
                raise ValidationException("Parameter ScheduleExpression is not valid.") from None
        if pattern:
            try:
                Pattern(pattern)
            except ValueError as error:
                raise InvalidEventPatternException(reason=str(error)) from None
        rule = original(self, *args, **kwargs)
        _changed(rule)
        return rule

    return put_rule


@patch(MODELS, "EventsBackend.delete_rule", "cce3b9511f72")
def _delete_rule(original: Function) -> Function:
    def delete_rule(self: Any, name: str, event_bus_arn: str | None) -> None:
        bus = self.event_buses.get(self._normalize_event_bus_arn(event_bus_arn))
        rule = bus.rules.get(name) if bus is not None else None
        original(self, name, event_bus_arn)
        if rule is not None and current.it is not None:
            current.it.rule_schedules.gone(rule.arn)

    return delete_rule


@patch(MODELS, "Rule.enable", "7dffd073901e")
def _enable(original: Function) -> Function:
    def enable(self: Any) -> None:
        original(self)
        _changed(self)

    return enable


@patch(MODELS, "Rule.disable", "e5d69a4bfc1e")
def _disable(original: Function) -> Function:
    def disable(self: Any) -> None:
        original(self)
        _changed(self)

    return disable


@patch(MODELS, "EventsBackend.put_targets", "5c3742b61a68")
def _put_targets(original: Function) -> Function:
    def put_targets(self: Any, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]) -> None:
        from moto.core.exceptions import JsonRESTError
        from moto.events.exceptions import ValidationException

        for target in targets:
            complaint = inputs.complain(target)
            if complaint:
                raise ValidationException(complaint)
        bus = self.event_buses.get(self._normalize_event_bus_arn(event_bus_arn))
        rule = bus.rules.get(name) if bus is not None else None
        known = {target["Id"] for target in rule.targets} if rule is not None else set()
        if len(known | {target["Id"] for target in targets}) > MOST_TARGETS:
            raise JsonRESTError(
                "LimitExceededException", "The requested resource exceeds the maximum number allowed."
            )
        original(self, name, event_bus_arn, targets)

    return put_targets


@patch(MODELS, "Replay.replay_events", "9752fdb56ebb")
def _replay_events(original: Function) -> Function:
    def replay_events(self: Any, archive: Any) -> None:
        from moto.core.utils import unix_time
        from moto.events.models import ReplayState

        push = current.it
        first, last = stamp(float(self.event_start_time)), stamp(float(self.event_end_time))
        filters = self.destination.get("FilterArns")
        for event in list(archive.events):
            if push is not None and first <= event["time"] <= last:
                again = {**event, "id": push.buses.new_id(), "replay-name": self.name}
                push.buses.put(
                    self.destination["Arn"], again, only=None if not filters else filters.__contains__
                )
        self.state = ReplayState.COMPLETED
        self.end_time = unix_time()

    return replay_events


@patch(RESPONSES, "EventsHandler.test_event_pattern", "945d9dc74b3a")
def _test_event_pattern(original: Function) -> Function:
    def test_event_pattern(self: Any) -> Any:
        try:
            pattern = Pattern(self._get_param("EventPattern"))
        except ValueError as error:
            return self.error("InvalidEventPatternException", f"Event pattern is not valid. Reason: {error}")
        try:
            event = json.loads(self._get_param("Event"))
        except ValueError:
            return self.error("ValidationException", "Parameter Event is not valid.")
        return self._create_response({"Result": pattern.matches(event)})

    return test_event_pattern


def _changed(rule: Any) -> None:
    if current.it is not None:
        enabled = rule.state != "DISABLED"
        current.it.rule_schedules.changed(rule.arn, rule.scheduled_expression or "", enabled=enabled)
