"""A schedule: an event that comes by the clock."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class Schedule(NamedTuple):
    """`expression` is `rate(...)`, `cron(...)` or `at(...)`; `functions` are the logical ids of those it
    invokes. `kind` is "rule" for EventBridge's rules, which know no time zone, and "scheduler"."""

    logical_id: str
    kind: str
    expression: Value
    timezone: Value
    enabled: Value
    functions: tuple[str, ...]
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Schedule]:
        """The schedules of functions that invoke them, and those that stand alone."""
        for function in template.functions:
            for event in function.events:
                own = event.settings
                if own.kind in ("Schedule", "ScheduleV2"):
                    yield cls._read(own, own.kind == "ScheduleV2", (function.logical_id,))
        for found in template.of("AWS::Events::Rule"):
            if "ScheduleExpression" in found.properties.entries:
                names = [name for part in found.maps("Targets") for name in _targets(template, part)]
                yield cls._read(found, False, tuple(names))
        for found in template.of("AWS::Scheduler::Schedule"):
            names = [name for part in found.maps("Target") for name in _targets(template, part)]
            yield cls._read(found, True, tuple(names))

    @classmethod
    def _read(cls, found: Resource, scheduler: bool, functions: tuple[str, ...]) -> Schedule:
        return cls(
            logical_id=found.logical_id,
            kind="scheduler" if scheduler else "rule",
            expression=found.first("Schedule", "ScheduleExpression"),
            timezone=found.value("ScheduleExpressionTimezone"),
            enabled=found.first("Enabled", "State"),
            functions=tuple(dict.fromkeys(functions)),
            resource=found,
        )


def _targets(template: Template, target: Resource) -> list[str]:
    return template.functions_named(target.properties, "Arn")
