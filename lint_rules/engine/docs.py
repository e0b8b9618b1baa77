"""Documentation that is derived from the rules themselves: a page of one, and RULES.md, which lists all."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from lint_rules.engine.finding import Safety
from lint_rules.engine.markdown import without_marks
from lint_rules.engine.peers import peer_codes
from lint_rules.engine.rule import Rule, load_rules

LABS = "data/labs.txt"
"""Where it stands in the package which lab teaches which rule: made from the labs by `scripts/derive_rules.py`."""

Labs = Mapping[str, Sequence[str]]
"""The labs that teach a rule, by its name."""

_FIXES = {
    Safety.SAFE: "`--fix`",
    Safety.UNSAFE: "`--fix --unsafe-fixes`",
    Safety.SHOW_ONLY: "shown, never applied",
    None: "none",
}


def rule_page(rule: Rule, labs: Labs | None = None) -> str:
    """One rule in Markdown, without the marks that its tests read. Without `labs` those of the package are named."""
    facts = [
        f"Level: {rule.severity.label} · fix: {_FIXES[rule.fix]} · profile: {rule.profile} · since {rule.since}"
    ]
    same = "; ".join(f"{peer} {', '.join(codes)}" for peer, codes in peer_codes(rule.code).items())
    if same:
        facts.append(f"Same as: {same}")
    taught = (_labs() if labs is None else labs).get(rule.name, ())
    if taught:
        facts.append(f"Taught in: {'; '.join(taught)}")
    body = without_marks(rule.doc).strip()
    return f"# {rule.code} {rule.name}\n\n" + "\n\n".join([*facts, body]) + "\n"


def page_address(rule: Rule) -> str:
    """Where the page of one of our own rules stands in the repository; empty for a plugin's."""
    return f"docs/rules/{rule.name}.md" if rule.is_ours else ""


def rules_page() -> str:
    """RULES.md: a table of all rules, in the order of their codes, with links to their pages."""
    table = "\n".join(
        f"| [{rule.code}](../{page_address(rule)}) | {rule.name} | {rule.severity.label} | {_FIXES[rule.fix]}"
        f" | {rule.profile} | {rule.summary} |"
        for rule in load_rules().values()
        if rule.is_ours
    )
    return (
        "# Rules\n\n"
        "Made from the rules by `python scripts/derive_rules.py`, and so are the pages behind the codes;"
        " `lambdalint explain LAM101` prints one of them.\n\n"
        f"| Code | Name | Level | Fix | Profile | |\n|---|---|---|---|---|---|\n{table}\n"
    )


def read_labs(text: str) -> dict[str, list[str]]:
    """The labs by rule from lines `rule, tab, lab`."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        rule, _, lab = line.partition("\t")
        found.setdefault(rule, []).append(lab)
    return found


_read: list[Labs] = []


def _labs() -> Labs:
    if not _read:
        package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        with open(os.path.join(package, LABS), encoding="utf-8") as file:
            _read.append(read_labs(file.read()))
    return _read[0]
