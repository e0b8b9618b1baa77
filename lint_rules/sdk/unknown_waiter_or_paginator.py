"""LAM319."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM319", looks_at=Handler, severity="error", since="0.1", triggers=("get_waiter", "get_paginator"))
def unknown_waiter_or_paginator(handler: Handler) -> Iterator[Finding]:
    """A client is asked for a waiter or paginator that it does not have.

    ## Why it matters
    Waiters and paginators are found by a name in a string, and only some operations have them. A wrong name raises
    ValueError or OperationNotPageableError each time the line is reached.

    ## Bad
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        s3.get_waiter("object_exist").wait(Bucket="b", Key=event["key"])  # expect: unknown-waiter-or-paginator
        pages = s3.get_paginator("get_object").paginate(Bucket="b")  # expect: unknown-waiter-or-paginator
        return len(list(pages))
    ```

    ## Good
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        s3.get_waiter("object_exists").wait(Bucket="b", Key=event["key"])
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="b")
        return len(list(pages))
    ```

    ## When not to fix
    The function brings a boto3 that is newer than this linter's snapshot of its models.

    ## See also
    boto3: "Paginators", and the waiters of each client.
    """
    for kind in ("waiter", "paginator"):
        for found in handler.requests.unknown_names(kind):
            yield Finding(
                f"a client of {found.service} has no {kind} `{found.name}`.{found.near}",
                found.span,
            )
