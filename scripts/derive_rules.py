"""Derive from the rules what is committed beside them: RULES.md and a page of each rule for people, the listing that
spares imports, and, from the heads of the labs, which lab teaches which rule.

    python scripts/derive_rules.py [--check]

With `--check` nothing is written; the exit code is 1 if something is stale.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import yaml

from lint_rules.engine.docs import LABS, page_address, read_labs, rule_page, rules_page
from lint_rules.engine.listing import PLACE, Listed, write_listing
from lint_rules.engine.rule import RULES, Rule, load_rules

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lint_rules"


def derived() -> dict[Path, str | None]:
    """What each derived file should hold; None for one that should not be there."""
    load_rules()
    for path in sorted(PACKAGE.glob("*/*.py")):
        if path.parent.name not in ("engine", "commands") and path.name != "__init__.py":
            importlib.import_module(f"lint_rules.{path.parent.name}.{path.stem}")
    rules = [rule for rule in sorted(RULES.values(), key=lambda rule: rule.code) if rule.is_ours]
    labs = "".join(f"{rule}\t{lab}\n" for rule, lab in sorted(taught()))
    texts: dict[Path, str | None] = dict.fromkeys(ROOT.glob("docs/rules/*.md"))
    texts |= {ROOT / page_address(rule): rule_page(rule, read_labs(labs)) for rule in rules}
    return {
        **texts,
        PACKAGE / PLACE: write_listing([listed(rule) for rule in rules]),
        PACKAGE / "RULES.md": rules_page(),
        PACKAGE / LABS: labs,
    }


def listed(rule: Rule) -> Listed:
    """The line of a rule in the listing."""
    module = rule.check.__module__
    size = (PACKAGE.parent / (module.replace(".", "/") + ".py")).stat().st_size
    fix = rule.fix.name.lower() if rule.fix else ""
    row = (rule.code, rule.name, rule.severity.label, rule.subject, rule.profile, fix, rule.since)
    return Listed(*row, rule.topic, module, size, " ".join(rule.triggers), rule.summary)


def taught() -> list[tuple[str, str]]:
    """Pairs of a rule and a lab whose head names it."""
    pairs = []
    for path in ROOT.glob("solutions/*/lab.md"):
        _, head, _ = path.read_text(encoding="utf-8").split("---\n", 2)
        said = yaml.safe_load(head)
        number = path.parent.name.partition("_")[0]
        pairs += [(rule, f"lab {number}, {said['title']}") for rule in said.get("rules") or ()]
    return pairs


def main() -> int:
    """Write what is stale, or say that it is."""
    wanted = derived()
    stale = [path for path, text in wanted.items() if text != _text(path)]
    for path in stale:
        sys.stdout.write(f"{path.name}\n")
        if "--check" in sys.argv:
            continue
        text = wanted[path]
        path.parent.mkdir(exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if stale and "--check" in sys.argv else 0


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
