"""LAM301."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM301", looks_at=Handler, severity="warning", since="0.1", fix="unsafe", triggers=("boto",))
def missing_pagination(handler: Handler) -> Iterator[Finding]:
    """The first page of an AWS answer is taken for all of it.

    ## Why it matters
    Operations that list things answer with so many at once: S3 with 1,000 keys, a DynamoDB scan or query with 1 MB, SSM
    with 10 parameters. Whether there is more stands in a token of the answer. Code that does not look at it works until
    there is one thing more than fits, and then leaves out the rest without an error.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        found = s3.list_objects_v2(Bucket=event["bucket"])  # expect: missing-pagination
        return sum(item["Size"] for item in found["Contents"])
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        found = s3.get_paginator("list_objects_v2").paginate(Bucket=event["bucket"]).build_full_result()
        return sum(item["Size"] for item in found["Contents"])
    ```

    ## Good
    Page by page, so that no more than one is in memory:
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=event["bucket"])
        return sum(item["Size"] for page in pages for item in page.get("Contents", []))
    ```

    A table has no paginator; its answer tells where to go on.
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        found = table.scan()
        items = found["Items"]
        while "LastEvaluatedKey" in found:
            found = table.scan(ExclusiveStartKey=found["LastEvaluatedKey"])
            items += found["Items"]
        return len(items)
    ```

    As many as the caller wants, and one of which there is one.
    ```python file="app.py"
    import boto3
    from boto3.dynamodb.conditions import Key

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        last = table.query(KeyConditionExpression=Key("id").eq(event["id"]), Limit=5, ScanIndexForward=False)
        one = table.query(KeyConditionExpression=Key("id").eq("total"))["Items"][0]
        return [item["text"] for item in last["Items"]] + [one["text"]]
    ```

    ## When not to fix
    There can never be more than a page, and nothing would break if there were.

    ## See also
    boto3: "Paginators". AWS: "Paginating table query results in DynamoDB".
    """
    for page in handler.requests.first_pages():
        method, token = page.sent.method, page.token
        edits = page.paginated()
        how = (
            f'use `get_paginator("{method}")`' if edits else f"go on with `{page.asked}` until there is none"
        )
        yield Finding(
            f"this is the first page of {page.sent.operation} only, and nothing reads `{token}`, which tells of more; "
            + how,
            page.sent.span,
            Fix("Fetch all pages", edits, Safety.UNSAFE) if edits else None,
        )
