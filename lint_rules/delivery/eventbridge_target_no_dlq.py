"""LAM646."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Safety, Template, rule

_RULES = ("EventBridgeRule", "CloudWatchEvent")


@rule("LAM646", looks_at=Template, severity="warning", since="0.1", fix="unsafe")
def eventbridge_target_no_dlq(template: Template) -> Iterator[Finding]:
    """A rule of EventBridge hands events to a target and keeps none that it cannot deliver.

    ## Why it matters
    EventBridge tries for a day to deliver an event that a target refuses, because a permission is missing, the
    target is gone or it is throttled. Then it drops the event, and at once where trying again is no use. A
    dead-letter queue on the target keeps the event and the reason.

    It is not the function's own failure destination, which takes events that arrived and on which the function
    then failed. Schedules are not looked at: the next run comes anyway.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Bill:
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
            Paid:  # expect: eventbridge-target-no-dlq
              Type: EventBridgeRule
              Properties:
                Pattern:
                  source: [shop]
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Bill:
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
            Paid:
              Type: EventBridgeRule
              Properties:
                DeadLetterConfig:
                  Type: SQS
                Pattern:
                  source: [shop]
    ```

    ## Good
    ```yaml file="template.yaml"
    Resources:
      Paid:
        Type: AWS::Events::Rule
        Properties:
          EventPattern:
            source: [shop]
          Targets:
            - Id: bill
              Arn: !ImportValue bill
              DeadLetterConfig:
                Arn: !ImportValue undelivered
    ```
    A schedule sends its event again.
    ```yaml file="template.yaml"
    Resources:
      Nightly:
        Type: AWS::Events::Rule
        Properties:
          ScheduleExpression: rate(1 day)
          Targets:
            - Id: clean
              Arn: !ImportValue clean
    ```

    ## When not to fix
    The events are hints, such as cache invalidations, and losing one does no harm.

    ## See also
    LAM640 async-no-failure-destination. AWS: "Using dead-letter queues to process undelivered events" in the
    Amazon EventBridge User Guide.
    """
    for function in template.functions:
        for event in function.events:
            if event.settings.kind in _RULES and event.settings.chosen("DeadLetterConfig").absent:
                edit = event.settings.edit_adding(("DeadLetterConfig", "Type"), "SQS")
                yield Finding(
                    _message(function.logical_id),
                    event.span,
                    Fix("Keep such events in a queue that SAM creates", (edit,), Safety.UNSAFE)
                    if edit
                    else None,
                )
    for found in template.of("AWS::Events::Rule"):
        if found.value("EventPattern").absent:
            continue
        for target in found.maps("Targets"):
            if target.chosen("DeadLetterConfig").absent:
                arn = target.properties.key("Arn")
                yield Finding(_message(_name(target.refers_to("Arn"))), arn.span if arn else found.span)


def _name(names: tuple[str, ...]) -> str:
    return names[0] if names else "the target"


def _message(target: str) -> str:
    return (
        f"Events that EventBridge cannot deliver to {target} are dropped; give the target a dead-letter queue"
    )
