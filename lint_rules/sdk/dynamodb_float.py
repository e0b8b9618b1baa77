"""LAM321."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM321", looks_at=Handler, severity="error", since="0.1", fix="unsafe", triggers=("Table",))
def dynamodb_float(handler: Handler) -> Iterator[Finding]:
    """A float is given to a table of DynamoDB, which takes Decimals.

    ## Why it matters
    DynamoDB keeps 38 decimal digits, and floats are no decimals, so that boto3's tables refuse them: each call raises
    "Float types are not supported. Use Decimal types instead". `time.time()` and a division are floats as well.

    ## Bad
    ```python file="app.py"
    import time

    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(
            Item={
                "id": event["id"],
                "price": float(event["price"]),  # expect: dynamodb-float
                "at": time.time(),  # expect: dynamodb-float
            }
        )
    ```

    ## Fixed
    ```python file="app.py"
    import decimal
    import time

    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(
            Item={
                "id": event["id"],
                "price": decimal.Decimal(str(float(event["price"]))),
                "at": decimal.Decimal(str(time.time())),
            }
        )
    ```

    ## Good
    ```python file="app.py"
    import time
    from decimal import Decimal

    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(Item={"id": event["id"], "price": Decimal(event["price"]), "at": int(time.time())})
    ```

    ## When not to fix
    Never: the call fails.

    ## See also
    LAM322 dynamodb-decimal-json. boto3: "DynamoDB customization reference", valid types.
    """
    requests = handler.requests
    for value in requests.float_values():
        edits = requests.as_decimal(value)
        yield Finding(
            "tables of DynamoDB refuse floats: this call raises TypeError; give a Decimal or an int",
            value.span,
            Fix("Make a Decimal of its text", edits, Safety.UNSAFE) if edits else None,
        )
