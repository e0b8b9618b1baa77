"""LAM657."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule(
    "LAM657", looks_at=Handler, severity="warning", since="0.2", fix="unsafe", triggers=("create_schedule",)
)
def cfg_one_off_schedule(handler: Handler) -> Iterator[Finding]:
    """A function makes schedules for a single time, and nothing takes them away afterwards.

    ## Why it matters
    A schedule `at(...)` that has fired stays, and counts against the quota of schedules: after months the account is
    full, and no new one can be made. With `ActionAfterCompletion="DELETE"` EventBridge Scheduler deletes it when its
    target was invoked.

    ## Bad
    ```python file="app.py"
    import boto3

    scheduler = boto3.client("scheduler")
    ROLE = "arn:aws:iam::111122223333:role/scheduler"

    def handler(event, context):
        scheduler.create_schedule(  # expect: cfg-one-off-schedule
            Name=event["id"],
            ScheduleExpression=f"at({event['when']})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": event["target"], "RoleArn": ROLE},
        )
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    scheduler = boto3.client("scheduler")
    ROLE = "arn:aws:iam::111122223333:role/scheduler"

    def handler(event, context):
        scheduler.create_schedule(
            Name=event["id"],
            ScheduleExpression=f"at({event['when']})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": event["target"], "RoleArn": ROLE}, ActionAfterCompletion="DELETE",
        )
    ```

    ## Good
    ```python file="app.py"
    import boto3

    scheduler = boto3.client("scheduler")
    ROLE = "arn:aws:iam::111122223333:role/scheduler"

    def handler(event, context):
        scheduler.create_schedule(
            Name=event["id"],
            ScheduleExpression=f"at({event['when']})",
            ActionAfterCompletion="DELETE",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": event["target"], "RoleArn": ROLE},
        )
    ```

    One that repeats is meant to stay.
    ```python file="app.py"
    import boto3

    scheduler = boto3.client("scheduler")
    ROLE = "arn:aws:iam::111122223333:role/scheduler"

    def handler(event, context):
        scheduler.create_schedule(
            Name=event["id"],
            ScheduleExpression="rate(1 day)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": event["target"], "RoleArn": ROLE},
        )
    ```

    ## When not to fix
    Something else deletes them, such as the function that they invoke.

    ## See also
    AWS: "Deleting a schedule" in the EventBridge Scheduler User Guide, deletion after completion.
    """
    for call in handler.requests.sent("create_schedule"):
        if call.name != "scheduler.CreateSchedule" or not call.call.complete:
            continue
        parts = [*getattr(call.parameters.get("ScheduleExpression"), "parts", ())]
        once = bool(parts) and isinstance(parts[0], str) and parts[0].startswith("at(")
        after = call.parameters.get("ActionAfterCompletion")
        stays = once and (after is None or getattr(after, "plain", "") == "NONE")
        if stays and "delete_schedule" not in handler.aws.text:
            edits = call.extended('ActionAfterCompletion="DELETE"') if after is None else ()
            yield Finding(
                "this schedule fires once and stays for ever; give it ActionAfterCompletion DELETE",
                call.span,
                Fix("Delete it when it has fired", edits, Safety.UNSAFE) if edits else None,
            )
