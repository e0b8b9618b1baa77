"""LAM934."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Queue, Related, Topic, rule

_SENDS = {
    "sqs.SendMessage": ("QueueUrl", Queue),
    "sns.Publish": ("TopicArn", Topic),
}


@rule("LAM934", looks_at=Deployment, severity="error", since="0.1", triggers=("fifo", "Fifo"))
def fifo_send_missing_group(function: Deployment) -> Iterator[Finding]:
    """A message for a FIFO queue or topic has no group.

    ## Why it matters
    FIFO keeps order within a group, so that SQS and SNS refuse a message without `MessageGroupId`: each send fails with
    MissingParameter or InvalidParameter. They refuse a message without `MessageDeduplicationId` as well, where the
    queue or topic has no content-based deduplication.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Order:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
          Role: !ImportValue role
          Environment:
            Variables:
              QUEUE: !Ref Jobs
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          FifoQueue: true
    ```
    ```python file="src/app.py"
    import os

    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["id"])  # expect: fifo-send-missing-group
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Order:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 10
          Role: !ImportValue role
          Environment:
            Variables:
              QUEUE: !Ref Jobs
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          FifoQueue: true
          ContentBasedDeduplication: true
    ```
    ```python file="src/app.py"
    import os

    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(
            QueueUrl=os.environ["QUEUE"],
            MessageBody=event["id"],
            MessageGroupId=event["customer"],
        )
    ```

    ## When not to fix
    Never: the call fails.

    ## See also
    AWS: "Using the message group ID with Amazon SQS FIFO queues".
    """
    for parameter, noun in _SENDS.values():
        for call, variable in function.variables_in(parameter):
            if call.name not in _SENDS or _SENDS[call.name] != (parameter, noun) or not call.complete:
                continue
            target = function.thing(noun, variable)
            if target is None or target.fifo.value is not True:
                continue
            based = target.resource.chosen("ContentBasedDeduplication")
            lacking = ["MessageGroupId"] if "MessageGroupId" not in call.parameters else []
            if "MessageDeduplicationId" not in call.parameters and (based.absent or based.value is False):
                lacking.append("MessageDeduplicationId")
            if lacking:
                yield Finding(
                    f"{target.logical_id} is FIFO and refuses a message without {' and '.join(lacking)}",
                    call.span,
                    related=(Related("it is FIFO", target.resource.span),),
                )
