"""LAM503."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, Severity, rule

_BATCHES = frozenset({"SQS", "Kinesis", "DynamoDB", "EventSourceMapping"})
_ONE_IN_PRACTICE = frozenset({"S3"})
"""SNS says that a notification holds one message, https://aws.amazon.com/sns/faqs/ (2026-11)."""


@rule("LAM503", looks_at=Handler, severity="error", since="0.1", fix="unsafe", triggers=("Records",))
def only_first_record(handler: Handler) -> Iterator[Finding]:
    """The handler works on the first record of a batch and forgets the others.

    ## Why it matters
    Lambda hands a function up to BatchSize messages at once, ten of a queue by default. When the handler returns, all
    of them count as done: those after the first are deleted unread. Under a test with one message at a time, and on
    quiet days, nothing is missing. It is advice where no template tells the batch size, and where S3 sends, which puts
    one record into an event in practice.

    ## Bad
    ```python file="app.py"
    import json
    from shop import place

    def handler(event, context):
        order = json.loads(event["Records"][0]["body"])  # expect: only-first-record
        place(order)
    ```

    ## Fixed
    ```python file="app.py"
    import json
    from shop import place

    def handler(event, context):
        for record in event["Records"]:
            order = json.loads(record["body"])
            place(order)
    ```

    ## Good
    ```python file="app.py"
    import json
    from shop import place

    def handler(event, context):
        first = json.loads(event["Records"][0]["body"])
        print(first["id"], "is the first of", len(event["Records"]))
        for record in event["Records"]:
            place(json.loads(record["body"]))
    ```

    One message at a time, says the template.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Place:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Orders:
              Type: SQS
              Properties:
                Queue: !ImportValue orders
                BatchSize: 1
    ```
    ```python file="src/app.py"
    import json
    from shop import place

    def handler(event, context):
        place(json.loads(event["Records"][0]["body"]))
    ```

    CloudFront and SNS always send one.
    ```python file="app.py"
    def handler(event, context):
        request = event["Records"][0]["cf"]["request"]
        request["uri"] += "index.html"
        return request

    def news_handler(event, context):
        return {"news": event["Records"][0]["Sns"]["Message"]}
    ```

    ## When not to fix
    BatchSize is 1, set where the linter does not see it.

    ## See also
    AWS: "Using Lambda with Amazon SQS", batching behavior.
    """
    found = handler.event.first_record() if handler.entry.is_plain else None
    if found is None or handler.takes_one:
        return
    kinds = handler.kinds
    if not kinds or not kinds <= _BATCHES | _ONE_IN_PRACTICE:
        return
    batches = bool(kinds & _BATCHES)
    told = any(event.how == "poll" for spec in handler.specs for event in spec.events)
    if found.returns:
        message = "the loop ends in its first round, so only the first record of the batch is worked on"
    elif batches and not told:
        message = "only the first record is worked on: that is all of a batch only where BatchSize is 1"
    elif batches:
        message = (
            "only the first record of the batch is worked on, and the others are lost; loop over all of them"
        )
    else:
        message = (
            "only the first record is worked on; S3 sends one in practice, though it does not promise that"
        )
    edits = found.looped()
    yield Finding(
        message,
        found.span,
        Fix("Do it for each record", edits, Safety.UNSAFE) if edits else None,
        severity=_severity(batches, told or found.returns),
    )


def _severity(batches: bool, sure: bool) -> Severity | None:
    if not batches:
        return Severity.ADVICE
    return None if sure else Severity.ADVICE
