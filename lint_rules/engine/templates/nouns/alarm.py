"""A CloudWatch alarm."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class Alarm(NamedTuple):
    """`dimensions` maps a dimension's name to its Value; `period` is in seconds; `actions` are told when it
    goes off. A metric computed from others has neither `metric` nor `namespace`."""

    logical_id: str
    name: Value
    namespace: Value
    metric: Value
    dimensions: dict[str, Value]
    statistic: Value
    threshold: Value
    comparison: Value
    period: Value
    periods: Value
    missing: Value
    actions: tuple[Value, ...]
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Alarm]:
        """The alarms that the template makes."""
        for found in template.of("AWS::CloudWatch::Alarm"):
            names = [(part.value("Name"), part.value("Value")) for part in found.maps("Dimensions")]
            yield cls(
                logical_id=found.logical_id,
                name=found.value("AlarmName"),
                namespace=found.value("Namespace"),
                metric=found.value("MetricName"),
                dimensions={name.value: value for name, value in names if isinstance(name.value, str)},
                statistic=found.first("Statistic", "ExtendedStatistic"),
                threshold=found.number("Threshold"),
                comparison=found.value("ComparisonOperator"),
                period=found.number("Period"),
                periods=found.number("EvaluationPeriods"),
                missing=found.value("TreatMissingData"),
                actions=found.texts("AlarmActions"),
                resource=found,
            )
