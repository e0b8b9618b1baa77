"""LAM322."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Related, Safety, rule


@rule(
    "LAM322",
    looks_at=Handler,
    severity="error",
    since="0.1",
    fix="unsafe",
    profile="strict",
    triggers=("dumps",),
)
def dynamodb_decimal_json(handler: Handler) -> Iterator[Finding]:
    """Items of a DynamoDB table are made JSON by an encoder that does not know their numbers.

    ## Why it matters
    boto3 gives numbers of DynamoDB as Decimal, which `json.dumps` does not know. As soon as an item holds a number the
    call raises "Object of type Decimal is not JSON serializable", and with an API in front the client gets 502.

    ## Bad
    ```python file="app.py"
    import json

    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        found = table.get_item(Key={"id": event["id"]})
        return {"statusCode": 200, "body": json.dumps(found["Item"])}  # expect: dynamodb-decimal-json
    ```

    ## Fixed
    ```python file="app.py"
    import json

    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        found = table.get_item(Key={"id": event["id"]})
        return {"statusCode": 200, "body": json.dumps(found["Item"], default=str)}
    ```

    ## Good
    Numbers as numbers:
    ```python file="app.py"
    import json
    from decimal import Decimal

    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def number(value):
        if isinstance(value, Decimal):
            return int(value) if value == int(value) else float(value)
        raise TypeError(type(value).__name__)

    def handler(event, context):
        found = table.get_item(Key={"id": event["id"]})
        return {"statusCode": 200, "body": json.dumps(found["Item"], default=number)}
    ```

    ## When not to fix
    No item of the table will ever hold a number.

    ## See also
    LAM321 dynamodb-float. boto3: "DynamoDB customization reference", valid types.
    """
    for call in handler.requests.encoded_items():
        edits = call.with_default()
        yield Finding(
            "numbers of a DynamoDB table are Decimals: `json.dumps` raises TypeError at the first one; pass `default=`",
            call.span,
            Fix("Make text of what JSON does not know", edits, Safety.UNSAFE) if edits else None,
            (Related("the items are read here", call.sent.span),),
        )
