"""LAM109."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Related, Safety, rule


@rule(
    "LAM109",
    looks_at=Handler,
    severity="warning",
    since="0.1",
    fix="unsafe",
    triggers=("time", "uuid", "secrets"),
)
def time_or_id_at_module_scope(handler: Handler) -> Iterator[Finding]:
    """A time or an id is made while the module is imported, and invocations take it for their own.

    ## Why it matters
    The module is imported once for each execution environment, which may live for hours. Every invocation in it then
    writes the same "now", queries yesterday's date, or gives the same id to different things. With SnapStart even
    all environments share it.

    ## Bad
    ```python file="app.py"
    from datetime import date

    today = date.today()  # expect: time-or-id-at-module-scope

    def handler(event, context):
        return {"report": f"sales-{today}.csv"}
    ```

    ## Fixed
    ```python file="app.py"
    from datetime import date


    def handler(event, context):
        today = date.today()
        return {"report": f"sales-{today}.csv"}
    ```

    ## Good
    The age of the environment is measured from its start.
    ```python file="app.py"
    import time

    STARTED = time.time()
    opened = time.time()

    def handler(event, context):
        return {"since": STARTED, "age": time.time() - opened}
    ```

    ## When not to fix
    The value names the execution environment, and is meant to be the same in all of its invocations.

    ## See also
    AWS: "Handling uniqueness with Lambda SnapStart".
    """
    for value in handler.import_values():
        edits = value.moved()
        what = "the time of the import" if value.kind == "time" else "one id for all invocations"
        yield Finding(
            f"`{value.name}` is {what}: it stays the same as long as the environment lives; make it in the function "
            "that needs it",
            value.span,
            Fix(f"Make `{value.name}` in the function that reads it", edits, Safety.UNSAFE)
            if edits
            else None,
            related=(Related("an invocation takes it for its own", value.used_at),),
        )
