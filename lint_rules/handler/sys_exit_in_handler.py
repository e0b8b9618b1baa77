"""LAM008."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule

_EXITS = ("sys.exit", "os._exit", "exit", "quit", "os.abort")


@rule(
    "LAM008",
    looks_at=Handler,
    severity="error",
    since="0.1",
    fix="unsafe",
    triggers=("exit", "quit", "abort"),
)
def sys_exit_in_handler(handler: Handler) -> Iterator[Finding]:
    """Code behind the handler ends the process.

    ## Why it matters
    The process is the execution environment. When it ends, Lambda reports the invocation as `Runtime.ExitError`,
    even with exit code 0, throws the environment away with all that it had cached, and pays for a cold start with
    the next event. What was meant as "nothing to do" counts as a failure and is retried.

    ## Bad
    ```python file="app.py"
    import sys


    def handler(event, context):
        if not event.get("Records"):
            sys.exit(0)  # expect: sys-exit-in-handler
        if len(event["Records"]) > 10:
            sys.exit("too many records")  # expect: sys-exit-in-handler
        return len(event["Records"])
    ```

    ## Fixed
    ```python file="app.py"
    import sys


    def handler(event, context):
        if not event.get("Records"):
            return
        if len(event["Records"]) > 10:
            raise RuntimeError("too many records")
        return len(event["Records"])
    ```

    ## Good
    A script may end its process.
    ```python file="app.py"
    import sys


    def handler(event, context):
        return check(event)


    def check(event):
        return bool(event.get("Records"))


    if __name__ == "__main__":
        sys.exit(0 if check({}) else 1)
    ```

    Whoever catches it goes on.
    ```python file="app.py"
    import sys


    def handler(event, context):
        try:
            run(event)
        except SystemExit as ended:
            return {"code": ended.code}


    def run(event):
        if not event:
            sys.exit(2)
    ```

    ## When not to fix
    The environment is broken in a way that only a new one mends, and the event may be worked on twice.

    ## See also
    AWS: "Troubleshoot execution issues in Lambda": Runtime.ExitError.
    """
    ends = [*handler.calls(*_EXITS)]
    if not ends or handler.catches("SystemExit"):
        return
    for call in ends:
        edits = call.ended(in_handler=call.scope is handler.scope)
        yield Finding(
            f"`{call.code}` ends the execution environment: the invocation fails with Runtime.ExitError and the next "
            "one starts cold; return, or raise an exception",
            call.span,
            Fix("Leave the function instead of the process", edits, Safety.UNSAFE) if edits else None,
        )
