"""How much of what public functions call is found, and how right the verdicts on their policies are.

    python benchmarks/iam_accuracy.py CLONES

CLONES is a folder with clones of the repositories that tests/linter/facts/aws_calls.json names, each under its own
name, at the commit given there. Calls count by function and operation; verdicts by function and action.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from lint_rules import Project

FACTS = Path(__file__).resolve().parents[1] / "tests" / "linter" / "facts" / "aws_calls.json"
SKIPPED = frozenset({".git", "node_modules", ".venv", "cdk.out", ".aws-sam"})


def project(root: Path) -> Project:
    """Everything of a clone that the linter may look at."""
    files = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".yaml", ".yml", ".json", ".tf") and not SKIPPED & set(path.parts):
            files[str(path.relative_to(root))] = path.read_text(encoding="utf-8", errors="replace")
    return Project.of(files)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("clones", type=Path)
    clones = parser.parse_args().clones
    labelled = json.loads(FACTS.read_text(encoding="utf-8"))["functions"]
    counts = {kind: [0, 0, 0] for kind in ("calls", "missing", "excess")}
    for repository in sorted({one["repository"] for one in labelled}):
        access = project(clones / repository.partition("/")[2]).access
        found: dict[str, dict[str, set[str]]] = {}
        for one in access.functions:
            if one.use is None or one.scope is None:
                continue
            role = next((role for role in access.roles if one in role.functions), None)
            lacks = [*one.missing, *(need for need, _ in one.elsewhere)]
            found[one.scope.facts.module.name] = {
                "calls": {call.name for call in one.use.calls},
                "missing": {need.action for need in lacks if need.sure},
                "excess": {each.what for each in (role.excess if role else ()) if each.confidence == "high"},
            }
        for one in labelled:
            if one["repository"] == repository:
                answer = found.get(one["file"], {})
                for kind, count in counts.items():
                    wanted, given = set(one[kind]), answer.get(kind, set())
                    count[0] += len(wanted & given)
                    count[1] += len(wanted - given)
                    count[2] += len(given - wanted)
                    for name in sorted(wanted ^ given):
                        print(
                            f"{'not found' if name in wanted else 'wrong'}: {kind} {name} {repository} {one['file']}"
                        )
    print(f"{len(labelled)} functions")
    for kind, (right, lost, wrong) in counts.items():
        recall = f"{right / (right + lost):.1%}" if right + lost else "-"
        precision = f"{right / (right + wrong):.1%}" if right + wrong else "-"
        print(
            f"{kind:8} right {right}, not found {lost}, wrong {wrong}: recall {recall}, precision {precision}"
        )


if __name__ == "__main__":
    main()
