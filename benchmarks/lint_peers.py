"""lambdalint beside other linters, as ratios of CPU time in one run on the same files.

    python benchmarks/lint_peers.py --peers BIN [--lambda FOLDER ...] [--templates FOLDER ...] [--ordinary FOLDER ...]

BIN is the `bin` folder of an environment with pythaw, fixit, cfn-lint and ruff; the folders hold clones of public
repositories: Lambda projects, CloudFormation and SAM templates, and ordinary Python. What is left out is not measured.

Bounds: Lambda projects at most 0.4 of pythaw; 500 files, every one through libcst, at most a twentieth of Fixit; 150
templates at most 0.05 of cfn-lint; ordinary Python at most 0.6 of ruff's CPU cold and 0.25 with a cache. Contestants
take turns, with bytecode of all modules at hand; a ratio is the median of those of the rounds.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from lint import ENVIRONMENT

FORCED = """
from lint_rules.engine.sources import module
from lint_rules.engine.sources.cst_statements import read_module
def read(text):
    try:
        return read_module(text)
    except Exception as error:
        raise SyntaxError(str(error)) from error
module._tree = read
module._is_sound = lambda text: False
from lint_rules.cli import main
main()
"""
"""lambdalint with libcst for every file that it reads as Python."""

Command = list[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peers", type=Path, required=True, metavar="BIN")
    for name in ("lambda", "templates", "ordinary"):
        parser.add_argument(f"--{name}", type=Path, nargs="*", default=[], dest=name, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for title, contest in CONTESTS.items():
        folders = getattr(options, title.split()[0].lower())
        if folders:
            print(f"\n{title}")
            contest(options.peers, folders, options.rounds)


def lambda_projects(peers: Path, folders: Sequence[Path], rounds: int) -> None:
    """Against pythaw, which reads nothing but Python; lambdalint looks at everything."""
    names = [str(folder) for folder in folders]
    files = python_files(folders)
    print(f"{len(files)} Python files, {megabytes(files):.1f} MB, templates besides; bound 0.40")
    check = ours("check", "--no-cache", "-q", "--exit-zero", "--isolated")
    # It takes one folder at a time.
    compare("pythaw", rounds, [*check, *names], *([str(peers / "pythaw"), "check", name] for name in names))

    chosen = random.Random(1).sample(files, min(500, len(files)))
    print(f"{len(chosen)} of them through libcst, {megabytes(chosen):.1f} MB; bound 0.05")
    paths = [str(path) for path in chosen]
    forced = [sys.executable, "-c", FORCED, *check[3:], "--include-tests", *paths]
    compare("fixit", min(rounds, 2), forced, [str(peers / "fixit"), "--quiet", "lint", *paths])


def templates(peers: Path, folders: Sequence[Path], rounds: int) -> None:
    """Against cfn-lint, all at once, as both are called."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*.y*ml")):
            text = path.read_text(encoding="utf-8", errors="replace")
            if "\nResources:" in text and ("AWSTemplateFormatVersion" in text or "AWS::Serverless" in text):
                found.append(path)
    sample = [str(path) for path in random.Random(1).sample(found, min(150, len(found)))]
    peer = [str(peers / "cfn-lint"), "--"]
    fatal = deadly(peer, sample)
    chosen = [path for path in sample if path not in fatal]
    size = megabytes([Path(path) for path in chosen])
    print(
        f"{len(chosen)} templates of {len(found)}, {size:.2f} MB; bound 0.05; cfn-lint dies of {len(fatal)} more"
    )
    check = ours("check", "--no-cache", "-q", "--exit-zero", "--isolated", *chosen)
    compare("cfn-lint", min(rounds, 2), check, [*peer, *chosen])


def deadly(peer: Command, files: list[str]) -> list[str]:
    """The files that a peer does not survive: it would leave the others undone, and seem fast."""
    done = subprocess.run([*peer, *files], capture_output=True, check=False, env=ENVIRONMENT)
    if b"Traceback" not in done.stderr:
        return []
    half = len(files) // 2
    return deadly(peer, files[:half]) + deadly(peer, files[half:]) if half else files


def ordinary(peers: Path, folders: Sequence[Path], rounds: int) -> None:
    """Against ruff with its defaults, without caches and with warm ones."""
    names = [str(folder) for folder in folders]
    files = python_files(folders)
    print(f"{len(files)} Python files, {megabytes(files):.1f} MB; bounds 0.60 cold, 0.25 warm")
    ruff = [str(peers / "ruff"), "check", "-q", "--exit-zero", "--isolated"]
    check = ours("check", "-q", "--exit-zero", "--isolated", "--no-respect-gitignore")
    compare("ruff, cold", rounds, [*check, "--no-cache", *names], [*ruff, "--no-cache", *names])
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        warm, warm_ruff = [*check, "--cache-dir", one, *names], [*ruff, "--cache-dir", other, *names]
        spent(warm)
        spent(warm_ruff)
        compare("ruff, warm", rounds, warm, warm_ruff)


CONTESTS: dict[str, Callable[[Path, Sequence[Path], int], None]] = {
    "Lambda projects": lambda_projects,
    "Templates": templates,
    "Ordinary Python": ordinary,
}


def ours(*words: str) -> Command:
    """A command of lambdalint in this Python."""
    return [sys.executable, "-m", "lint_rules", *words]


def python_files(folders: Sequence[Path]) -> list[Path]:
    """The Python files below the folders."""
    return sorted(path for folder in folders for path in folder.rglob("*.py") if path.is_file())


def megabytes(files: Sequence[Path]) -> float:
    """Their size."""
    return sum(path.stat().st_size for path in files) / 1e6


def compare(peer: str, rounds: int, own: Command, *theirs: Command) -> None:
    """Run both in turn and say what each took and the ratio."""
    pairs = []
    spent(own)
    for _ in range(rounds):
        took = spent(own)
        parts = [spent(command) for command in theirs]
        pairs.append((took, (sum(cpu for cpu, _ in parts), sum(wall for _, wall in parts))))
    ratio = median(one[0] / other[0] for one, other in pairs)
    for name, place in (("lambdalint", 0), (peer, 1)):
        cpu, wall = (median(pair[place][kind] for pair in pairs) for kind in (0, 1))
        print(f"  {name:12} {cpu:9.3f} s CPU {wall:9.3f} s wall")
    print(f"  ratio {ratio:.4f}, {1 / ratio:.1f} times as fast", flush=True)


def spent(command: Command) -> tuple[float, float]:
    """CPU seconds, children included, and wall seconds of a command."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=ENVIRONMENT
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode < 0 or (b"lint_rules" in " ".join(command).encode() and done.returncode > 1):
        sys.exit(f"{' '.join(command[:6])} ... failed: {done.stderr.decode()[-500:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


if __name__ == "__main__":
    main()
