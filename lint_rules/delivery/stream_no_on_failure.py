"""LAM643."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import EventSource, Finding, Fix, FunctionSpec, Safety, Template, rule

_STREAMS = {"Kinesis": "Kinesis", "DynamoDB": "DynamoDB"}


@rule(
    "LAM643",
    looks_at=Template,
    severity="warning",
    since="0.1",
    fix="unsafe",
    triggers=("Kinesis", "kinesis", "DynamoDB", "dynamodb", "tream"),
)
def stream_no_on_failure(template: Template) -> Iterator[Finding]:
    """A function reads a stream, and what it gives up on is noted nowhere.

    ## Why it matters
    When Lambda has tried a batch of a stream as often, or for as long, as it may, it goes on with the next one.
    The records are skipped, and nothing tells which. A destination for failures gets their places in the stream,
    so that they can be read and done again while the stream still has them.

    A dead-letter queue of the function itself is for asynchronous invocations; batches of streams never reach it.

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
            Changes:  # expect: stream-no-on-failure
              Type: DynamoDB
              Properties:
                Stream: !GetAtt Orders.StreamArn
                StartingPosition: TRIM_HORIZON
                MaximumRetryAttempts: 5
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      IndexFailed: {Type: AWS::SQS::Queue}
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
                DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt IndexFailed.Arn}}
                Stream: !GetAtt Orders.StreamArn
                StartingPosition: TRIM_HORIZON
                MaximumRetryAttempts: 5
    ```

    ## Good
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
                MaximumRetryAttempts: 5
                DestinationConfig:
                  OnFailure:
                    Destination: !GetAtt Failed.Arn
    ```
    A queue keeps what failed by itself, and takes no such destination.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !ImportValue jobs
    ```

    ## When not to fix
    Records may be lost, as with statistics, or the function catches every failure and keeps the record itself.

    ## See also
    LAM644 stream-infinite-retries. AWS: "Retain discarded batch records for a DynamoDB event source in Lambda".
    """
    for function in template.functions:
        for event in function.events:
            if event.kind in _STREAMS and event.settings.chosen("DestinationConfig", "OnFailure").absent:
                yield Finding(
                    f"Batches of {_STREAMS[event.kind]} on which {function.logical_id} fails for good are skipped "
                    "and noted nowhere; give the mapping a destination for failures",
                    event.home,
                    _fix(template, function, event),
                )


def _fix(template: Template, function: FunctionSpec, event: EventSource) -> Fix | None:
    # SAM lets the role that it made write to the queue; a role of your own would lack that.
    if event.settings.kind not in _STREAMS or not function.role.absent:
        return None
    value = "{OnFailure: {Type: SQS, Destination: !GetAtt {}.Arn}}"
    part = event.settings.properties
    edits = template.edits_with_queue(function.resource, part, ("DestinationConfig",), value)
    return Fix("Note in a queue what is given up", edits, Safety.UNSAFE) if edits else None
