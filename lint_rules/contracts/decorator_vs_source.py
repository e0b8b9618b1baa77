"""LAM920."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, rule


@rule("LAM920", looks_at=Deployment, severity="error", since="0.1", triggers=("aws_lambda_powertools",))
def decorator_vs_source(function: Deployment) -> Iterator[Finding]:
    """Code reads its events with a class of Powertools that is for another source.

    ## Why it matters
    The classes do not look at the event when they are made, so the mistake shows at the first field that is not there:
    a KeyError on every event, or a batch processor that cannot tell which message failed.

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
            Jobs:
              Type: SQS
              Properties:
                Queue: !ImportValue jobs
    ```
    ```python file="src/app.py"
    from aws_lambda_powertools.utilities.data_classes import SNSEvent, event_source

    @event_source(data_class=SNSEvent)  # expect: decorator-vs-source
    def handler(event, context):
        return {"subject": event.record.sns.subject}
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
            Jobs:
              Type: SQS
              Properties:
                Queue: !ImportValue jobs
    ```
    ```python file="src/app.py"
    from aws_lambda_powertools.utilities.data_classes import SQSEvent, event_source

    @event_source(data_class=SQSEvent)
    def handler(event, context):
        return {"bodies": [record.body for record in event.records]}
    ```

    ## When not to fix
    Somebody else sends events of that shape to the function as well.

    ## See also
    Powertools for AWS Lambda (Python): "Event source data classes".
    """
    events = function.spec.events
    for claim in function.claims():
        if not any(event.kind in claim.kinds for event in events):
            yield Finding(
                f"`{claim.name}` is for {claim.kinds[0]}, but {events[0].kind} invokes {function.name}",
                claim.span,
                related=(Related("what invokes it", events[0].span),),
            )
