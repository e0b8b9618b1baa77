"""LAM640."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import EventSource, Finding, Fix, FunctionSpec, Related, Safety, Severity, Template, rule

_WORDS = {
    "S3": "S3",
    "SNS": "SNS",
    "Schedule": "a schedule",
    "ScheduleV2": "a schedule",
    "CloudWatchEvent": "EventBridge",
    "EventBridgeRule": "EventBridge",
    "IoTRule": "an IoT rule",
    "CloudWatchLogs": "a log subscription",
}
_RATE = re.compile(r"rate\((\d{1,2}) minutes?\)")
_SOON = 15
"""Minutes in which a schedule sends its event again, so that little is lost with one."""


@rule("LAM640", looks_at=Template, severity="warning", since="0.1", fix="unsafe")
def async_no_failure_destination(template: Template) -> Iterator[Finding]:
    """A function that is invoked asynchronously has nowhere to put events that fail.

    ## Why it matters
    S3, SNS, EventBridge and schedules hand an event to Lambda and do not wait. If the function fails, Lambda
    tries twice more and then drops the event: the upload is never processed and nobody is told. A failure
    destination or a dead-letter queue keeps the event, so that it can be looked at and run again.

    Where nothing but a schedule of at most every 15 minutes invokes the function, this is advice: the same
    event comes again soon.

    A dead-letter queue on an EventBridge target or an SNS subscription is something else: it takes events
    that could not be delivered to Lambda, not those on which the function failed.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Thumbnails:  # expect: async-no-failure-destination
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Upload:
              Type: S3
              Properties:
                Bucket: !Ref Photos
                Events: s3:ObjectCreated:*
      Photos:
        Type: AWS::S3::Bucket
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          EventInvokeConfig:
            DestinationConfig:
              OnFailure:
                Type: SQS
          Events:
            Upload:
              Type: S3
              Properties:
                Bucket: !Ref Photos
                Events: s3:ObjectCreated:*
      Photos:
        Type: AWS::S3::Bucket
    ```

    ## Good
    With `Type: SQS` and no `Destination`, SAM makes the queue.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          EventInvokeConfig:
            DestinationConfig:
              OnFailure:
                Type: SQS
          Events:
            Upload:
              Type: S3
              Properties:
                Bucket: !Ref Photos
                Events: s3:ObjectCreated:*
      Photos:
        Type: AWS::S3::Bucket
    ```
    Globals give every function a dead-letter queue.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Handler: app.handler
        Runtime: python3.13
        DeadLetterQueue:
          Type: SQS
          TargetArn: !GetAtt Failed.Arn
    Resources:
      Failed:
        Type: AWS::SQS::Queue
      Nightly:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: src/
          Events:
            Night:
              Type: Schedule
              Properties:
                Schedule: rate(1 day)
    ```
    An API waits for the answer, and a queue keeps what failed: neither needs one.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Events:
            Get:
              Type: HttpApi
            Work:
              Type: SQS
              Properties:
                Queue: !GetAtt Queue.Arn
      Queue:
        Type: AWS::SQS::Queue
        Properties:
          RedrivePolicy:
            deadLetterTargetArn: !ImportValue failed-orders
            maxReceiveCount: 5
    ```

    ## When not to fix
    The next run makes up for a lost one, such as a cache refreshed every minute.

    ## See also
    AWS: "Capturing records of Lambda asynchronous invocations" in the Lambda Developer Guide.
    """
    for function in template.functions:
        events = [event for event in function.events if event.how == "async"]
        if events and function.dead_letter.absent and function.on_failure.absent:
            lost = [event for event in events if not _comes_again(event)]
            event = (lost or events)[0]
            related = Related(_told(event), event.span)
            severity = None if lost else Severity.ADVICE
            yield Finding(_message(function, event), function.span, _queue(function), (related,), severity)


def _comes_again(event: EventSource) -> bool:
    text = event.source.value
    found = _RATE.fullmatch(text.strip()) if isinstance(text, str) else None
    return found is not None and int(found[1]) <= _SOON


def _message(function: FunctionSpec, event: EventSource) -> str:
    source = _WORDS.get(event.kind, event.kind)
    return (
        f"{function.logical_id} is invoked asynchronously by {source}, but has no failure destination and no "
        "dead-letter queue: events on which it fails are lost"
    )


def _queue(function: FunctionSpec) -> Fix | None:
    # SAM makes the queue and lets the role that it made write to it; a role of your own would lack that.
    if function.kind != "AWS::Serverless::Function" or not function.role.absent:
        return None
    # https://docs.aws.amazon.com/lambda/latest/dg/durable-best-practices.html: a dead-letter queue for those.
    if function.properties.get("DurableConfig") is not None:
        return None
    path = ("EventInvokeConfig", "DestinationConfig", "OnFailure", "Type")
    edit = function.edit_adding(path, "SQS", before="Events")
    return Fix("Send failed events to a queue that SAM creates", (edit,), Safety.UNSAFE) if edit else None


def _told(event: EventSource) -> str:
    told = f"{event.name} invokes it and does not wait for the outcome"
    if event.undelivered.absent:
        return told
    return f"{told}; its own dead-letter queue takes only events that never reached the function"
