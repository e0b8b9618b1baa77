"""LAM641."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Queue, Related, Safety, Template, rule


@rule("LAM641", looks_at=Template, severity="warning", since="0.1", fix="unsafe", triggers=("SQS", "sqs"))
def sqs_queue_no_redrive(template: Template) -> Iterator[Finding]:
    """A queue that a function reads has no dead-letter queue.

    ## Why it matters
    A message on which the function always fails comes back after each visibility timeout, for as long as the
    queue keeps messages: four days where nothing else is said. It costs an invocation every time, may fail the
    good messages of its batch with it, and is deleted in the end without anybody having seen it. A redrive policy
    puts it aside after some receives.

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
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !GetAtt Jobs.Arn
      Jobs:  # expect: sqs-queue-no-redrive
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 60
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
          Events:
            Jobs:
              Type: SQS
              Properties:
                Queue: !GetAtt Jobs.Arn
      JobsFailed: {Type: AWS::SQS::Queue}
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          RedrivePolicy: {deadLetterTargetArn: !GetAtt JobsFailed.Arn, maxReceiveCount: 5}
          VisibilityTimeout: 60
    ```

    ## Good
    A queue that is the end of the road needs none of its own, though a function may read it.
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
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: report.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Failed:
              Type: SQS
              Properties:
                Queue: !GetAtt Failed.Arn
    ```
    No function reads the queue.
    ```yaml file="template.yaml"
    Resources:
      Jobs:
        Type: AWS::SQS::Queue
    ```

    ## When not to fix
    Every message may be lost, or the function catches all that can go wrong and puts messages aside itself.

    ## See also
    AWS: "Using dead-letter queues in Amazon SQS".
    """
    for queue in template.all(Queue):
        readers = queue.readers
        if readers and queue.resource.chosen("RedrivePolicy").absent and not queue.takes_failures:
            function, event = readers[0]
            yield Finding(
                f"{queue.logical_id} has no redrive policy: a message on which {function.logical_id} always fails "
                "comes back until it expires, and is then lost",
                queue.resource.span,
                _fix(template, queue),
                (Related(f"{event.name} reads the queue", event.span),),
            )


def _fix(template: Template, queue: Queue) -> Fix | None:
    resource = queue.resource
    if resource.node is None or not queue.fifo.absent:
        return None  # The dead-letter queue of a FIFO queue is one, too, and its name ends in .fifo.
    value = "{deadLetterTargetArn: !GetAtt {}.Arn, maxReceiveCount: 5}"
    edits = template.edits_with_queue(resource, resource.node, ("Properties", "RedrivePolicy"), value)
    return Fix("Put messages aside after five receives", edits, Safety.UNSAFE) if edits else None
