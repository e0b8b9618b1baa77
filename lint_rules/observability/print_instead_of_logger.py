"""LAM852."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule(
    "LAM852",
    looks_at=Handler,
    severity="advice",
    since="0.1",
    profile="strict",
    fix="unsafe",
    triggers=("print",),
)
def print_instead_of_logger(handler: Handler) -> Iterator[Finding]:
    """A handler writes its log with `print`.

    ## Why it matters
    A printed line has no level, so that it can neither be filtered nor switched off, no request id, and it is text
    even where the function's logs are JSON. A logger has all three: Lambda's own handler of the root logger adds level
    and request id.

    ## Bad
    ```python file="app.py"
    import logging

    logger = logging.getLogger()
    logger.setLevel(logging.INFO)

    def handler(event, context):
        print("order", event["id"])  # expect: print-instead-of-logger
        return {"done": True}
    ```

    ## Fixed
    ```python file="app.py"
    import logging

    logger = logging.getLogger()
    logger.setLevel(logging.INFO)

    def handler(event, context):
        logger.info("order %s", event["id"])
        return {"done": True}
    ```

    ## Good
    ```python file="app.py"
    import logging

    logger = logging.getLogger()
    logger.setLevel(logging.INFO)

    def handler(event, context):
        logger.info("order %s", event["id"])
        return {"done": True}
    ```
    What is printed into a file is no log.
    ```python file="app.py"
    def handler(event, context):
        with open("/tmp/report.txt", "w") as report:
            print("order", event["id"], file=report)
        return {"done": True}
    ```

    ## When not to fix
    Metrics in the embedded metric format, which are printed as they are.

    ## See also
    LAM853 full-event-logged. AWS: "Log and monitor Python Lambda functions" in the Lambda Developer Guide.
    """
    for call in handler.calls("print"):
        if not any(keyword.arg == "file" for keyword in call.node.keywords):
            edits = call.logged()
            yield Finding(
                "`print` writes a line without level and request id; use a logger",
                call.span,
                Fix("Write it with the logger", edits, Safety.UNSAFE) if edits else None,
            )
