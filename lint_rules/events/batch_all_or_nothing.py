"""LAM506."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, EventSource, Finding, Related, rule


@rule("LAM506", looks_at=Deployment, severity="warning", since="0.1", triggers=("Records",))
def batch_all_or_nothing(function: Deployment) -> Iterator[Finding]:
    """One record that fails brings the whole batch back, with those that were done.

    ## Why it matters
    An exception in the loop tells Lambda that the batch failed. The queue hands all of its messages out again, so what
    was written for those before the bad one is written twice, and a message that can never succeed takes its neighbours
    to the dead-letter queue. With `ReportBatchItemFailures` and an answer that lists what failed, only that comes back;
    Powertools' BatchProcessor makes the list.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Save:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Policies:
            - DynamoDBWritePolicy: {TableName: customers}
          Events:
            Orders:
              Type: SQS
              Properties:
                Queue: !ImportValue orders
    ```
    ```python file="src/app.py"
    import json

    import boto3

    table = boto3.resource("dynamodb").Table("customers")

    def handler(event, context):
        for record in event["Records"]:  # expect: batch-all-or-nothing
            order = json.loads(record["body"])
            table.update_item(
                Key={"id": order["customer"]},
                UpdateExpression="ADD spent :price",
                ExpressionAttributeValues={":price": order["price"]},
            )
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Save:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Policies:
            - DynamoDBWritePolicy: {TableName: customers}
          Events:
            Orders:
              Type: SQS
              Properties:
                Queue: !ImportValue orders
                FunctionResponseTypes: [ReportBatchItemFailures]
    ```
    ```python file="src/app.py"
    import json

    import boto3
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

    table = boto3.resource("dynamodb").Table("customers")
    processor = BatchProcessor(event_type=EventType.SQS)

    def save(record):
        order = json.loads(record.body)
        table.update_item(
            Key={"id": order["customer"]},
            UpdateExpression="ADD spent :price",
            ExpressionAttributeValues={":price": order["price"]},
        )

    def handler(event, context):
        return process_partial_response(event=event, record_handler=save, processor=processor, context=context)
    ```

    All at once, or nothing.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Save:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Policies:
            - S3WritePolicy: {BucketName: orders}
          Events:
            Orders:
              Type: SQS
              Properties:
                Queue: !ImportValue orders
    ```
    ```python file="src/app.py"
    import json

    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        orders = []
        for record in event["Records"]:
            orders.append(json.loads(record["body"]))
        s3.put_object(Bucket="orders", Key=context.aws_request_id, Body=json.dumps(orders))
    ```

    ## When not to fix
    Every step may be done twice without harm, and no message can fail by itself.

    ## See also
    LAM909 partial-batch-not-enabled, LAM910 partial-batch-never-returned. AWS: "Handling errors for an SQS event source
    in Lambda".
    """
    events = [event for event in function.spec.events if _comes_back_whole(event)]
    if not events or function.handler is None or not function.surely_answers_no_batch:
        return
    loop = function.handler.event.record_loop(function.handler.aws)
    if loop is not None:
        yield Finding(
            f"a record that fails brings the whole batch back, and {loop.operation} is sent again for those before it",
            loop.span,
            related=(
                Related("done again", loop.changes),
                Related("what brings the batch", events[0].span),
            ),
        )


def _comes_back_whole(event: EventSource) -> bool:
    """Whether it hands out several records, and takes them all for failed when the function fails."""
    size, settings = event.settings.number("BatchSize"), event.settings
    several = size.absent or (isinstance(size.value, int) and size.value > 1)
    if not several or not settings.value("FunctionResponseTypes").absent:
        return False
    if event.kind == "SQS":
        return True
    return event.kind in ("Kinesis", "DynamoDB") and settings.value("BisectBatchOnFunctionError").absent
