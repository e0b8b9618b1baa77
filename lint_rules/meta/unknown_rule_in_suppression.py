"""LAM992."""

from __future__ import annotations

from collections.abc import Iterable

from lint_rules import Finding, Fix, Safety, Suppression, did_you_mean, load_rules, rule


@rule("LAM992", looks_at=Suppression, severity="warning", since="0.2", fix="safe")
def unknown_rule_in_suppression(suppression: Suppression) -> Iterable[Finding]:
    """A comment that silences findings names a rule that does not exist.

    ## Why it matters
    A slip of the pen silences nothing, so the finding comes back, or nobody notices that it never did. A rule
    of the future may get the very code, and would then be silent where nobody wanted it to be.

    ## Bad
    ```python file="app.py"
    # lambdalint: allow[clinet-init-in-handler] one tenant only  # expect: unknown-rule-in-suppression
    def handler(event, context):
        return {"statusCode": 200}
    ```

    ## Fixed
    ```python file="app.py"
    def handler(event, context):
        return {"statusCode": 200}
    ```

    ## Good
    Other linters' codes are none of ours.
    ```python file="app.py"
    from os import *  # noqa: F403

    def handler(event, context):
        return {"statusCode": 200}
    ```

    ## When not to fix
    The rule comes from a plugin that is not installed here.

    ## See also
    `lambdalint rules` lists the rules there are.
    """
    unknown = suppression.unknown
    for word in unknown:
        known = load_rules()
        hint = did_you_mean(word, [*known, *(rule.code for rule in known.values())])
        edits = suppression.without(unknown)
        fix = Fix("Take out what names no rule", edits, Safety.SAFE) if edits else None
        yield Finding(f'no rule "{word}" to silence.{hint}', suppression.place_of(word), fix)
