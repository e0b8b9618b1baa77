"""Documentation that is derived from the rules themselves: a page of one, and RULES.md of all."""

from __future__ import annotations

from lint_rules.engine.finding import Safety
from lint_rules.engine.markdown import without_marks
from lint_rules.engine.peers import peer_codes
from lint_rules.engine.rule import Rule, load_rules

_FIXES = {
    Safety.SAFE: "`--fix`",
    Safety.UNSAFE: "`--fix --unsafe-fixes`",
    Safety.SHOW_ONLY: "shown, never applied",
    None: "none",
}


def rule_page(rule: Rule, level: int = 1) -> str:
    """One rule in Markdown, without the marks that its tests read. `level` is that of its heading."""
    level_of, fix_of = rule.severity.label, _FIXES[rule.fix]
    facts = f"Level: {level_of} · fix: {fix_of} · profile: {rule.profile} · since {rule.since}"
    facts += _same(rule)
    body = without_marks(rule.doc).strip()
    if level > 1:
        body = _deeper(body, level - 1)
    return f"{'#' * level} {rule.code} {rule.name}\n\n{facts}\n\n{body}\n"


def rules_page() -> str:
    """RULES.md: a table of all rules, then the page of each, in the order of their codes."""
    rules = list(load_rules().values())
    table = "\n".join(
        f"| [{rule.code}](#{rule.code.lower()}-{rule.name}) | {rule.name} | {rule.severity.label}"
        f" | {_FIXES[rule.fix]} | {rule.summary} |"
        for rule in rules
    )
    head = (
        "# Rules\n\n"
        "Made from the rules by `lambdalint rules --output-format markdown > lint_rules/RULES.md`."
        " `lambdalint explain LAM101` prints one of them.\n\n"
        "| Code | Name | Level | Fix | |\n|---|---|---|---|---|\n"
    )
    return head + table + "\n\n" + "\n".join(rule_page(rule, 2) for rule in rules)


def _same(rule: Rule) -> str:
    """The line that names what other linters call it."""
    known = peer_codes(rule.code)
    listed = "; ".join(f"{peer} {', '.join(codes)}" for peer, codes in known.items())
    return f"\n\nSame as: {listed}" if listed else ""


def _deeper(text: str, by: int) -> str:
    out = []
    code = False
    for line in text.split("\n"):
        code ^= line.startswith("```")
        out.append("#" * by + line if line.startswith("#") and not code else line)
    return "\n".join(out)
