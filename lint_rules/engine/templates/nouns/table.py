"""A DynamoDB table."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.intrinsics import references
from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class Table(NamedTuple):
    """`partition_key` and `sort_key` are names of attributes, `stream` the view type of its stream,
    `expiry` the attribute that holds the time at which an item goes. `billing` is absent where AWS's default,
    PROVISIONED, holds.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
    """

    logical_id: str
    name: Value
    partition_key: Value
    sort_key: Value
    billing: Value
    stream: Value
    expiry: Value
    recovery: Value
    kms_key: Value
    protected: Value
    resource: Resource

    @property
    def units(self) -> list[Value]:
        """The read and the write capacity that it has in all, where that is fixed."""
        names = ("ReadCapacityUnits", "WriteCapacityUnits")
        return [self.resource.number("ProvisionedThroughput", name) for name in names]

    @property
    def scales(self) -> bool:
        """Whether something in the template scales its capacity, or may do so."""
        template = self.resource.template
        targets = template.of("AWS::ApplicationAutoScaling::ScalableTarget")
        return any(self.logical_id in target.refers_to("ResourceId") for target in targets) or any(
            "table/" in str(target.value("ResourceId").text or target.value("ResourceId").value)
            and not target.refers_to("ResourceId")
            for target in targets
        )

    @property
    def users(self) -> list[str]:
        """The logical ids of the functions that refer to it, other than by reading its stream."""
        return [
            function.logical_id
            for function in self.resource.template.functions
            for name, (_, value) in function.properties.entries.items()
            if name != "Events" and self.logical_id in references(value)
        ]

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Table]:
        """The tables that the template makes."""
        kinds = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Serverless::SimpleTable")
        for found in template.of(*kinds):
            simple = found.kind == "AWS::Serverless::SimpleTable"
            recovery = ("PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
            yield cls(
                logical_id=found.logical_id,
                name=found.value("TableName"),
                partition_key=found.value("PrimaryKey", "Name") if simple else _key(found, "HASH"),
                sort_key=Value("absent", None, found.span) if simple else _key(found, "RANGE"),
                billing=found.value("BillingMode"),
                stream=found.value("StreamSpecification", "StreamViewType"),
                expiry=found.value("TimeToLiveSpecification", "AttributeName"),
                recovery=found.flag(*recovery),
                kms_key=found.first("SSESpecification.KMSMasterKeyId", "SSESpecification.SSEEnabled"),
                protected=found.flag("DeletionProtectionEnabled"),
                resource=found,
            )


def _key(table: Resource, role: str) -> Value:
    schema = table.value("KeySchema")
    if schema.state != "known":
        return schema
    for part in table.maps("KeySchema"):
        if part.value("KeyType").value == role:
            return part.value("AttributeName")
    return Value("absent", None, table.span)
