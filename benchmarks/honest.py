"""Whether honest work gets what the author's key says: the reference answer of each lab, on many seeds.

    python benchmarks/honest.py [LAB ...] [--seeds 20] [--workers 2]

Prints each check that did not pass, with its seed, and for each lab the seconds of a whole grading and the checks whose
time limit is less than five times what the reference answer needed. Exit code 1 when something did not pass.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from course.lab import source  # noqa: E402
from course.lab.checks import CheckResult, Examiner, Verdict  # noqa: E402
from course.lab.document import Lab  # noqa: E402
from course.lab.grade import grade  # noqa: E402

FAIR = 5


def main() -> int:
    """Grade, print, and say whether all passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("labs", nargs="*", help="numbers of labs (default: all)")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    failed = 0
    for path in sorted((ROOT / "solutions").glob("[0-9]*/lab.md")):
        if not options.labs or path.parent.name[:2] in options.labs:
            failed += _lab(source.read(path), options.seeds, options.workers)
    return 1 if failed else 0


def _lab(lab: Lab, seeds: int, workers: int) -> int:
    todo = list(range(1, seeds + 1))
    lock = threading.Lock()
    took: dict[str, list[float]] = defaultdict(list)
    wholes: list[float] = []
    failures: list[str] = []

    def work() -> None:
        with Examiner() as examiner:
            while True:
                with lock:
                    if not todo:
                        return
                    seed = todo.pop(0)
                last = began = time.perf_counter()

                def heard(result: CheckResult, seed: int = seed) -> None:
                    nonlocal last
                    now = time.perf_counter()
                    with lock:
                        took[result.check.name].append(now - last)
                        if result.verdict is not Verdict.PASSED:
                            failures.append(
                                f"  seed {seed} {result.check.name}: {result.verdict.value}: {result.rationale[:300]}"
                            )
                    last = now

                grade(lab, lab.solution, seed=seed, examiner=examiner, on_progress=heard)
                with lock:
                    wholes.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    checks = list(lab.checks)
    print(f"{lab.slug}: {len(checks)} checks, {seeds} seeds, {median(wholes):.1f} s a grading", flush=True)
    print("\n".join(failures) or "  all passed")
    for check in checks:
        if median(took[check.name]) * FAIR > check.seconds:
            print(f"  {check.name} has {check.seconds:g} s and needed {median(took[check.name]):.2f}")
    return len(failures)


if __name__ == "__main__":
    sys.exit(main())
