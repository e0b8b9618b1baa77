"""LAM323."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM323", looks_at=Handler, severity="error", since="0.1", triggers=("dynamodb",))
def dynamodb_client_resource_type_mixup(handler: Handler) -> Iterator[Finding]:
    """Attributes are given to a DynamoDB table with types, or to a client without.

    ## Why it matters
    A client takes each value with its type, `{"S": "a"}`, and refuses any other with ParamValidationError. A table of
    `boto3.resource` takes Python's own values: one with a type is a map to it, so that a key does not match, and an
    item holds `{"S": "a"}` where readers look for "a".

    ## Bad
    ```python file="app.py"
    import boto3

    client = boto3.client("dynamodb")
    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        client.delete_item(TableName="orders", Key={"id": "one"})  # expect: dynamodb-client-resource-type-mixup
        table.delete_item(Key={"id": {"S": event["id"]}})  # expect: dynamodb-client-resource-type-mixup
    ```

    ## Good
    ```python file="app.py"
    import boto3

    client = boto3.client("dynamodb")
    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        client.delete_item(TableName="orders", Key={"id": {"S": "one"}})
        table.delete_item(Key={"id": event["id"]})
    ```

    ## When not to fix
    The items of the table really hold maps with such a key.

    ## See also
    boto3: "DynamoDB customization reference", valid types. AWS: "Data type descriptors" in the DynamoDB
    Developer Guide.
    """
    requests = handler.requests
    for given in requests.typed_for_tables():
        yield Finding(
            "a table takes Python's own values: with a type in front each is a map, and a key does not match",
            given.span,
        )
    for given in requests.untyped_for_clients():
        yield Finding(
            'a client of DynamoDB takes each value with its type, as {"S": "a"}: this raises ParamValidationError',
            given.span,
        )
