"""LAM003."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule("LAM003", looks_at=Handler, severity="error", since="0.1", triggers=("yield",))
def handler_is_generator(handler: Handler) -> Iterator[Finding]:
    """The handler has a `yield`, so that a call of it gives a generator and runs nothing.

    ## Why it matters
    Lambda's managed runtime for Python cannot stream an answer. A generator function gives back a generator without
    running a line of its body, and a generator is no JSON: every invocation ends with `Runtime.MarshalError`.

    ## Bad
    ```python file="app.py"
    def handler(event, context):  # expect: handler-is-generator
        for record in event["Records"]:
            yield record["body"]
    ```

    ## Good
    ```python file="app.py"
    def handler(event, context):
        return list(bodies(event["Records"]))


    def bodies(records):
        for record in records:
            yield record["body"]
    ```

    ## When not to fix
    A custom runtime of your own, or an adapter in front of it, sends on what the handler yields.

    ## See also
    AWS: "Response streaming for Lambda functions" in the Lambda Developer Guide: managed runtimes that support it.
    """
    entry = handler.entry
    if entry.is_generator and entry.is_bare and (handler.spec or not entry.is_used):
        yield Finding(
            f"`{handler.node.name}` is a generator function: Lambda gets a generator, which it can neither run nor "
            "send; collect the values and return them",
            entry.span,
        )
