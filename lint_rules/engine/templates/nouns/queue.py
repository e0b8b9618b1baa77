"""An SQS queue."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lint_rules.engine.sources.node import Map, walk
from lint_rules.engine.templates.intrinsics import references
from lint_rules.engine.templates.model import EventSource, FunctionSpec, Template, Value
from lint_rules.engine.templates.resource import Resource, as_number
from lint_rules.engine.typed import NamedTuple

_LONGEST = 12 * 60 * 60
"""Seconds; SQS allows no longer visibility timeout."""

_OF_FAILURES = ("dlq", "deadletter", "dead-letter", "dead_letter", "dead letter", "fail")
_TAKERS = frozenset({
    *("RedrivePolicy", "DeadLetterConfig", "DeadLetterQueue", "OnFailure", "OnSuccess", "DestinationConfig"),
})  # fmt: skip
"""Properties that name the queue of what could not be done."""


class Queue(NamedTuple):
    """`visibility_timeout` and `retention` are in seconds, as SQS counts them; `dead_letter` is the ARN of
    the queue that takes what was received `max_receive_count` times in vain.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
    """

    logical_id: str
    name: Value
    fifo: Value
    visibility_timeout: Value
    retention: Value
    dead_letter: Value
    max_receive_count: Value
    kms_key: Value
    resource: Resource

    @property
    def readers(self) -> list[tuple[FunctionSpec, EventSource]]:
        """The functions of the template that Lambda invokes with its messages."""
        return [
            (function, event)
            for function in self.resource.template.functions
            for event in function.events
            if event.kind == "SQS" and self.logical_id in event.source.names
        ]

    @property
    def takes_failures(self) -> bool:
        """Whether something puts there what failed elsewhere, as far as the template or the queue's name tells."""
        resource = self.resource
        name = self.name.value or self.name.text
        called = f"{self.logical_id} {name}".lower()
        if any(word in called for word in _OF_FAILURES) or not resource.chosen("RedriveAllowPolicy").absent:
            return True
        root = resource.template.root
        return any(
            self.logical_id in references(value)
            for part in (walk(root) if root is not None else ())
            if isinstance(part, Map)
            for key, value in part.items()
            if key.text in _TAKERS
        )

    @property
    def hidden_seconds(self) -> float | None:
        """The visibility timeout that holds, 30 seconds where none is set; None when unresolved."""
        found = self.visibility_timeout
        return 30 if found.absent else found.value if isinstance(found.value, int | float) else None

    @property
    def wanted_seconds(self) -> int | None:
        """The visibility timeout that AWS asks for: six times the timeout of a function that reads the queue, and the
        time for which its batches are collected. None where nothing certain reads it.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        """
        wanted = [
            math.ceil(6 * function.seconds + window)
            for function, event in self.readers
            if function.seconds is not None
            and isinstance(
                window := event.settings.number("MaximumBatchingWindowInSeconds").value or 0, int | float
            )
        ]
        return min(max(wanted), _LONGEST) if wanted else None

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Queue]:
        """The queues that the template makes."""
        for found in template.of("AWS::SQS::Queue"):
            yield cls(
                logical_id=found.logical_id,
                name=found.value("QueueName"),
                fifo=found.flag("FifoQueue"),
                visibility_timeout=found.number("VisibilityTimeout"),
                retention=found.number("MessageRetentionPeriod"),
                dead_letter=found.chosen("RedrivePolicy", "deadLetterTargetArn"),
                max_receive_count=as_number(found.chosen("RedrivePolicy", "maxReceiveCount")),
                kms_key=found.value("KmsMasterKeyId"),
                resource=found,
            )
