"""A notification: the events and the objects of a bucket of which S3 tells somebody."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import Map
from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple

_LISTS = ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations")


class Notice(NamedTuple):
    """`events` are written as `s3:ObjectCreated:Put`, perhaps with `*` at the end; a key must begin with `prefix` and
    end with `suffix`. `bucket` is the logical id of the bucket, `function` that of the function that is told, or
    empty.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
    """

    bucket: str
    function: str
    events: tuple[str, ...]
    prefix: str
    suffix: str
    span: Span

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Notice]:
        """The notifications of which everything is known."""
        for found in template.of("AWS::S3::Bucket", "AWS::S3::BucketNotification"):
            buckets = [found.logical_id] if found.kind == "AWS::S3::Bucket" else found.refers_to("Bucket")
            for name in _LISTS:
                for part in found.maps("NotificationConfiguration", name):
                    told = template.functions_named(part.properties, "Function")
                    yield from cls._read(part, (*buckets, "")[0], (*told, "")[0], _key(part))
        for function in template.functions:
            for event in function.events:
                if event.settings.kind == "S3":
                    yield from cls._read(event.settings, event.source_id, function.logical_id, event.span)

    @classmethod
    def _read(cls, found: Resource, bucket: str, function: str, span: Span) -> Iterator[Notice]:
        events = _strings(found.first("Event", "Events"))
        rules = found.value("Filter", "S3Key", "Rules")
        if not bucket or not events or not (rules.known or rules.absent):
            return
        affixes = {"prefix": "", "suffix": ""}
        for part in found.maps("Filter", "S3Key", "Rules"):
            name, value = part.value("Name").value, part.value("Value")
            if not isinstance(name, str) or not isinstance(value.value, str):
                return
            affixes[name.lower()] = value.value
        yield cls(bucket, function, events, affixes["prefix"], affixes["suffix"], span)

    def overlaps(self, other: Notice) -> bool:
        """Whether S3 would tell of one event twice."""
        return (
            any(_meet(one, two) for one in self.events for two in other.events)
            and (self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix))
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )

    def covers(self, event: str, key: str, *, whole: bool) -> bool:
        """Whether it tells of an event of an object; of a key that is not `whole` only the beginning is known."""
        fits = key.startswith(self.prefix) and (not self.suffix or (whole and key.endswith(self.suffix)))
        return fits and any(_meet(each, event) for each in self.events)


def _meet(one: str, two: str) -> bool:
    """Whether two kinds of events have one in common."""
    if one.endswith("*"):
        return two.startswith(one[:-1]) or (two.endswith("*") and one.startswith(two[:-1]))
    return one.startswith(two[:-1]) if two.endswith("*") else one == two


def _strings(value: Value) -> tuple[str, ...]:
    if isinstance(value.value, str):
        return (value.value,)
    items = value.value if isinstance(value.value, list) else []
    texts = tuple(item.value for item in items if isinstance(item.value, str))
    return texts if len(texts) == len(items) else ()


def _key(part: Resource) -> Span:
    """The place of the events in the configuration."""
    properties: Map = part.properties
    key = properties.key("Event") or properties.key("Events")
    return key.span if key else part.span
