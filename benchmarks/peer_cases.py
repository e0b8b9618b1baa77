"""Run lambdalint over the cases that other linters wrote for their own rules, and count where both agree.

    python benchmarks/peer_cases.py FOLDER [--show] [--only PEER]

FOLDER holds clones, or parts of them, in folders of these names: pythaw, sonar (sonar-python), semgrep (semgrep-rules),
serverless-rules, checkov, cfn-lint. Their files are read and never copied. A case is a place that their tests say is
bad, or good; only rules that `lint_rules/data/peers.txt` maps to rules that we have are counted, and of ours only what
fails a run, unless the rule never does. `docs/peers.md` says what came out, and why.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from lint_rules import RULES, Config, Finding, Project, Severity, lint, load_rules
from lint_rules.engine.peers import peers

OURS = {rule.code: rule.name for rule in load_rules().values()}


class Case(NamedTuple):
    """Rows of a file, from and to, that a rule of a peer should find something in, or nothing."""

    rule: str
    files: Mapping[str, str]
    path: str
    rows: tuple[int, int]
    bad: bool
    name: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="name the cases that both see differently")
    parser.add_argument("--only", choices=READERS, help="one peer alone")
    options = parser.parse_args()
    print("| peer | its rule | ours | bad, found | bad, not found | good, silent | good, found |")
    print("|---|---|---|---|---|---|---|")
    for peer, reader in READERS.items():
        if (options.folder / peer).is_dir() and options.only in (None, peer):
            count(peer, reader(options.folder / peer), options.show)


def count(peer: str, cases: Iterator[Case], show: bool) -> None:
    """A line for each rule of the peer, and one for all."""
    table: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    told: list[str] = []
    for case in cases:
        codes = [code for code in peers()[peer].get(case.rule, ()) if code in OURS]
        if not codes:
            continue
        config = Config(select=tuple(codes), ignore=("LAM990",))
        project = Project.of(dict(case.files))
        rows = [
            project.documents[case.path].locate(finding.span.start).row
            for finding in lint(project, config)
            if finding.span.path == case.path and counts(finding)
        ]
        found = any(case.rows[0] <= row <= case.rows[1] for row in rows)
        place = (0 if found else 1) if case.bad else (3 if found else 2)
        table[case.rule][place] += 1
        if found != case.bad:
            told.append(
                f"{peer} {case.rule} {'missed' if case.bad else 'found'}: {case.name} {case.path} {case.rows}"
            )
    for rule in sorted(table):
        ours = ", ".join(code for code in peers()[peer][rule] if code in OURS)
        print(f"| {peer} | {rule} | {ours} | {' | '.join(map(str, table[rule]))} |")
    total = [sum(row[place] for row in table.values()) for place in range(4)]
    print(f"| **{peer}** | {len(table)} rules | | {' | '.join(map(str, total))} |", flush=True)
    for line in told if show else ():
        print(line, file=sys.stderr)


def counts(finding: Finding) -> bool:
    """Whether it is as severe as its rule usually is; what is mere advice then does not contradict anybody."""
    usual = RULES[finding.rule].severity
    return finding.severity is None or finding.severity >= min(usual, Severity.WARNING)


def by_comments(
    folder: Path, pattern: str, mark: str, rule_of: Callable[[Path, re.Match[str]], str]
) -> Iterator[Case]:
    """Python files with a comment in each bad line; every function without one is a good case."""
    for path in sorted(folder.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        marks = [(row, at) for row, line in enumerate(text.splitlines(), 1) if (at := re.search(mark, line))]
        if not marks:
            continue
        files = {path.name: text}
        rows = [row + int(at["shift"] or 0) for row, at in marks]
        for row, (_, at) in zip(rows, marks, strict=True):
            yield Case(rule_of(path, at), files, path.name, (row, row), True, path.stem)
        for node in ast.parse(text).body:
            end = node.end_lineno or node.lineno
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not any(
                node.lineno <= row <= end for row in rows
            ):
                rule = rule_of(path, marks[0][1])
                yield Case(rule, files, path.name, (node.lineno, end), False, node.name)


def pythaw(folder: Path) -> Iterator[Case]:
    """`# error: PW001` in scenarios."""
    mark = r"#\s*error:\s*(?P<rule>PW\d+)(?P<shift>)"
    yield from by_comments(folder, "tests/scenarios/rules/*.py", mark, lambda path, at: at["rule"])


SONAR = {
    "awsLambdaClientInstantiation": "S6243",
    "asyncAwsLambdaHandler": "S7614",
    "awslambdaReturnValueAreSerializable": "S7613",
    "awsLambdaReservedEnvironmentVariable": "S7617",
    "awsLambdaTmpCleanup": "S7620",
    "awsMissingPagination": "S7622",
    "awsLambdaCrossCall": "S6246",
    "awsLongTermAccessKeys": "S7625",
    "with_lambda_handler": "S7618",
    "asyncioTaskNotStored": "S7502",
    "awsWaitersInsteadOfCustomPolling": "S7621",
    "synchronousHttpOperationsInAsync": "S7499",
    "synchronousSubprocessOperationsInAsync": "S7487",
    "synchronousOsCallsInAsync": "S7489",
    "synchronousFileOperationsInAsync": "S7493",
    "timeSleepInAsync": "S7488",
}
"""By name of the test file: the rule that the check's metadata give."""


def sonar(folder: Path) -> Iterator[Case]:
    """`# Noncompliant`, perhaps with a distance."""
    mark = r"#\s*Noncompliant(?:@(?P<shift>[+-]\d+))?(?P<rule>)"
    for name, rule in SONAR.items():
        yield from by_comments(folder, f"**/checks/**/{name}.py", mark, lambda path, at, rule=rule: rule)


def semgrep(folder: Path) -> Iterator[Case]:
    """`# ruleid: x` and `# ok: x` above the place."""
    python = (path for part in ("aws-lambda", "boto3") for path in folder.glob(f"python/{part}/**/*.py"))
    for path in sorted([*python, *folder.glob("terraform/**/*.tf")]):
        if path.stem not in peers()["semgrep"]:
            continue
        text = path.read_text(encoding="utf-8")
        name = "app.py" if path.suffix == ".py" else "main.tf"
        marks = [
            (row, at[1] == "ruleid")
            for row, line in enumerate(text.splitlines(), 1)
            if (at := re.search(r"(?:#|//)\s*(ruleid|ok):", line))
        ]
        ends = [*(row - 1 for row, _ in marks[1:]), len(text.splitlines())]
        for (row, bad), end in zip(marks, ends, strict=True):
            last = end if path.suffix == ".tf" else min(end, row + 4)
            yield Case(path.stem, {name: text}, name, (row, last), bad, f"row {row}")


def serverless_rules(folder: Path) -> Iterator[Case]:
    """`es1001-missing.fail.yaml`: the whole file."""
    for path in sorted(folder.glob("**/tests/templates/*.yaml")):
        rule, verdict = path.name.split(".")[0].partition("-")[0].upper(), path.name.split(".")[-2]
        files = {"template.yaml": path.read_text(encoding="utf-8")}
        yield Case(rule, files, "template.yaml", (1, 10**6), verdict == "fail", path.name)


def checkov(folder: Path) -> Iterator[Case]:
    """The sets of resources in its tests; the check's id from its source."""
    for dialect in ("cloudformation", "terraform"):
        for test in sorted(folder.glob(f"tests/{dialect}/checks/resource/aws/test_*.py")):
            tree = ast.parse(test.read_text(encoding="utf-8"))
            imported = [
                node.module
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and node.module and ".checks.resource.aws." in node.module
            ]
            source = folder / (imported[0].replace(".", "/") + ".py") if imported else None
            found = (
                re.search(r"\bid = ['\"](CKV2?_AWS_\d+)", source.read_text())
                if source and source.exists()
                else None
            )
            if not found or found[1] not in peers()["checkov"]:
                continue
            labels = dict(_sets(tree))
            examples = test.parent / f"example_{test.stem.removeprefix('test_')}"
            yield from _in_examples(found[1], examples, labels)


def _sets(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """Resources by name, and whether they should fail."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in ("passing_resources", "failing_resources") and isinstance(
                node.value, ast.Set | ast.List
            ):
                for item in node.value.elts:
                    if isinstance(item, ast.Constant):
                        yield str(item.value), name == "failing_resources"


def _in_examples(rule: str, examples: Path, labels: Mapping[str, bool]) -> Iterator[Case]:
    for path in sorted(examples.glob("**/*")) if examples.is_dir() else ():
        if path.suffix not in (".yaml", ".yml", ".json", ".tf"):
            continue
        files = {path.name: path.read_text(encoding="utf-8")}
        project = Project.of(files)
        for template in project.templates:
            for resource in template.resources.values():
                terraform = template.kind == "terraform"
                name = resource.logical_id if terraform else f"{resource.kind}.{resource.logical_id}"
                if name in labels:
                    whole = resource.node.span if resource.node else resource.span
                    document = project.documents[path.name]
                    rows = (document.row(resource.span.start), document.row(whole.end))
                    yield Case(rule, files, path.name, rows, labels[name], f"{examples.name}/{name}")


def cfn_lint(folder: Path) -> Iterator[Case]:
    """What the program itself, which has to be on the path, says of its fixtures: its tests hold no files any more."""
    places = [
        path
        for path in folder.glob("test/fixtures/templates/**/*.yaml")
        if re.search("lambda|iam", str(path))
    ]
    command = ["cfn-lint", "--format", "json", "--include-checks", "I", "--", *map(str, sorted(places))]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    for match in said:
        path, start = Path(match["Filename"]), match["Location"]["Start"]["LineNumber"]
        files = {path.name: path.read_text(encoding="utf-8")}
        yield Case(
            match["Rule"]["Id"], files, path.name, (start, start + 8), True, str(match["Location"]["Path"])
        )


READERS: dict[str, Callable[[Path], Iterator[Case]]] = {
    "pythaw": pythaw,
    "sonar": sonar,
    "semgrep": semgrep,
    "serverless-rules": serverless_rules,
    "checkov": checkov,
    "cfn-lint": cfn_lint,
}

if __name__ == "__main__":
    main()
