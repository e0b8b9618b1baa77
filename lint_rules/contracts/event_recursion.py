"""LAM912."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, messages_fed_back, rule


@rule(
    "LAM912",
    looks_at=Deployment,
    severity="error",
    since="0.1",
    triggers=("sqs", "sns", "dynamodb", "events"),
)
def event_recursion(function: Deployment) -> Iterator[Finding]:
    """A function sends, for each message, a message to the queue, topic, table or bus that invokes it.

    ## Why it matters
    Every message makes the next one, and with batches and retries the number grows. Lambda ends such loops of SQS and
    SNS after about sixteen rounds, and drops the message; loops through DynamoDB's streams and EventBridge it does not
    see at all. Often a name in the environment is that of the wrong queue.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 180
          RedrivePolicy:
            maxReceiveCount: 3
            deadLetterTargetArn: !ImportValue failed
      Forward:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Environment:
            Variables:
              QUEUE_URL: !Ref Orders
          Policies:
            - SQSSendMessagePolicy: {QueueName: !GetAtt Orders.QueueName}
          Events:
            New:
              Type: SQS
              Properties:
                Queue: !GetAtt Orders.Arn
                BatchSize: 1
    ```
    ```python file="src/app.py"
    import os

    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        body = event["Records"][0]["body"]
        sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=body)  # expect: event-recursion
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 180
          RedrivePolicy:
            maxReceiveCount: 3
            deadLetterTargetArn: !ImportValue failed
      Parcels:
        Type: AWS::SQS::Queue
      Forward:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Environment:
            Variables:
              QUEUE_URL: !Ref Parcels
          Policies:
            - SQSSendMessagePolicy: {QueueName: !GetAtt Parcels.QueueName}
          Events:
            New:
              Type: SQS
              Properties:
                Queue: !GetAtt Orders.Arn
                BatchSize: 1
    ```
    ```python file="src/app.py"
    import os

    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        body = event["Records"][0]["body"]
        sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=body)
    ```

    ## When not to fix
    The loop is meant, and something that the linter does not see ends it.

    ## See also
    LAM911 s3-recursion. AWS: "Use Lambda recursive loop detection to prevent infinite loops".
    """
    for found in messages_fed_back(function):
        yield Finding(
            f"`{found.source}` invokes {function.name} with what this sends, again and again",
            found.span,
            related=(Related("what invokes it", found.fed),),
        )
