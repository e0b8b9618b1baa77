"""LAM012."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Handler, Safety, rule


@rule("LAM012", looks_at=Handler, severity="error", since="0.1", fix="safe")
def context_attr_unknown(handler: Handler) -> Iterator[Finding]:
    """The handler reads an attribute that the context object of Python's runtime does not have.

    ## Why it matters
    The runtimes of other languages call things otherwise: `awsRequestId` belongs to Node.js. In Python the read
    raises AttributeError. It often stands in a branch that logs an error, so it hides the error that it should have
    told of.

    ## Bad
    ```python file="app.py"
    def handler(event, context):
        print(context.awsRequestId)  # expect: context-attr-unknown
        return {"left": context.getRemainingTimeInMillis()}  # expect: context-attr-unknown
    ```

    ## Fixed
    ```python file="app.py"
    def handler(event, context):
        print(context.aws_request_id)
        return {"left": context.get_remaining_time_in_millis()}
    ```

    ## Good
    ```python file="app.py"
    def handler(event, context):
        request = context.aws_request_id if context else "desk"
        return {"request": request, "memory": int(context.memory_limit_in_mb)}
    ```

    Other objects are called context, too.
    ```python file="app.py"
    from durable import DurableContext, durable_execution


    @durable_execution
    def handler(event, context: DurableContext):
        return context.step(lambda _: 1)
    ```

    ## When not to fix
    A middleware that the linter does not see puts the attribute there.

    ## See also
    AWS: "Using the Lambda context object to retrieve Python function information".
    """
    for read in handler.unknown_context_reads():
        if not read.meant and handler.spec is None:
            continue
        edits = read.renamed()
        meant = f"; it is called `{read.meant}`" if read.meant else ""
        yield Finding(
            f"the context of Python's runtime has no `{read.name}`: AttributeError{meant}",
            read.span,
            Fix(f"Write `{read.meant}`", edits, Safety.SAFE) if edits else None,
        )
