"""How fast lambdalint is, as ratios in one run on the same files.

    python benchmarks/lint.py [FOLDER ...] [--rounds 3]

FOLDER holds Python files to lint, such as a clone of a public repository; without one it is this repository.
Compared with: `libcst.parse_module` and `ast.parse` of every Python file in one process each, `ruff check` with its
defaults, and `python -c pass` for one file. CPU seconds (user and system, whole process, children included) are the
figure to keep; the machine's other work moves wall time.
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
    one = str(min(files, key=lambda path: abs(path.stat().st_size - 600)))
    python = sys.executable
    kept = tempfile.TemporaryDirectory()
    check = [python, "-m", "lint_rules", "check", "-q", "--exit-zero"]
    subprocess.run([*check, "--cache-dir", kept.name, *folders], capture_output=True, check=False)
    contestants = {
        "lambdalint check": ([*check, "--no-cache", *folders], b""),
        "lambdalint, nothing new": ([*check, "--cache-dir", kept.name, *folders], b""),
        "libcst.parse_module": (_parser("import libcst", "libcst.parse_module"), names),
        "ast.parse": (_parser("import ast", "ast.parse"), names),
        "ruff check": (
            [python, "-m", "ruff", "check", "-q", "--no-cache", "--exit-zero", "--isolated", *folders],
            b"",
        ),
        "lambdalint, one file": ([*check, one], b""),
        "python -c pass": ([python, "-c", "pass"], b""),
        "import libcst": ([python, "-c", "import libcst"], b""),
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name, (command, given) in contestants.items():  # in turn, so that a busy minute strikes them all
            times[name].append(_run(command, given))
    cpu = {name: median(seconds for seconds, _ in taken) for name, taken in times.items()}
    wall = {name: median(seconds for _, seconds in taken) for name, taken in times.items()}

    print(f"\n{'':24}{'CPU s':>9}{'wall s':>9}{'files/s (CPU)':>16}")
    for name in contestants:
        rate = f"{len(files) / cpu[name]:16.0f}" if name in list(contestants)[:5] else ""
        print(f"{name:24}{cpu[name]:9.3f}{wall[name]:9.3f}{rate}")
    kept.cleanup()
    print("\nlambdalint check, CPU, over")
    for name in ("libcst.parse_module", "ast.parse", "ruff check"):
        print(f"  {name:22}{cpu['lambdalint check'] / cpu[name]:8.2f}")
    print(
        f"lambdalint check where nothing is new, CPU, over\n  {'ruff check':22}"
        f"{cpu['lambdalint, nothing new'] / cpu['ruff check']:8.2f}"
    )
    print("lambdalint on one file, wall, over")
    for name in ("python -c pass", "import libcst"):
        print(f"  {name:22}{wall['lambdalint, one file'] / wall[name]:8.2f}")


def _parser(setup: str, parse: str) -> list[str]:
    return [sys.executable, "-c", PARSE.format(setup=setup, parse=parse)]


def _run(command: list[str], given: bytes) -> tuple[float, float]:
    """CPU and wall seconds of one command."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command[:5])} ... failed: {done.stderr.decode()[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


if __name__ == "__main__":
    main()
