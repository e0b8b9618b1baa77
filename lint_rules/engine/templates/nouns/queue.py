"""An SQS queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource, as_number


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
