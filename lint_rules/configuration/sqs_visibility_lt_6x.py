"""LAM609."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Queue, Related, Safety, Template, rule


@rule("LAM609", looks_at=Template, severity="warning", since="0.1", fix="safe", triggers=("SQS", "sqs"))
def sqs_visibility_lt_6x(template: Template) -> Iterator[Finding]:
    """A queue hides its messages for less than six times the timeout of the function that reads them.

    ## Why it matters
    When the function is throttled, Lambda holds the batch and tries again. If the queue shows the messages
    meanwhile, they are received once more: work is done twice, and messages that nobody ever failed on use up
    their receives and go to the dead-letter queue. AWS asks for six times the function's timeout, plus the time
    for which Lambda collects a batch. Without a property of its own a queue hides messages for 30 seconds.

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
          Timeout: 30
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !GetAtt Jobs.Arn
                MaximumBatchingWindowInSeconds: 20
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 180  # expect: sqs-visibility-lt-6x
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
          Timeout: 30
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !GetAtt Jobs.Arn
                MaximumBatchingWindowInSeconds: 20
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 200
          RedrivePolicy:
            deadLetterTargetArn: !GetAtt Failed.Arn
            maxReceiveCount: 5
      Failed:
        Type: AWS::SQS::Queue
    ```

    ## Good
    Six times the timeout, and no window to collect.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !GetAtt Jobs.Arn
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 180
          RedrivePolicy:
            deadLetterTargetArn: !GetAtt Failed.Arn
            maxReceiveCount: 5
      Failed:
        Type: AWS::SQS::Queue
    ```

    ## When not to fix
    The function always ends long before its timeout and is never throttled.

    ## See also
    LAM608 sqs-visibility-lt-timeout. AWS: "Configuring a queue to use with Lambda" in the Lambda Developer Guide.
    """
    for queue in template.all(Queue):
        hidden, wanted = queue.hidden_seconds, queue.wanted_seconds
        readers = [(function, event) for function, event in queue.readers if function.seconds is not None]
        if hidden is None or wanted is None or hidden >= wanted or not readers:
            continue
        if any(hidden < (function.seconds or 0) for function, _ in readers):
            continue  # Worse, and said by LAM608.
        visible = queue.visibility_timeout
        edit = (
            queue.resource.edit_adding(("VisibilityTimeout",), str(wanted))
            if visible.absent
            else template.edit_replacing(visible, str(wanted))
        )
        function, event = max(readers, key=lambda reader: reader[0].seconds or 0)
        yield Finding(
            f"{queue.logical_id} hides a message for {hidden:g} seconds; {function.logical_id}, which may take "
            f"{function.seconds:g}, needs {wanted}, or throttled messages are received again",
            visible.span,
            Fix(f"Hide messages for {wanted} seconds", (edit,), Safety.SAFE) if edit else None,
            (Related(f"{event.name} reads the queue", event.span),),
        )
