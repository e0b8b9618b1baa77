"""How much of what public functions call is found, and how right the verdicts on their policies are.

    python benchmarks/iam_accuracy.py CLONES [--verbose]

CLONES is a folder with clones of the repositories that tests/linter/facts/aws_calls*.json name, each under its own
name or as owner+name, at the commit given there; repositories that are not there are left out. Calls count by function
and operation; verdicts by function and action. What is debatable counts neither way.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lint_rules import Project
from lint_rules.engine.access.access import FunctionAccess, RoleAccess

FACTS = Path(__file__).resolve().parents[1] / "tests" / "linter" / "facts"
SKIPPED = frozenset({".git", "node_modules", ".venv", "cdk.out", ".aws-sam"})
SUFFIXES = (".py", ".yaml", ".yml", ".json", ".tf", ".template")
LARGEST = 900_000


class Tally:
    """Names that were found, not found, and found wrongly."""

    def __init__(self) -> None:
        self.right = self.lost = self.wrong = self.debatable = 0

    def count(self, wanted: set[str], given: set[str], debatable: set[str]) -> Iterator[tuple[str, str]]:
        """Add one function; gives what is not as it should be."""
        self.right += len(wanted & given)
        self.lost += len(wanted - given)
        self.wrong += len(given - wanted - debatable)
        self.debatable += len(given & debatable)
        yield from (("not found", name) for name in sorted(wanted - given))
        yield from (("wrong", name) for name in sorted(given - wanted - debatable))

    def __str__(self) -> str:
        recall = f"{self.right / (self.right + self.lost):.1%}" if self.right + self.lost else "-"
        precision = f"{self.right / (self.right + self.wrong):.1%}" if self.right + self.wrong else "-"
        return (
            f"right {self.right}, not found {self.lost}, wrong {self.wrong}, debatable {self.debatable}:"
            f" recall {recall}, precision {precision}"
        )


def project(root: Path) -> Project:
    """Everything of a clone that the linter may look at."""
    files = {}
    for path in sorted(root.rglob("*")):
        wanted = path.suffix in SUFFIXES and not SKIPPED & {*path.parts} and path.is_file()
        if wanted and path.stat().st_size <= LARGEST:
            files[str(path.relative_to(root))] = path.read_text(encoding="utf-8", errors="replace")
    return Project.of(files)


def clone_of(clones: Path, repository: str) -> Path | None:
    """The folder of a repository, if it is there."""
    names = (repository.replace("/", "+", 1), repository.partition("/")[2])
    return next((clones / name for name in names if (clones / name).is_dir()), None)


def answers(
    looked_at: Project, fact: dict[str, Any]
) -> tuple[set[str], FunctionAccess | None, RoleAccess | None]:
    """What is said of a labelled function: its calls, and where a template names it its access and its role."""
    names = (fact["file"], f"{fact['file']}/index.py")
    found = [one for one in looked_at.access.functions if one.scope and one.scope.facts.module.name in names]
    template = fact.get("template")
    found.sort(key=lambda one: one.spec is None or one.spec.template.name != template)
    if fact.get("function"):
        found.sort(key=lambda one: fact["function"] not in (one.name, one.name.rpartition(".")[2]))
    if found:
        role = next((role for role in looked_at.access.roles if found[0] in role.functions), None)
        return {call.name for call in found[0].use.calls} if found[0].use else set(), found[0], role
    handlers = [handler for handler in looked_at.handlers if handler.module.name in names]
    handlers.sort(key=lambda handler: handler.scope.name != fact.get("function"))
    return ({call.name for call in handlers[0].aws.calls} if handlers else set()), None, None


def verdicts(one: FunctionAccess | None, role: RoleAccess | None) -> dict[str, set[str]]:
    """The actions that are said to be missing, and to be too many with high and with any confidence."""
    lacks = [*one.missing, *(need for need, _ in one.elsewhere)] if one else []
    excess = role.excess if role else ()
    return {
        "missing": {need.action for need in lacks if need.sure},
        "excess, high confidence": {each.what for each in excess if each.confidence == "high"},
        "excess, any confidence": {each.what for each in excess},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("clones", type=Path)
    parser.add_argument("--verbose", action="store_true", help="name what is not found, or wrong")
    given = parser.parse_args()
    for file in sorted(FACTS.glob("aws_calls*.json")):
        by_repository: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for fact in json.loads(file.read_text(encoding="utf-8"))["functions"]:
            by_repository[fact["repository"]].append(fact)
        tallies: dict[str, Tally] = defaultdict(Tally)
        functions = 0
        for repository, facts in by_repository.items():
            root = clone_of(given.clones, repository)
            if root is None:
                print(f"{repository}: not there")
                continue
            looked_at = project(root)
            for fact in facts:
                functions += 1
                calls, one, role = answers(looked_at, fact)
                debatable = {name.removeprefix("missing:") for name in fact.get("debatable", ())}
                said = {"calls": calls, **verdicts(one, role)}
                for kind, names in said.items():
                    wanted = fact[kind.partition(",")[0]]
                    if wanted is None:
                        continue
                    for fault, name in tallies[kind].count({*wanted}, names, debatable):
                        if given.verbose:
                            print(f"{fault}: {kind}: {name}: {repository} {fact['file']}")
        print(f"{file.name}: {functions} functions")
        for kind, tally in tallies.items():
            print(f"  {kind:24} {tally}")


if __name__ == "__main__":
    main()
