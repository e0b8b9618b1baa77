"""LAM916."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Deployment, Finding, Related, rule

_CALLED = {
    "Api": "a request of an API",
    "EventBridgeRule": "an event of EventBridge",
    "CloudWatchLogs": "log lines",
    "CloudFront": "a request of CloudFront",
    "SES": "mail",
}


@rule("LAM916", looks_at=Deployment, severity="error", since="0.1")
def source_shape_mismatch(function: Deployment) -> Iterator[Finding]:
    """Code reads an event as another service sends it than the one that invokes the function.

    ## Why it matters
    Each service has its own shape of events. Code for S3 finds no `s3` in the record of a queue, so every event ends in
    KeyError, and what the queue or the topic holds goes to the dead-letter queue, or is lost. Often a queue or a topic
    was put in between later: then the notification of S3 is JSON inside `body` or `Sns.Message`.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Events:
            Uploads:
              Type: SQS
              Properties:
                Queue: !ImportValue uploads
    ```
    ```python file="src/app.py"
    def handler(event, context):
        return [record["s3"]["bucket"]["name"] for record in event["Records"]]  # expect: source-shape-mismatch
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Events:
            Uploads:
              Type: SQS
              Properties:
                Queue: !ImportValue uploads
    ```
    ```python file="src/app.py"
    import json

    def handler(event, context):
        names = []
        for record in event["Records"]:
            for upload in json.loads(record["body"])["Records"]:
                names.append(upload["s3"]["bucket"]["name"])
        return names
    ```

    ## When not to fix
    Something that is not in the template sends such events, and the source in the template is never used.

    ## See also
    LAM920 decorator-vs-source. AWS: "Invoking Lambda with events from other AWS services".
    """
    found = function.alien_read()
    if found is not None:
        read, kind = found
        sources = " and ".join(dict.fromkeys(event.kind for event in function.spec.events))
        yield Finding(
            f"`{read.path[-1]}` is a part of {_CALLED.get(kind, 'a record of ' + kind)}, but {sources} invokes "
            f"{function.name}",
            read.span,
            related=(Related("what invokes it", function.spec.events[0].span),),
        )
