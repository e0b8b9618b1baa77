"""An SNS topic and who gets what is published on it."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class Topic(NamedTuple):
    """An SNS topic. `kms_key` encrypts it at rest."""

    logical_id: str
    name: Value
    fifo: Value
    kms_key: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Topic]:
        """The topics that the template makes."""
        for found in template.of("AWS::SNS::Topic"):
            yield cls(
                logical_id=found.logical_id,
                name=found.value("TopicName"),
                fifo=found.flag("FifoTopic"),
                kms_key=found.value("KmsMasterKeyId"),
                resource=found,
            )


class Subscription(NamedTuple):
    """Somebody who gets what a topic publishes. `topic` is the logical id of the topic, or empty; `raw` says
    that the message comes without SNS's envelope; `undelivered` is the queue for what could not be
    delivered."""

    logical_id: str
    topic: str
    protocol: Value
    endpoint: Value
    filter: Value
    raw: Value
    undelivered: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Subscription]:
        """The subscriptions that stand alone, and those written in a topic."""
        for found in template.of("AWS::SNS::Subscription"):
            yield cls._read(found, next(iter(found.refers_to("TopicArn")), ""))
        for topic in template.of("AWS::SNS::Topic"):
            for inner in topic.maps("Subscription"):
                yield cls._read(inner, topic.logical_id)

    @classmethod
    def _read(cls, found: Resource, topic: str) -> Subscription:
        return cls(
            logical_id=found.logical_id,
            topic=topic,
            protocol=found.value("Protocol"),
            endpoint=found.value("Endpoint"),
            filter=found.value("FilterPolicy"),
            raw=found.flag("RawMessageDelivery"),
            undelivered=found.chosen("RedrivePolicy", "deadLetterTargetArn"),
            resource=found,
        )
