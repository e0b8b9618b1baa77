"""LAM010."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, Severity, rule


@rule("LAM010", looks_at=Handler, severity="warning", since="0.1", fix="safe")
def mutable_default_argument(handler: Handler) -> Iterator[Finding]:
    """Code behind the handler changes the default of a parameter, which all invocations share.

    ## Why it matters
    A default is made once, when the function is defined. What one call puts into it is there in the next, and in an
    execution environment that lives for hours the next call belongs to another event, perhaps of another caller.

    ## Bad
    ```python file="app.py"
    def collect(record, found=[]):  # expect: mutable-default-argument
        found.append(record["body"])
        return found


    def handler(event, context):
        for record in event["Records"]:
            bodies = collect(record)
        return bodies
    ```

    ## Fixed
    ```python file="app.py"
    def collect(record, found=None):
        if found is None:
            found = []
        found.append(record["body"])
        return found


    def handler(event, context):
        for record in event["Records"]:
            bodies = collect(record)
        return bodies
    ```

    ## Good
    A default that is only read does no harm.
    ```python file="app.py"
    def label(record, names={"a": "Anna"}):
        return names.get(record["body"], "nobody")


    def handler(event, context):
        return [label(record) for record in event["Records"]]
    ```

    ## When not to fix
    The default is a cache on purpose. That is reported as advice only: see that it cannot grow for ever.

    ## See also
    Python FAQ: "Why are default values shared between objects?"
    """
    for default in handler.shared_defaults():
        if default.changed and not default.is_deliberate:
            edits = default.made_inside()
            yield Finding(
                f"the default of `{default.name}` is made once and changed by every call: what one invocation puts "
                "in, the next finds",
                default.span,
                Fix("Make it anew in each call", edits, Safety.SAFE) if edits else None,
            )
        else:
            why = (
                "is kept between invocations"
                if default.changed
                else "is handed out, and who gets it may change it"
            )
            yield Finding(
                f"the default of `{default.name}` is made once and {why}",
                default.span,
                severity=Severity.ADVICE,
            )
