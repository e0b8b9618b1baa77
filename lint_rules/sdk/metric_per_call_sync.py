"""LAM330."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM330", looks_at=Handler, severity="warning", since="0.1", triggers=("put_metric_data",))
def metric_per_call_sync(handler: Handler) -> Iterator[Finding]:
    """The handler sends a metric to CloudWatch and waits for it, on every invocation.

    ## Why it matters
    Each `put_metric_data` is a request that the caller waits for, that costs by itself, and that is throttled when
    there are many invocations, or fails, and the invocation with it. A line of the log in the embedded metric format
    makes the same metric without a request.

    ## Bad
    ```python file="app.py"
    import boto3

    cloudwatch = boto3.client("cloudwatch")

    def handler(event, context):
        cloudwatch.put_metric_data(  # expect: metric-per-call-sync
            Namespace="shop",
            MetricData=[{"MetricName": "orders", "Value": len(event["orders"])}],
        )
    ```

    ## Good
    ```python file="app.py"
    from aws_lambda_powertools import Metrics
    from aws_lambda_powertools.metrics import MetricUnit

    metrics = Metrics(namespace="shop")

    @metrics.log_metrics
    def handler(event, context):
        metrics.add_metric(name="orders", unit=MetricUnit.Count, value=len(event["orders"]))
    ```

    What a schedule starts to measure something has nobody who waits.
    ```python file="app.py"
    import boto3

    cloudwatch = boto3.client("cloudwatch")

    def handler(event, context):
        data = [{"MetricName": "age", "Value": len(event["time"])}]
        cloudwatch.put_metric_data(Namespace="shop", MetricData=data)
    ```
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Depth:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: .
          Timeout: 10
          Tracing: Active
          Policies: [CloudWatchPutMetricPolicy: {}]
          EventInvokeConfig:
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !ImportValue failed}}
          Events:
            Often: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}
    ```

    ## When not to fix
    The metric belongs to another account or region, or must be there before the function ends.

    ## See also
    AWS: "Embedding metrics within logs" in the CloudWatch User Guide; Powertools: "Metrics".
    """
    if handler.is_scheduled:
        return
    for call in handler.requests.sent("put_metric_data"):
        if call.name == "cloudwatch.PutMetricData" and call.call.own:
            yield Finding(
                "each invocation waits for this request; a log line in the embedded metric format makes the metric too",
                call.span,
            )
