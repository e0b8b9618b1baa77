"""Derive from the rules what is committed beside them: RULES.md for people, and the listing that spares imports.

    python scripts/derive_rules.py [--check]

With `--check` nothing is written; the exit code is 1 if something is stale.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from lint_rules.engine.docs import rules_page
from lint_rules.engine.listing import PLACE, Listed, write_listing
from lint_rules.engine.rule import RULES, load_rules

PACKAGE = Path(__file__).resolve().parents[1] / "lint_rules"


def derived() -> dict[Path, str]:
    """What each derived file should hold."""
    load_rules()
    for path in sorted(PACKAGE.glob("*/*.py")):
        if path.parent.name not in ("engine", "commands") and path.name != "__init__.py":
            importlib.import_module(f"lint_rules.{path.parent.name}.{path.stem}")
    rows = []
    for rule in sorted(RULES.values(), key=lambda rule: rule.code):
        module = rule.check.__module__
        if module.startswith("lint_rules."):
            size = (PACKAGE.parent / (module.replace(".", "/") + ".py")).stat().st_size
            fix = rule.fix.name.lower() if rule.fix else ""
            row = (rule.code, rule.name, rule.severity.label, rule.subject, rule.profile, fix, rule.since)
            rows.append(Listed(*row, rule.topic, module, size, " ".join(rule.triggers), rule.summary))
    return {PACKAGE / PLACE: write_listing(rows), PACKAGE / "RULES.md": rules_page()}


def main() -> int:
    """Write what is stale, or say that it is."""
    stale = [
        path
        for path, text in derived().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        sys.stdout.write(f"{path.name}\n")
        if "--check" not in sys.argv:
            path.write_text(derived()[path], encoding="utf-8")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
