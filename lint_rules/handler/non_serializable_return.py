"""LAM004."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM004", looks_at=Handler, severity="error", since="0.1", fix="unsafe")
def non_serializable_return(handler: Handler) -> Iterator[Finding]:
    """The handler returns something that Lambda's runtime cannot make JSON of.

    ## Why it matters
    The runtime sends what the handler returns as JSON. A set, a date, a UUID, a generator or an object makes that
    fail with `Runtime.MarshalError` after the work has been done: the caller gets an error, and an event that is
    retried is worked on again.

    ## Bad
    ```python file="app.py"
    from datetime import datetime, timezone


    def handler(event, context):
        tags = {tag.lower() for tag in event["tags"]}
        return {
            "tags": tags,  # expect: non-serializable-return
            "at": datetime.now(timezone.utc),  # expect: non-serializable-return
        }
    ```

    ## Fixed
    ```python file="app.py"
    from datetime import datetime, timezone


    def handler(event, context):
        tags = {tag.lower() for tag in event["tags"]}
        return {
            "tags": list(tags),
            "at": datetime.now(timezone.utc).isoformat(),
        }
    ```

    ## Good
    The runtime's encoder takes Decimal values and named tuples.
    ```python file="app.py"
    from collections import namedtuple
    from decimal import Decimal

    Point = namedtuple("Point", "x y")


    def handler(event, context):
        return {"price": Decimal("9.90"), "at": Point(1, 2)}
    ```

    What a function inside returns is not returned by the handler.
    ```python file="app.py"
    def handler(event, context):
        def names():
            return {"a", "b"}

        return sorted(names())
    ```

    ## When not to fix
    A decorator around the handler that the linter does not know makes JSON of it.

    ## See also
    AWS: "Define Lambda function handler in Python", returning a value.
    """
    if handler.entry.is_async or handler.entry.is_generator:
        return
    for part in handler.results():
        kind = part.refused
        if kind:
            edits = part.mended()
            yield Finding(
                f"`{part.code}` is {kind}, which the runtime cannot send as JSON: the invocation ends with "
                "Runtime.MarshalError",
                part.span,
                Fix(f"Send what JSON has in place of {kind}", edits, Safety.UNSAFE) if edits else None,
            )
