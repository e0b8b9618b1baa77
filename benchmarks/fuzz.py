"""Files as they break: real examples, cut, doubled, reordered and filled with odd characters.

    python benchmarks/fuzz.py [--inputs 10000] [--seed 1]

Lints and fixes that many broken inputs of every kind: Python, notebooks, YAML, JSON, Terraform in both its forms. Says
which of them ended in a traceback or ended the interpreter, took longer than ten seconds of CPU, or more than a
gigabyte; and how much the worst of each kind took. A child process does the work, so that nothing it does is lost.
`tests/linter/test_bad_input.py` runs a few dozen of the same.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import re
import resource
import subprocess
import sys
import time
import traceback
from pathlib import Path

from lint_rules import Config, Safety, fix
from lint_rules.engine.markdown import sections
from lint_rules.engine.rule import load_rules
from lint_rules.engine.scan import Help, Scan
from lint_rules.engine.sources.node import List, Map, Node, Scalar
from lint_rules.engine.sources.yaml import read_yaml
from lint_rules.engine.templates.terraform_resources import RESOURCES, pairs

SECONDS, MEGABYTES = 10, 1024
CASES = Path(__file__).resolve().parents[1] / "tests" / "linter" / "cases"
WORDS = """
{{ x }}|{% if %}|${|!Sub |!GetAtt a.b.c|&a |*a|<<: *a|? |- |"|'|\"\"\"|'''|(|)|[|]|{|}|:|,|#|\\|# noqa|# noqa: LAM999
# lambdalint: allow[|lambda: |await |yield |f'{"|null|true|1e999|-0x1|0o8|1_0|2024-01-01|Resources:|"Resources":
Statement:|jsonencode(|<<EOF|resource "aws_lambda_function" "f" {|each.value|/*|//
"""
PIECES = (
    *(b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\t", b"\x0c", b"|-"),
    *("\u2028".encode(), "\U0001f600".encode(), b"---\n", b"%%writefile x.py\n", b"match x:\n"),
    *(word.encode() for line in WORDS.strip().split("\n") for word in line.split("|")),
)


def seeds() -> dict[str, dict[str, bytes]]:
    """Every example of every rule and case, as files by path; some also as a notebook, as JSON and as Terraform."""
    texts = {rule.name: rule.doc for rule in load_rules().values()}
    texts |= {f"case {path.stem}": path.read_text(encoding="utf-8") for path in CASES.glob("*.md")}
    found: dict[str, dict[str, bytes]] = {}
    for name, text in texts.items():
        examples = [files for section in sections(text) for files, _ in section.examples()]
        for number, files in enumerate(examples):
            found[f"{name} {number}"] = {path: code.encode() for path, code in files.items()}
            if number % 3 == 0:
                found[f"{name} {number} notebook"] = {"lab.ipynb": _notebook(files)}
            templates = [path for path in files if path.endswith(".yaml") and "Resources" in files[path]]
            if len(templates) == 1:
                others = {path: code.encode() for path, code in files.items() if path not in templates}
                data = next((_plain(root) for root in read_yaml(files[templates[0]], "")[0]), None)
                form = {"indent": 2} if number % 2 else {}
                found[f"{name} {number} json"] = {
                    **others,
                    "template.json": json.dumps(data, **form).encode(),
                }
                blocks = _blocks(data)
                found[f"{name} {number} tf"] = {**others, "main.tf": _hcl(blocks).encode()}
                if number % 3 == 0:
                    whole = json.dumps({"resource": blocks}).encode()
                    found[f"{name} {number} tf.json"] = {**others, "main.tf.json": whole}
    return found


def _plain(node: Node) -> object:
    if isinstance(node, Map):
        return {key.text: _plain(value) for key, value in node.items()}
    if isinstance(node, List):
        return [_plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None


def _blocks(data: object) -> dict[str, dict[str, dict[str, object]]]:
    """The resources of a template under Terraform's names, as far as it has some."""
    found: dict[str, dict[str, dict[str, object]]] = {}
    kinds = {cfn: kind for kind, (cfn, _) in reversed(RESOURCES.items())}
    kinds["AWS::Serverless::Function"] = "aws_lambda_function"
    resources = data.get("Resources") if isinstance(data, dict) else None
    for name, made in resources.items() if isinstance(resources, dict) else ():
        kind = kinds.get(made.get("Type", "")) if isinstance(made, dict) else None
        if kind is None:
            continue
        body = found.setdefault(kind, {}).setdefault(name, {})
        for old, new in pairs(RESOURCES[kind][1]):
            value = made.get("Properties")
            for step in new:
                value = value.get(step) if isinstance(value, dict) else None
            if value is not None:
                into = body
                for step in old[:-1]:
                    into = into.setdefault(step, {})  # type: ignore[assignment]
                into[old[-1]] = value
    return found


def _hcl(blocks: dict[str, dict[str, dict[str, object]]]) -> str:
    lines = []
    for kind, made in blocks.items():
        for name, body in made.items():
            lines += [f'resource "{kind}" "{name}" {{', *_arguments(body, "  "), "}", ""]
    text = "\n".join(lines)
    for name, kind in ((name, kind) for kind, made in blocks.items() for name in made):
        reference = rf'\{{"(?:Ref": "{name}"|Fn::GetAtt": \["{name}", "\w+"\])\}}'
        text = re.sub(reference, f"{kind}.{name}.arn", text)
    return text


def _arguments(body: dict[str, object], lead: str) -> list[str]:
    lines: list[str] = []
    for name, value in body.items():
        if name.endswith("_config") and isinstance(value, dict):
            lines += [f"{lead}{name} {{", *_arguments(value, lead + "  "), f"{lead}}}"]
        elif name in ("policy", "assume_role_policy", "redrive_policy"):
            lines.append(f"{lead}{name} = jsonencode({json.dumps(value)})")
        else:
            lines.append(f"{lead}{name} = {json.dumps(value)}")
    return lines


def _notebook(files: dict[str, str]) -> bytes:
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "source": f"%%writefile {path}\n{text}".splitlines(True),
        }
        for path, text in files.items()
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


SEEDS = seeds()


def mutated(chance: random.Random, name: str) -> dict[str, bytes]:
    """The files of a seed with one to six things done to them."""
    files = dict(SEEDS[name])
    for _ in range(chance.randint(1, 6)):
        path = chance.choice(sorted(files))
        files[path] = _broken(chance, files[path])
    if chance.random() < 0.1:
        path = chance.choice(sorted(files))
        suffix = chance.choice([".py", ".yaml", ".json", ".ipynb", ".template", ".tf", ".tf.json", ".yml"])
        files[path.rpartition(".")[0] + suffix] = files.pop(path)
    return files


def _broken(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
    lines = data.split(b"\n")
    kind = chance.randrange(9)
    if kind == 0:
        return data[:start]
    if kind == 1:
        return data[:start] + data[end:]
    if kind == 2:
        return data[:end] + data[start:end] * chance.randint(1, 30) + data[end:]
    if kind in (3, 4):
        return data[:start] + chance.choice(PIECES) * chance.choice((1, 1, 2, 50)) + data[start:]
    if kind == 5:
        chance.shuffle(lines)
        return b"\n".join(lines)
    if kind == 6:
        number = chance.randrange(len(lines))
        lines[number] = b" " * chance.randint(0, 9) + lines[number].lstrip()
        return b"\n".join(lines)
    if kind == 7:
        return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b" ", b"\n\n")))
    return (
        bytes(chance.choice((byte, byte, byte, byte, chance.randrange(256))) for byte in data)
        if data
        else data
    )


def look_at(seed: str) -> tuple[list[str], float]:
    """Lint and fix one input: what went wrong, and the seconds of CPU it took."""
    chance = random.Random(seed)
    files = mutated(chance, chance.choice(sorted(SEEDS)))
    began = time.process_time()
    try:
        scan = Scan([], files, Config(select=("ALL",)), Help())
        errors = [f"{crash.rule}: {_told(crash.error)}" for crash in scan.crashes]
        fix(scan.project(files), Config(select=("ALL",)), Safety.UNSAFE)
    except Exception as error:
        errors = [_told(error)]
    return errors, time.process_time() - began


def _told(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{error!r} in {place.filename}, line {place.lineno}"


def work(seed: int, start: int, end: int) -> None:
    """The child: a line of JSON before and after each input."""
    for number in range(start, end):
        print(json.dumps({"begin": number}), flush=True)
        _forget_peak()
        errors, taken = look_at(f"{seed}:{number}")
        print(json.dumps({"errors": errors[:1], "seconds": taken, "megabytes": _peak()}), flush=True)
        if number % 100 == 0:
            gc.collect()


def _forget_peak() -> None:
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """The most memory since it was last forgotten, of the whole process; elsewhere than on Linux since its start."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        work(options.seed, *options.child)
        return 0
    bad = done = 0
    worst: dict[str, float] = {"seconds": 0, "megabytes": 0}
    while done < options.inputs:
        command = [
            sys.executable,
            __file__,
            "--seed",
            str(options.seed),
            "--child",
            str(done),
            str(options.inputs),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            for line in child.stdout or ():
                said = json.loads(line)
                if "begin" in said:
                    done = said["begin"] + 1
                    continue
                worst = {name: max(value, said[name]) for name, value in worst.items()}
                if said["errors"] or said["seconds"] > SECONDS or said["megabytes"] > MEGABYTES:
                    bad += 1
                    print(f"input {options.seed}:{done - 1}: {said}", flush=True)
        if child.returncode:
            bad += 1
            print(f"input {options.seed}:{done - 1}: ended the interpreter ({child.returncode})", flush=True)
    print(f"{done} inputs of {len(SEEDS)} examples, {bad} of them trouble")
    print(f"at most {worst['seconds']:.1f} s of CPU and {worst['megabytes']:.0f} MB for one")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
