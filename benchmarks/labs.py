"""How long a learner waits: seconds for each check of every lab, for a run of its notebook, and the memory beside it.

    python benchmarks/labs.py [LAB ...] [--checks]

Each check runs on the reference answer, in one examiner, as `lab.check` does it; the notebook is the worked one, run
from top to bottom beside a live cloud whose environments start as learners' do. Times are of the wall clock, with
the load of the machine beside them: read them on an idle one. Goals: most exercises under 2 s, a lab under 40 s.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from statistics import median

import nbformat
import psutil
from nbclient import NotebookClient

from course.cloud import Cloud
from course.lab import shelf, source
from course.lab.checks import Examiner
from course.lab.document import Lab

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labs", nargs="*", help="numbers of labs [default: all]")
    parser.add_argument("--checks", action="store_true", help="only the checks")
    options = parser.parse_args()
    solutions = ROOT / "solutions"
    wanted = [shelf.slug(number, solutions) for number in options.labs] or shelf.slugs(solutions)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{'lab':<24}{'checks':>7}{'median':>8}{'longest':>9}{'exercise':>10}{'memory':>9}{'notebook':>10}")
    for slug in wanted:
        lab = source.read(solutions / slug / "lab.md")
        checks, exercises, memory = checked(lab)
        notebook = "" if options.checks else f"{run(solutions / slug / 'solution.ipynb', slug):8.1f} s"
        print(
            f"{slug:<24}{len(checks):>7}{median(checks):>6.2f} s{max(checks):>7.2f} s{max(exercises):>8.2f} s"
            f"{memory:>6.0f} MB{notebook}"
        )


def checked(lab: Lab) -> tuple[list[float], list[float], float]:
    """Seconds for each check, for the visible checks of each exercise, and the MB that checking takes."""
    checks, exercises, memory = [], [], 0.0
    with Examiner() as examiner:
        examiner.examine(next(lab.checks), lab.solution)  # the start, which a notebook makes ahead
        for exercise in lab.exercises:
            seen = 0.0
            for check in exercise.checks:
                start = time.perf_counter()
                result = examiner.examine(check, lab.solution)
                checks.append(time.perf_counter() - start)
                seen += 0 if check.hidden else checks[-1]
                if result.verdict.value != "passed":
                    print(f"  {lab.slug} {check.name}: {result.verdict.value}: {result.rationale}")
            exercises.append(seen)
            memory = max(memory, held())
    return checks, exercises, memory


def held() -> float:
    """The MB of all processes below this one, what they share counted once."""
    found = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            found += process.memory_full_info().pss / 2**20
        except psutil.Error:
            continue
    return found


def run(notebook: Path, slug: str) -> float:
    """Seconds for a notebook, from the start of its kernel to its end."""
    document = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory() as folder, Cloud() as cloud:
        place = Path(folder, "my-labs", slug)
        place.mkdir(parents=True)
        resources = {"metadata": {"path": str(place)}}
        client = NotebookClient(document, timeout=110, kernel_name="python3", resources=resources)
        start = time.perf_counter()
        client.execute(env=cloud.environment())
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
