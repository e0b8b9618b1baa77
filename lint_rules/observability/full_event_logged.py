"""LAM853."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, Severity, rule


@rule(
    "LAM853",
    looks_at=Handler,
    severity="warning",
    since="0.1",
    fix="unsafe",
    triggers=("print", "log", "info", "warn", "error", "critical", "exception", "debug"),
)
def full_event_logged(handler: Handler) -> Iterator[Finding]:
    """A handler logs its whole event.

    ## Why it matters
    An event carries what its sender put there: names, addresses, bodies of requests, headers with tokens and cookies.
    Logged whole, that is readable for everybody who may read logs, for as long as logs are kept, and each event is
    paid for a second time as log. Log the few fields that tell which event it was.

    At debug level, or behind a test for a setting, it is advice.

    ## Bad
    ```python file="app.py"
    import json

    def handler(event, context):
        print("Received event: " + json.dumps(event))  # expect: full-event-logged
        return {"id": event["id"]}
    ```

    ## Fixed
    ```python file="app.py"
    import json

    def handler(event, context):
        return {"id": event["id"]}
    ```

    ## Good
    A field of it.
    ```python file="app.py"
    import logging

    logger = logging.getLogger()

    def handler(event, context):
        logger.warning("order %s is late", event["id"])
        return {"id": event["id"]}
    ```
    What was made of it.
    ```python file="app.py"
    from shop import place

    def handler(event, context):
        print(len(event), place(event))
        return {"id": event["id"]}
    ```

    ## When not to fix
    The function is there to show events, or its events hold nothing that anybody may not see.

    ## See also
    AWS: "Data protection in AWS Lambda" in the Lambda Developer Guide.
    """
    for logged in handler.logged_events():
        edit = logged.removed()
        yield Finding(
            "The whole event goes into the log, with all that its sender put there; log the fields that are needed",
            logged.span,
            Fix("Do not log the event", (edit,), Safety.UNSAFE) if edit else None,
            severity=Severity.ADVICE if logged.guarded else None,
        )
