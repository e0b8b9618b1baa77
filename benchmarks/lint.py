"""How fast lambdalint is, as ratios in one run on the same files.

    python benchmarks/lint.py [FOLDER ...] [--rounds 3]

FOLDER holds Python files to lint, such as a clone of a public repository; without one it is this repository.
Compared with: `libcst.parse_module` and `ast.parse` of every Python file in one process each, `ruff check` with its
defaults, and for one file `python -c pass` and, where it is fixed, `import libcst`. CPU seconds (user and system, whole
process, children included) are the figure to keep; the machine's other work moves wall time. Every command is run once
before it counts, with bytecode of all modules at hand, as an installed package has it.

Bounds: cold at most 2x ruff, nothing new 0.25x, one clean file 4x `python -c pass` (wall), one that is fixed 1.4x
`import libcst` (wall), the tree by way of libcst 1.3x its parsing. Other linters: lint_peers.py; keys: editor.py.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
HERE = Path(__file__).resolve().parents[1]
PARSE = """
import sys, warnings
warnings.simplefilter("ignore")
{setup}
for path in sys.stdin.read().split("\\0"):
    try:
        with open(path, encoding="utf-8-sig") as file:
            {parse}(file.read())
    except Exception:
        pass
"""


CLEAN = """\
import os

import boto3

s3 = boto3.client("s3")


def lambda_handler(event, context):
    bucket = os.environ["BUCKET"]
    s3.put_object(Bucket=bucket, Key=event["name"], Body=event["body"].encode())
    return {"name": event["name"]}
"""
FIXABLE = CLEAN.replace("    bucket", "    s3 = boto3.client('s3')\n    bucket").replace(
    's3 = boto3.client("s3")\n\n\n', "\n"
)
DATA = "*.yaml,*.yml,*.json,*.tf,*.template,*.ipynb"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "folders", nargs="*", type=Path, default=[HERE / "lint_rules", HERE / "course", HERE / "tests"]
    )
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    files = sorted({path for folder in options.folders for path in folder.rglob("*.py") if path.is_file()})
    size = sum(path.stat().st_size for path in files)
    print(
        f"{len(files)} Python files, {size / 1e6:.1f} MB, Python {sys.version.split()[0]}, {os.cpu_count()} processors"
    )

    names = "\0".join(map(str, files)).encode()
    folders = [str(folder) for folder in options.folders]
    python = sys.executable
    kept = tempfile.TemporaryDirectory()
    ENVIRONMENT["PYTHONPYCACHEPREFIX"] = kept.name + "/bytecode"
    one, fixed = Path(kept.name, "clean.py"), Path(kept.name, "fixed.py")
    one.write_text(CLEAN, encoding="utf-8")
    fixed.write_text(FIXABLE, encoding="utf-8")
    check = [python, "-m", "lint_rules", "check", "-q", "--exit-zero"]
    contestants = {
        "lambdalint check": ([*check, "--no-cache", *folders], b""),
        "the same, Python alone": ([*check, "--no-cache", "--extend-exclude", DATA, *folders], b""),
        "lambdalint, nothing new": ([*check, "--cache-dir", kept.name + "/notes", *folders], b""),
        "libcst.parse_module": (_parser("import libcst", "libcst.parse_module"), names),
        "the tree through libcst": (
            _parser("from lint_rules.engine.sources.cst_statements import read_module", "read_module"),
            names,
        ),
        "ast.parse": (_parser("import ast", "ast.parse"), names),
        "ruff check": (
            [python, "-m", "ruff", "check", "-q", "--no-cache", "--exit-zero", "--isolated", *folders],
            b"",
        ),
        "lambdalint, one file": ([*check, "--no-cache", str(one)], b""),
        "python -c pass": ([python, "-c", "pass"], b""),
        "lambdalint, one fix": ([*check, "--no-cache", "--diff", "--unsafe-fixes", str(fixed)], b""),
        "import libcst": ([python, "-c", "import libcst"], b""),
    }
    for command, given in contestants.values():
        _run(command, given)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name, (command, given) in contestants.items():  # in turn, so that a busy minute strikes them all
            for _ in range(1 if name in list(contestants)[:7] else 7):
                times[name].append(_run(command, given))
    cpu = {name: median(seconds for seconds, _ in taken) for name, taken in times.items()}
    wall = {name: median(seconds for _, seconds in taken) for name, taken in times.items()}

    print(f"\n{'':24}{'CPU s':>9}{'wall s':>9}{'files/s (CPU)':>16}")
    for name in contestants:
        rate = f"{len(files) / cpu[name]:16.0f}" if name in list(contestants)[:7] else ""
        print(f"{name:24}{cpu[name]:9.3f}{wall[name]:9.3f}{rate}")
    print("\nratios of CPU")
    for name, other, bound in (
        ("lambdalint check", "ruff check", "2"),
        ("the same, Python alone", "ruff check", ""),
        ("the same, Python alone", "ast.parse", ""),
        ("lambdalint check", "libcst.parse_module", ""),
        ("lambdalint, nothing new", "ruff check", "0.25"),
        ("the tree through libcst", "libcst.parse_module", "1.3"),
    ):
        print(f"  {name:24} over {other:20}{cpu[name] / cpu[other]:8.2f}  {bound and 'bound ' + bound}")
    print("ratios of wall time, and of CPU")
    for name, other, bound in (
        ("lambdalint, one file", "python -c pass", "4"),
        ("lambdalint, one fix", "import libcst", "1.4"),
    ):
        ratio = f"{wall[name] / wall[other]:8.2f}{cpu[name] / cpu[other]:8.2f}"
        print(f"  {name:24} over {other:20}{ratio}  bound {bound}")


def _parser(setup: str, parse: str) -> list[str]:
    return [sys.executable, "-c", PARSE.format(setup=setup, parse=parse)]


def _run(command: list[str], given: bytes) -> tuple[float, float]:
    """CPU and wall seconds of one command."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, input=given, capture_output=True, check=False, env=ENVIRONMENT)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command[:5])} ... failed: {done.stderr.decode()[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


if __name__ == "__main__":
    main()
