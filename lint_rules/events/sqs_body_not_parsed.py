"""LAM504."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM504", looks_at=Handler, severity="error", since="0.1", fix="safe", triggers=("body",))
def sqs_body_not_parsed(handler: Handler) -> Iterator[Finding]:
    """Code looks for a key in the body of an SQS message, which is a string.

    ## Why it matters
    SQS carries text. What a sender wrote as JSON arrives as a string that holds JSON, so `record["body"]["id"]` ends in
    "string indices must be integers" for every message, `record["body"].get("id")` in AttributeError, and the queue
    hands the same messages out again.

    ## Bad
    ```python file="app.py"
    from shop import place

    def handler(event, context):
        for record in event["Records"]:
            place(record["body"]["order"])  # expect: sqs-body-not-parsed
    ```

    ## Fixed
    ```python file="app.py"
    import json
    from shop import place

    def handler(event, context):
        for record in event["Records"]:
            place(json.loads(record["body"])["order"])
    ```

    ## Good
    ```python file="app.py"
    import json

    from shop import place

    def handler(event, context):
        for record in event["Records"]:
            body = json.loads(record["body"])
            place(body["order"])
    ```

    Powertools' class parses it.
    ```python file="app.py"
    from aws_lambda_powertools.utilities.data_classes import SQSEvent, event_source

    from shop import place

    @event_source(data_class=SQSEvent)
    def handler(event: SQSEvent, context):
        for record in event.records:
            place(record.json_body["order"])
    ```

    ## When not to fix
    Only your own tests call the function, with bodies that are no strings.

    ## See also
    AWS: "Using Lambda with Amazon SQS", example event.
    """
    for body in handler.event.unparsed_bodies() if handler.entry.is_plain else ():
        edits = body.wrapped("json.loads")
        yield Finding(
            f"`{body.code}` is a string, which has no keys; read it with json.loads first",
            body.span,
            Fix("Read the JSON in it", edits, Safety.SAFE) if edits else None,
        )
