"""A process to be forked from that dies, or answers late, costs no learner anything."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from course.cloud.runtime.world import Tier
from course.lab.checks import Examiner, Verdict
from course.lab.document import Check
from course.lab.forkserver import ForkServer
from course.lab.quarters import Quarters

pytestmark = pytest.mark.skipif(
    Tier().find().tier != "full" or not hasattr(os, "pidfd_open"), reason="this system refuses namespaces"
)


@pytest.fixture
def server() -> Iterator[ForkServer]:
    with ForkServer() as using:
        yield using


def test_a_check_whose_child_dies_with_the_server_is_run_again(server: ForkServer) -> None:
    waits = Check(
        "waits",
        "It waits, the first time.",
        1,
        "def waits(cloud, answer):\n"
        "    import os, pathlib, time\n"
        "    begun = pathlib.Path(os.environ['TMPDIR'], 'begun')\n"
        "    if not begun.exists():\n"
        "        begun.touch()\n"
        "        time.sleep(60)\n",
        seconds=60,
    )
    with Examiner(server) as examiner, ThreadPoolExecutor(1) as pool:
        assert examiner.isolation() == "full"
        result = pool.submit(examiner.examine, waits, {})
        while not (examiner.folder / "begun").exists():
            assert not result.done()
        psutil.Process(server.pid).kill()
        assert result.result().verdict is Verdict.PASSED, result.result()
        assert examiner.started == 2


class Eager:
    """A lock for which somebody else waits: they have it as soon as it is free."""

    def __init__(self, other: Callable[[], None]) -> None:
        self._lock, self._others = threading.Lock(), [other]

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        if self._others:
            self._others.pop()()


def test_who_asks_after_an_answer_that_is_late_does_not_get_that(server: ForkServer, tmp_path: Path) -> None:
    channel, answering = socket.socketpair()
    channel.settimeout(0.05)
    answers: list[object] = []

    def ask() -> None:
        with open(os.devnull) as end:
            answers.append(server.start(Quarters(tmp_path), {}, [end.fileno()]))

    def ask_when_the_late_one_is_there() -> None:
        with suppress(BrokenPipeError):
            answering.sendall(b"4194305\n")
        ask()

    server._channel, server._lock = channel, Eager(ask_when_the_late_one_is_there)  # type: ignore[assignment]
    with answering:
        ask()
    assert answers == [None, None]
