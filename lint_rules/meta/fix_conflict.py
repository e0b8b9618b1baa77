"""LAM994."""

from __future__ import annotations

from collections.abc import Iterable

from lint_rules import Conflict, Finding, rule


@rule("LAM994", looks_at=Conflict, severity="advice", since="0.2")
def fix_conflict(conflict: Conflict) -> Iterable[Finding]:
    """A fix was left out, because it does not go together with another that was applied.

    ## Why it matters
    The finding is still there after `--fix`, and will be the next time. Whoever reads the change should know that
    only one of two remedies was taken, and that the other one needs a person.

    ## Bad
    Two rules of a plugin each take out a statement. Both may go alone; without both the file would not parse.
    ```python file="app.py"
    def handler(event, context):
        if event.get("debug"):
            print(event)
            breakpoint()  # expect: fix-conflict
        return {}
    ```

    ## Good
    ```python file="app.py"
    def handler(event, context):
        return {}
    ```

    ## When not to fix
    The finding that is left is harmless; allow it with a comment.

    ## See also
    Only `--fix`, `--diff` and `lambdalint fix` find it; `lambdalint fix --diff` shows what fixes would do.
    """
    left, other = conflict.left, conflict.other
    reason = f" ({conflict.reason})" if conflict.reason else ""
    yield Finding(
        f"the fix for {left.rule} does not go together with that for {other}, and was left out{reason}; "
        "one of the two needs a person",
        left.span,
    )
