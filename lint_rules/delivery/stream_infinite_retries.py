"""LAM644."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Safety, Template, rule

_BOUNDS = ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds")


@rule(
    "LAM644",
    looks_at=Template,
    severity="warning",
    since="0.1",
    fix="unsafe",
    triggers=("Kinesis", "kinesis", "DynamoDB", "dynamodb", "tream"),
)
def stream_infinite_retries(template: Template) -> Iterator[Finding]:
    """A function reads a stream, and one bad record can stop it until the record expires.

    ## Why it matters
    Where nothing else is said, Lambda tries a batch of a stream on which the function fails again and again until
    its records expire: after 24 hours in DynamoDB, and up to a year in Kinesis. Nothing behind it in the shard is
    read meanwhile, and each attempt costs an invocation. A bound on the attempts or on the age of records lets
    the shard go on.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Index:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Changes:  # expect: stream-infinite-retries
              Type: DynamoDB
              Properties:
                Stream: !GetAtt Orders.StreamArn
                StartingPosition: TRIM_HORIZON
                DestinationConfig:
                  OnFailure:
                    Destination: !GetAtt Failed.Arn
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Index:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Changes:
              Type: DynamoDB
              Properties:
                MaximumRetryAttempts: 10
                Stream: !GetAtt Orders.StreamArn
                StartingPosition: TRIM_HORIZON
                DestinationConfig:
                  OnFailure:
                    Destination: !GetAtt Failed.Arn
    ```

    ## Good
    One of the two bounds is enough.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Index:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Changes:
              Type: Kinesis
              Properties:
                Stream: !GetAtt Clicks.Arn
                StartingPosition: LATEST
                MaximumRecordAgeInSeconds: 3600
                DestinationConfig:
                  OnFailure:
                    Destination: !GetAtt Failed.Arn
    ```

    ## When not to fix
    Records must be done in their order and none may be left out, so that the shard has to wait for a repair.

    ## See also
    LAM643 stream-no-on-failure. AWS: "Using Lambda to process records from Amazon Kinesis Data Streams".
    """
    for function in template.functions:
        for event in function.events:
            if event.kind not in ("Kinesis", "DynamoDB"):
                continue
            bounds = [event.settings.chosen(name) for name in _BOUNDS]
            unbounded = [bound.absent or str(bound.value) == "-1" for bound in bounds]
            if all(unbounded):
                written = next((bound for bound in bounds if bound.known), None)
                edit = (
                    template.edit_replacing(written, "10" if written is bounds[0] else "3600")
                    if written is not None
                    else event.settings.edit_adding((_BOUNDS[0],), "10")
                )
                yield Finding(
                    f"Lambda tries a batch on which {function.logical_id} fails until its records expire, and reads "
                    "nothing behind it in the shard; bound the attempts or the age of records",
                    written.span if written is not None else event.home,
                    Fix("Try ten times more at most", (edit,), Safety.UNSAFE) if edit else None,
                )
