"""The examiner itself: interrupted, orphaned or robbed of its child it misjudges nobody, leaves nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psutil
import pytest

from course.lab.checks import Examiner, Verdict
from course.lab.document import Check

PASSES = Check("passes", "It passes.", 1, "def passes(cloud, answer):\n    pass\n")
WAITS = Check(
    "waits", "It waits.", 1, "import threading\ndef waits(cloud, answer):\n    threading.Event().wait(60)\n"
)


@contextmanager
def interrupted(seconds: float) -> Iterator[None]:
    """Ctrl-C after some seconds."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def children(examiner: Examiner) -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if one.cwd() == str(examiner.folder)]


def test_an_interrupted_check_is_not_taken_for_the_next_one() -> None:
    with Examiner() as examiner:
        assert examiner.examine(PASSES, {}).verdict is Verdict.PASSED
        with pytest.raises(KeyboardInterrupt), interrupted(0.3):
            examiner.examine(WAITS, {})
        assert not children(examiner)
        assert examiner.examine(PASSES, {}).verdict is Verdict.PASSED
        assert examiner.started == 2


def test_a_child_that_died_between_checks_is_replaced() -> None:
    with Examiner() as examiner:
        examiner.examine(PASSES, {})
        (child,) = children(examiner)
        child.kill()
        child.wait(10)
        assert examiner.examine(PASSES, {}).verdict is Verdict.PASSED


def test_the_folder_of_a_check_is_gone_after_it() -> None:
    with Examiner() as examiner:
        for _ in range(3):
            examiner.examine(PASSES, {"a.py": ""})
        assert len([path for path in examiner.folder.iterdir() if path.is_dir()]) <= 1


@pytest.mark.parametrize("check", ["PASSES", "WAITS"])
def test_when_its_parent_is_killed_the_child_ends_and_takes_its_folder_along(check: str) -> None:
    program = f"""
import sys, threading
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_examiner import PASSES, WAITS
from course.lab.checks import Examiner
examiner = Examiner()
examiner.examine(PASSES, {{}})
print(examiner.folder, flush=True)
examiner.examine({check}, {{}})
threading.Event().wait()
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    folder = Path(parent.stdout.readline().strip())
    below = psutil.Process(parent.pid).children(recursive=True)
    assert below
    assert folder.is_dir()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(below, timeout=20)
    assert alive == []
    assert not folder.exists()


def test_what_is_forked_for_each_check_stays_up_between_checks() -> None:
    source = (
        "def forks(cloud, answer):\n"
        "    answer.call('a.py', 'f')\n"
        "    raise Failure(str(cloud.launcher.pids()))\n"
    )
    with Examiner() as examiner:
        asked = [
            examiner.examine(Check("forks", "It forks.", 1, source), {"a.py": "f = int"}) for _ in range(2)
        ]
        assert asked[0].rationale == asked[1].rationale != "[]"


def test_what_ended_is_collected() -> None:
    quick = "def quick(cloud, answer):\n    for _ in range(3): answer.call('a.py', 'f')\n"
    late = "def late(cloud, answer):\n    answer.call('a.py', 'g')\n"
    files = {"a.py": "import time\nf = int\ndef g(): time.sleep(60)"}
    with Examiner() as examiner:
        assert examiner.examine(Check("quick", "It calls.", 1, quick), files).verdict is Verdict.PASSED
        assert (
            examiner.examine(Check("late", "It waits.", 1, late, seconds=2), files).verdict is Verdict.FAILED
        )
        (child,) = children(examiner)
        for _ in range(10):  # what was killed may take a moment to end
            examiner.examine(PASSES, {})
            ended = [
                one.pid for one in child.children(recursive=True) if one.status() == psutil.STATUS_ZOMBIE
            ]
            if not ended:
                break
        assert ended == []
