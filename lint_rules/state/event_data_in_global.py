"""LAM105."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Project, Related, Severity, rule


@rule("LAM105", looks_at=Project, severity="error", since="0.1", triggers=("def",))
def event_data_in_global(project: Project) -> Iterator[Finding]:
    """Data of one invocation is stored in a variable of the module, where the next invocation finds it.

    ## Why it matters
    Lambda uses an execution environment for one caller after the other. What the handler takes from its event
    and keeps in a global, a class attribute or a container of the module can be shown to somebody else: the
    next caller, whose event lacks the field or fails before it is set again. Neither tests nor a quiet
    afternoon show it.

    ## Bad
    ```python file="app.py"
    results = []

    def handler(event, context):
        results.append(event["user"])  # expect: event-data-in-global
        return results
    ```

    ## Good
    ```python file="app.py"
    def handler(event, context):
        results = [event["user"]]
        return results
    ```

    What concerns the function and not the event may be kept.
    ```python file="app.py"
    account = None

    def handler(event, context):
        global account
        if account is None:
            account = context.invoked_function_arn.split(":")[4]
        return {"account": account}
    ```

    ## When not to fix
    The variable is a cache whose key tells callers apart. That is reported as advice only: see that the key
    holds everything that the answer depends on, and that the cache has a limit. So is a variable that every
    invocation sets anew before anything reads it.

    ## See also
    AWS: "Best practices for working with AWS Lambda functions": do not use the execution environment to store
    user data, events, or other information with security implications.
    """
    seen = set()
    for handler in project.handlers:
        for state in handler.kept_state():
            derived = [change for change in state.changes if change.derived]
            if not derived or (state.home, state.name) in seen:
                continue
            seen.add((state.home, state.name))
            leaks = [change for change in derived if not change.keyed]
            related = state.made_at
            renewed = bool(leaks) and handler.renews(state)
            if renewed:
                message = (
                    f"`{state.name}` of the module holds data of this invocation until the next one sets it anew; "
                    "pass it as an argument instead"
                )
            elif leaks:
                message = (
                    f"data of this invocation is kept in `{state.name}` of the module, where the next invocation, "
                    "perhaps for another caller, finds it; pass it as an argument instead"
                )
            else:
                message = (
                    f"`{state.name}` keeps data by a key of the event; see that the key tells all callers apart "
                    "and that it cannot grow for ever"
                )
            yield Finding(
                message,
                (leaks or derived)[0].span,
                related=(Related(f"`{state.name}` is made once, at import", related),) if related else (),
                severity=None if leaks and not renewed else Severity.ADVICE,
            )
