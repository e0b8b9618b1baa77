"""LAM113."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, Severity, rule


@rule("LAM113", looks_at=Handler, severity="warning", since="0.1", triggers=("environ", "putenv"))
def os_environ_mutated(handler: Handler) -> Iterator[Finding]:
    """An invocation changes an environment variable, which the next invocations find changed.

    ## Why it matters
    The environment belongs to the process, and the process lives on. What one invocation sets for itself, a region, a
    tenant, a token, the next one reads as if the function had been configured so. Code that is imported later, and
    libraries that read the environment when they please, make it hard to tell who sees what.

    ## Bad
    ```python file="app.py"
    import os

    def handler(event, context):
        os.environ["TENANT"] = event["tenant"]  # expect: os-environ-mutated
        return report()

    def report():
        return {"tenant": os.environ["TENANT"]}
    ```

    ## Good
    ```python file="app.py"
    def handler(event, context):
        return report(event["tenant"])

    def report(tenant):
        return {"tenant": tenant}
    ```

    What a library wants to find is set before it is imported.
    ```python file="app.py"
    import os

    os.environ.setdefault("MPLCONFIGDIR", "/tmp/matplotlib")

    import matplotlib

    def handler(event, context):
        return matplotlib.__version__
    ```

    ## When not to fix
    Every invocation sets it to the same value. That is reported as advice only: set it once, at module level, or
    where the function is configured.

    ## See also
    AWS: "Working with Lambda environment variables".
    """
    for write in handler.variable_writes():
        if write.is_reserved or write.happens_once:
            continue
        changes = not handler.is_constant(write)
        name = f"`{write.name}`" if write.name else "a variable of the environment"
        rest = "pass the value as an argument instead" if changes else "set it once, at module level"
        yield Finding(
            f"{name} is set for the whole process: the next invocations find it so; {rest}",
            write.span,
            severity=None if changes else Severity.ADVICE,
        )
