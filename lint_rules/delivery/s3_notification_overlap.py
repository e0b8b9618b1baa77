"""LAM661."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Bucket, Finding, Related, Template, rule


@rule("LAM661", looks_at=Template, severity="error", since="0.1", triggers=("S3", "s3"))
def s3_notification_overlap(template: Template) -> Iterator[Finding]:
    """Two notifications of a bucket are for the same events of the same objects.

    ## Why it matters
    S3 tells of an event once. Where the prefixes and the suffixes of two notifications can both fit one key, and
    they name the same event, it refuses the whole configuration, and the deployment fails with "Configurations
    overlap". To tell several, let the bucket tell a topic or EventBridge, and connect the others to that.

    ## Bad
    ```yaml file="template.yaml"
    Resources:
      Photos:
        Type: AWS::S3::Bucket
        Properties:
          NotificationConfiguration:
            QueueConfigurations:
              - Event: s3:ObjectCreated:*
                Queue: !ImportValue index
            TopicConfigurations:
              - Event: s3:ObjectCreated:Put  # expect: s3-notification-overlap
                Topic: !ImportValue told
    ```
    SAM's events, too, end up in one configuration.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Runtime: python3.13
        EventInvokeConfig:
          DestinationConfig:
            OnFailure:
              Type: SQS
    Resources:
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.thumbnails
          CodeUri: src/
          Events:
            Upload:
              Type: S3
              Properties:
                Bucket: !Ref Photos
                Events: s3:ObjectCreated:*
      Index:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.index
          CodeUri: src/
          Events:
            Uploaded:  # expect: s3-notification-overlap
              Type: S3
              Properties:
                Bucket: !Ref Photos
                Events: s3:ObjectCreated:*
                Filter:
                  S3Key:
                    Rules:
                      - Name: suffix
                        Value: .jpg
      Photos:
        Type: AWS::S3::Bucket
    ```

    ## Good
    Prefixes of which none begins with the other.
    ```yaml file="template.yaml"
    Resources:
      Photos:
        Type: AWS::S3::Bucket
        Properties:
          NotificationConfiguration:
            QueueConfigurations:
              - Event: s3:ObjectCreated:*
                Queue: !ImportValue index
                Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}
              - Event: s3:ObjectCreated:*
                Queue: !ImportValue told
                Filter: {S3Key: {Rules: [{Name: prefix, Value: out/}]}}
    ```
    Other events.
    ```yaml file="template.yaml"
    Resources:
      Photos:
        Type: AWS::S3::Bucket
        Properties:
          NotificationConfiguration:
            QueueConfigurations:
              - Event: s3:ObjectCreated:*
                Queue: !ImportValue index
              - Event: s3:ObjectRemoved:*
                Queue: !ImportValue gone
    ```

    ## When not to fix
    Never: S3 refuses the configuration.

    ## See also
    AWS: "Configuring event notifications using object key name filtering" in the Amazon S3 User Guide.
    """
    for bucket in template.all(Bucket):
        notices = bucket.notices
        for place, notice in enumerate(notices):
            first = next((before for before in notices[:place] if before.overlaps(notice)), None)
            if first is not None:
                yield Finding(
                    f"{bucket.logical_id} already tells of these events; S3 refuses notifications that overlap",
                    notice.span,
                    related=(Related("the notification with which it overlaps", first.span),),
                )
