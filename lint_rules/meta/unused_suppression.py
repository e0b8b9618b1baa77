"""LAM993."""

from __future__ import annotations

from collections.abc import Iterable

from lint_rules import Finding, Fix, Safety, Suppression, rule


@rule("LAM993", looks_at=Suppression, severity="advice", since="0.2", fix="safe", profile="strict")
def unused_suppression(suppression: Suppression) -> Iterable[Finding]:
    """A comment silences a rule that finds nothing there.

    ## Why it matters
    The defect is gone, and the comment says that it is still there. Left alone, it will silence the next one
    that somebody makes in this place.

    ## Bad
    ```python file="app.py"
    import boto3

    # lambdalint: allow[client-init-in-handler] was slow once  # expect: unused-suppression
    s3 = boto3.client("s3")

    def handler(event, context):
        return s3.list_buckets()["Buckets"]
    ```

    ## Fixed
    ```python file="app.py"
    import boto3

    s3 = boto3.client("s3")

    def handler(event, context):
        return s3.list_buckets()["Buckets"]
    ```

    ## Good
    ```python file="app.py"
    import boto3

    def handler(event, context):
        s3 = boto3.client("s3")  # lambdalint: allow[client-init-in-handler] runs once a month
        return s3.list_buckets()["Buckets"]
    ```

    ## When not to fix
    The rule finds something only together with files that are not looked at here.

    ## See also
    A rule that does not run, because it is ignored or not in the profile, is not judged; neither is a `noqa`
    without codes, which may be meant for another tool.
    """
    unused = suppression.unused
    for word in unused:
        edits = suppression.without(unused)
        fix = Fix("Take out what silences nothing", edits, Safety.SAFE) if edits else None
        yield Finding(f"{word} finds nothing here", suppression.place_of(word), fix)
