"""Files as they break: real examples, cut, doubled, reordered and filled with odd characters.

    python benchmarks/fuzz.py [--inputs 10000] [--seed 1]

Lints and fixes that many broken inputs of every kind and says which of them ended in a traceback, or took longer than
ten seconds of CPU. `tests/linter/test_bad_input.py` runs a few dozen of the same.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import time
from pathlib import Path

from lint_rules import Config, Safety, fix
from lint_rules.engine.markdown import sections
from lint_rules.engine.rule import load_rules
from lint_rules.engine.scan import Help, Scan

CASES = Path(__file__).resolve().parents[1] / "tests" / "linter" / "cases"
PIECES = (
    *(
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\r\n",
        b"\r",
        b"\t",
        b"\x0c",
        "\u2028".encode(),
        "\U0001f600".encode(),
    ),
    *(
        b"{{ x }}",
        b"{% if %}",
        b"${",
        b"!Sub ",
        b"!GetAtt a.b.c",
        b"&a ",
        b"*a",
        b"<<: *a",
        b"|-",
        b"? ",
        b"- ",
        b"---\n",
    ),
    *(
        b'"',
        b"'",
        b'"""',
        b"'''",
        b"(",
        b")",
        b"[",
        b"]",
        b"{",
        b"}",
        b":",
        b",",
        b"#",
        b"\\",
        b"%%writefile x.py\n",
    ),
    *(
        b"# noqa",
        b"# noqa: LAM999",
        b"# lambdalint: allow[",
        b"lambda: ",
        b"await ",
        b"yield ",
        b"match x:\n",
        b"f'{",
    ),
    *(
        b"null",
        b"true",
        b"1e999",
        b"-0x1",
        b"0o8",
        b"1_0",
        b"2024-01-01",
        b"Resources:",
        b'"Resources":',
        b"Statement:",
    ),
)


def seeds() -> dict[str, dict[str, bytes]]:
    """Every example of every rule and case, as files by path; some also as a notebook and as JSON."""
    texts = {rule.name: rule.doc for rule in load_rules().values()}
    texts |= {f"case {path.stem}": path.read_text(encoding="utf-8") for path in CASES.glob("*.md")}
    found: dict[str, dict[str, bytes]] = {}
    for name, text in texts.items():
        examples = [files for section in sections(text) for files, _ in section.examples()]
        for number, files in enumerate(examples):
            found[f"{name} {number}"] = {path: code.encode() for path, code in files.items()}
            if number % 3 == 0:
                found[f"{name} {number} notebook"] = {"lab.ipynb": _notebook(files)}
    return found


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
        suffix = chance.choice([".py", ".yaml", ".json", ".ipynb", ".template"])
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    names = sorted(SEEDS)
    bad = 0
    for number in range(options.inputs):
        seed = f"{options.seed}:{number}"
        chance = random.Random(seed)
        files = mutated(chance, chance.choice(names))
        began = time.process_time()
        try:
            scan = Scan([], files, Config(select=("ALL",)), Help())
            errors = [repr(crash.error) for crash in scan.crashes]
            fix(scan.project(files), Config(select=("ALL",)), Safety.UNSAFE)
        except Exception as error:
            errors = [repr(error)]
        taken = time.process_time() - began
        if errors or taken > 10:
            bad += 1
            print(f"input {seed}: {taken:.1f} s {errors[:1]}")
        if number % 100 == 0:
            gc.collect()
    print(f"{options.inputs} inputs, {bad} of them trouble")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
