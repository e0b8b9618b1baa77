"""LAM911."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, Severity, objects_fed_back, rule


@rule("LAM911", looks_at=Deployment, severity="error", since="0.1", triggers=("s3",))
def s3_recursion(function: Deployment) -> Iterator[Finding]:
    """A function that a bucket invokes writes objects into the bucket that invoke it again.

    ## Why it matters
    Each result is a new object, of which S3 tells the function, which writes the next. The loop runs as fast as Lambda
    scales and costs money until somebody sees it; Lambda's own detection of loops ends it after about sixteen rounds,
    only where every call is made with a recent SDK. Another bucket, or a prefix that the notification does not match,
    ends it for good.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Photos:
        Type: AWS::S3::Bucket
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Policies:
            - S3CrudPolicy: {BucketName: "*"}
          EventInvokeConfig:
            DestinationConfig:
              OnFailure:
                Type: SQS
          Events:
            New:
              Type: S3
              Properties:
                Bucket: !Ref Photos
                Events: s3:ObjectCreated:*
    ```
    ```python file="src/app.py"
    from urllib.parse import unquote_plus

    import boto3
    from shop import smaller

    s3 = boto3.client("s3")

    def handler(event, context):
        for record in event["Records"]:
            bucket = record["s3"]["bucket"]["name"]
            key = unquote_plus(record["s3"]["object"]["key"])
            body = smaller(bucket, key)
            s3.put_object(Bucket=bucket, Key=f"small/{key}", Body=body)  # expect: s3-recursion
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Photos:
        Type: AWS::S3::Bucket
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Policies:
            - S3CrudPolicy: {BucketName: "*"}
          EventInvokeConfig:
            DestinationConfig:
              OnFailure:
                Type: SQS
          Events:
            New:
              Type: S3
              Properties:
                Bucket: !Ref Photos
                Events: s3:ObjectCreated:*
                Filter:
                  S3Key:
                    Rules:
                      - {Name: prefix, Value: large/}
    ```
    ```python file="src/app.py"
    from urllib.parse import unquote_plus

    import boto3
    from shop import smaller

    s3 = boto3.client("s3")

    def handler(event, context):
        for record in event["Records"]:
            bucket = record["s3"]["bucket"]["name"]
            key = unquote_plus(record["s3"]["object"]["key"])
            body = smaller(bucket, key)
            s3.put_object(Bucket=bucket, Key=f"small/{key}", Body=body)
    ```

    ## When not to fix
    The code surely stops at what it has made itself. It is a warning where it looks at keys or metadata.

    ## See also
    LAM912 event-recursion. AWS: "Use Lambda recursive loop detection to prevent infinite loops"; "Process Amazon S3
    event notifications with Lambda".
    """
    for found in objects_fed_back(function):
        yield Finding(
            f"this object invokes {function.name} again; write to another bucket, or under a prefix that the "
            "notification does not match",
            found.span,
            related=(Related("the notification that tells of it", found.fed),),
            severity=Severity.WARNING if found.guarded else None,
        )
