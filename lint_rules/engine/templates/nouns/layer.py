"""A version of a Lambda layer."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class Layer(NamedTuple):
    """`content` is the folder or archive on this machine, or a map with the place in S3."""

    logical_id: str
    name: Value
    content: Value
    runtimes: Value
    architectures: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Layer]:
        """The layers that the template makes."""
        for found in template.of("AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion"):
            yield cls(
                logical_id=found.logical_id,
                name=found.value("LayerName"),
                content=found.first("ContentUri", "Content"),
                runtimes=found.value("CompatibleRuntimes"),
                architectures=found.value("CompatibleArchitectures"),
                resource=found,
            )
