"""LAM007."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM007", looks_at=Handler, severity="error", since="0.1", fix="safe")
def handler_called_at_import(handler: Handler) -> Iterator[Finding]:
    """The module calls its own handler while it is imported.

    ## Why it matters
    Lambda imports the module once in every new environment. A call left over from a test on the desk then runs with
    each of them, with the event of that test: it writes, sends or deletes once more, and if it fails the function
    cannot start at all.

    ## Bad
    ```python file="app.py"
    def handler(event, context):
        return {"sum": event["a"] + event["b"]}


    print(handler({"a": 1, "b": 2}, None))  # expect: handler-called-at-import
    ```

    ## Fixed
    ```python file="app.py"
    def handler(event, context):
        return {"sum": event["a"] + event["b"]}


    if __name__ == "__main__":
        print(handler({"a": 1, "b": 2}, None))
    ```

    ## Good
    ```python file="app.py"
    import os


    def handler(event, context):
        return {"sum": event["a"] + event["b"]}


    if os.environ.get("ON_MY_DESK"):
        print(handler({"a": 1, "b": 2}, None))
    ```

    ## When not to fix
    The file is a script that happens to have a function of this shape, and Lambda never imports it.

    ## See also
    Python: "`__main__` — Top-level code environment".
    """
    for call in handler.calls_at_import():
        if not call.in_notebook:
            edits = call.guarded()
            yield Finding(
                f"importing the module runs `{handler.node.name}`: every new environment does so before its first "
                "event; keep the call for when the file is run itself",
                call.span,
                Fix("Call it only when the file is run itself", edits, Safety.SAFE) if edits else None,
            )
