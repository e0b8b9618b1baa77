"""LAM946."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Fix, Related, Safety, rule

_WANTED = {
    "QueueUrl": ("AWS::SQS::Queue", "Url", "the URL of a queue"),
    "TopicArn": ("AWS::SNS::Topic", "Arn", "the ARN of a topic"),
    "Bucket": ("AWS::S3::Bucket", "Name", "the name of a bucket"),
}
"""Parameters, the kind of resource and what `Ref` gives of it, which is just what they want."""
_GIVEN = {"Arn": "its ARN", "Name": "its name", "Url": "its URL"}


@rule(
    "LAM946",
    looks_at=Deployment,
    severity="error",
    since="0.1",
    fix="safe",
    triggers=("QueueUrl", "TopicArn", "Bucket"),
)
def queue_url_vs_arn(function: Deployment) -> Iterator[Finding]:
    """A variable holds the ARN or the name of a resource, and the code uses it as something else.

    ## Why it matters
    SQS wants the URL of a queue, SNS the ARN of a topic, S3 the name of a bucket. Another one of the three looks right
    in the template and fails at the first call. `Ref` gives the right one for each of them.

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
              QUEUE: !GetAtt Jobs.Arn
      Jobs:
        Type: AWS::SQS::Queue
    ```
    ```python file="src/app.py"
    import os

    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["id"])  # expect: queue-url-vs-arn
    ```

    ## Fixed
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
    ```
    ```python file="src/app.py"
    import os

    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["id"])
    ```

    ## Good
    A table may be named by its ARN, and a topic is.
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
              TOPIC: !GetAtt Orders.TopicArn
              TABLE: !GetAtt Table.Arn
      Orders:
        Type: AWS::SNS::Topic
      Table:
        Type: AWS::Serverless::SimpleTable
    ```
    ```python file="src/app.py"
    import os

    import boto3

    sns = boto3.client("sns")
    dynamodb = boto3.client("dynamodb")

    def handler(event, context):
        dynamodb.get_item(TableName=os.environ["TABLE"], Key={"id": {"S": event["id"]}})
        sns.publish(TopicArn=os.environ["TOPIC"], Message=event["id"])
    ```

    ## When not to fix
    Never: the call fails.

    ## See also
    AWS: "Return values" in the CloudFormation reference of the resource.
    """
    for parameter, (kind, wanted, words) in _WANTED.items():
        for call, variable in function.variables_in(parameter):
            told = function.handed(variable)
            if told is None or told[1] == wanted or function.template.resources[told[0]].kind != kind:
                continue
            value = (function.declared or {})[variable]
            once = function.times_read(variable) == 1
            edit = function.template.edit_of_reference(value, told[0]) if once else None
            yield Finding(
                f"{call.name} wants {words}; `{variable}` holds {_GIVEN[told[1]]}",
                call.span,
                Fix(f"Give it !Ref {told[0]}", (edit,), Safety.SAFE) if edit else None,
                (Related("what the variable holds", value.span),),
            )
