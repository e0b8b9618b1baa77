"""LAM331."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM331", looks_at=Handler, severity="error", since="0.1", triggers=("put_metric_data",))
def custom_metric_aws_namespace(handler: Handler) -> Iterator[Finding]:
    """A metric of one's own is put into a namespace that begins with AWS/.

    ## Why it matters
    Those namespaces belong to AWS's services, and CloudWatch refuses the metrics of others in them with
    InvalidParameterValue: each call fails.

    ## Bad
    ```python file="app.py"
    import boto3

    cloudwatch = boto3.client("cloudwatch")

    def handler(event, context):
        cloudwatch.put_metric_data(  # expect: metric-per-call-sync
            Namespace="AWS/Orders",  # expect: custom-metric-aws-namespace
            MetricData=[{"MetricName": "orders", "Value": len(event["orders"])}],
        )
    ```

    ## Good
    To read such a metric is all right.
    ```python file="app.py"
    import boto3

    cloudwatch = boto3.client("cloudwatch")

    def handler(event, context):
        found = cloudwatch.list_metrics(Namespace="AWS/SQS", MetricName=event["name"], Dimensions=event["of"])
        return bool(found["Metrics"])
    ```

    ## When not to fix
    Never: the call fails.

    ## See also
    LAM330 metric-per-call-sync. AWS: "PutMetricData" in the CloudWatch API Reference.
    """
    for call in handler.requests.sent("put_metric_data"):
        parts = getattr(call.parameters.get("Namespace"), "parts", ("",))
        given = call.given("Namespace")
        if call.name == "cloudwatch.PutMetricData" and given and str(parts[0]).startswith("AWS/"):
            yield Finding(
                "namespaces that begin with AWS/ belong to AWS: CloudWatch refuses this metric",
                given.span,
            )
