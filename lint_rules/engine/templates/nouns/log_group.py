"""A log group of CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class LogGroup(NamedTuple):
    """`retention` is in days; absent, logs are kept for ever."""

    logical_id: str
    name: Value
    retention: Value
    kms_key: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[LogGroup]:
        """The log groups that the template makes."""
        for found in template.of("AWS::Logs::LogGroup"):
            yield cls(
                logical_id=found.logical_id,
                name=found.value("LogGroupName"),
                retention=found.number("RetentionInDays"),
                kms_key=found.value("KmsKeyId"),
                resource=found,
            )
