"""LAM608."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Queue, Related, Safety, Template, rule


@rule("LAM608", looks_at=Template, severity="error", since="0.1", fix="safe", triggers=("SQS", "sqs"))
def sqs_visibility_lt_timeout(template: Template) -> Iterator[Finding]:
    """A queue shows its messages again before the function that reads them must be done.

    ## Why it matters
    While a function works on a message, the queue hides it for its visibility timeout. Lambda refuses a mapping
    whose queue hides messages for less than the function's timeout, since a message could be worked on twice at
    the same time, so the deployment fails. Without a property of its own a queue hides messages for 30 seconds,
    and a function may take 3.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 60
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !GetAtt Jobs.Arn
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 45  # expect: sqs-visibility-lt-timeout
          RedrivePolicy:
            deadLetterTargetArn: !GetAtt Failed.Arn
            maxReceiveCount: 5
      Failed:
        Type: AWS::SQS::Queue
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 60
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !GetAtt Jobs.Arn
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 360
          RedrivePolicy:
            deadLetterTargetArn: !GetAtt Failed.Arn
            maxReceiveCount: 5
      Failed:
        Type: AWS::SQS::Queue
    ```

    ## Good
    Nothing is said of either: 30 seconds are ten times 3.
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
                Queue: !GetAtt Jobs.Arn
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          RedrivePolicy:
            deadLetterTargetArn: !GetAtt Failed.Arn
            maxReceiveCount: 5
      Failed:
        Type: AWS::SQS::Queue
    ```

    ## When not to fix
    Never: the deployment fails.

    ## See also
    LAM609 sqs-visibility-lt-6x. AWS: "Configuring a queue to use with Lambda" in the Lambda Developer Guide.
    """
    for queue in template.all(Queue):
        hidden = queue.hidden_seconds
        for function, event in queue.readers:
            seconds = function.seconds
            if hidden is not None and seconds is not None and hidden < seconds:
                visible = queue.visibility_timeout
                raised = str(queue.wanted_seconds)
                edit = (
                    queue.resource.edit_adding(("VisibilityTimeout",), raised)
                    if visible.absent
                    else template.edit_replacing(visible, raised)
                )
                yield Finding(
                    f"{queue.logical_id} hides a message for {hidden:g} seconds, but {function.logical_id} may take "
                    f"{seconds:g}: Lambda refuses to connect them",
                    visible.span,
                    Fix(f"Hide messages for {raised} seconds", (edit,), Safety.SAFE) if edit else None,
                    (Related(f"{event.name} reads the queue", event.span),),
                )
                break
