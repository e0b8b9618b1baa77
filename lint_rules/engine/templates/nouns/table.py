"""A DynamoDB table."""

from __future__ import annotations

from collections.abc import Iterator

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
