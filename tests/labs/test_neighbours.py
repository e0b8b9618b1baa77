"""Calls side by side share a machine, and for its kernel all learners and the grader are one user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from course.cloud.runtime.world import Tier, readable_folders
from course.cloud.runtime.zygote import ZygoteLauncher
from course.lab import calling
from course.lab.answer import Answer
from course.lab.checking import LearnerError
from course.lab.checks import Examiner
from course.lab.document import Check
from course.lab.forkserver import ForkServer
from course.lab.nests import Nests

resource = pytest.importorskip("resource")
pytestmark = pytest.mark.skipif(Tier().find().tier != "full", reason="this system refuses namespaces")

SIDE_BY_SIDE = """
def it_is_called_beside(cloud, answer):
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(1) as pool:
        for _ in range(5):
            held = pool.submit(answer.call, "holds.py", "f")
            called = 0
            while not held.done() or not called:
                assert answer.call("plain.py", "f", called) == called
                called += 1
            if held.result() >= 1000:  # Else another test that does the same was first.
                return
    raise AssertionError(held.result())
"""
HOLDS = """
import socket, time
def f():
    held, sent = [], 0
    try:
        while sent < 40_000:
            held.append(socket.socketpair())
            for _ in range(4):
                socket.send_fds(held[-1][0], [b"x"], [0] * 250)
                sent += 250
    except OSError:
        pass
    time.sleep(2)
    return sent
"""


@pytest.fixture
def usual_limit() -> Iterator[None]:
    """As most systems begin: 1,024 descriptors, and more for who asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("usual_limit")
@pytest.mark.parametrize("serving", [nullcontext, ForkServer])
def test_descriptors_under_way_keep_nobody_else_from_being_called(
    serving: Callable[[], AbstractContextManager[ForkServer | None]],
) -> None:
    """The kernel counts those for all processes of a user together, and lets each send up to a limit of its own."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 4096:
        pytest.skip("this system gives a grader no more descriptors than a learner has")
    check = Check("it_is_called_beside", "", 1, SIDE_BY_SIDE, False, None, 30)
    with serving() as server, Examiner(server) as examiner:
        result = examiner.examine(check, {"holds.py": HOLDS, "plain.py": "def f(given): return given"})
    assert result.verdict.value == "passed", result


QUEUES = """
import socket, time
def f():
    held = [socket.socketpair() for _ in range(300)]
    for one, other in held:
        for end in (one, other):
            end.setblocking(False)
            try:
                while True:
                    end.send(bytes(65536))
            except OSError:
                pass
    time.sleep(3)
    return len(held)
"""


def test_what_waits_in_sockets_is_memory_too(
    tmp_path: Path, nowhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No process's, so nobody would be killed for it: 300 processes with 1,000 sockets each hold more than there is."""
    monkeypatch.setattr(calling, "MEMORY_MB", 100)
    launcher = ZygoteLauncher()
    made = Nests(launcher, readable_folders())
    try:
        with pytest.raises(LearnerError, match="ended with code -9"):
            Answer({"a.py": QUEUES}, tmp_path, nowhere, 20, forks=made).call("a.py", "f")
        few = QUEUES.replace("300", "60").replace("sleep(3)", "sleep(0.3)")
        assert Answer({"a.py": few}, tmp_path, nowhere, 20, forks=made).call("a.py", "f") == 60
    finally:
        made.close()
        launcher.close()


BESIDE_A_HANDLER = """
def it_is_called_beside(cloud, answer):
    from concurrent.futures import ThreadPoolExecutor
    answer.deploy("holds", handler="holds.handler", files=["holds.py"], Timeout=20)
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(invoke, cloud, "holds")
        called = 0
        while not held.done() or not called:
            assert answer.call("plain.py", "f", called) == called
            called += 1
    assert held.result().payload == 1000, held.result()
"""
TAKES = """
import ctypes, os, signal, time
def f():
    system, queues = ctypes.CDLL(None), ctypes.CDLL("librt.so.1")
    while system.inotify_init1(0) >= 0:
        pass
    signal.pthread_sigmask(signal.SIG_BLOCK, [40])
    while system.sigqueue(os.getpid(), 40, None) == 0:
        pass
    count = 0
    while queues.mq_open(b"/%d" % count, os.O_CREAT | os.O_RDWR, 0o600, None) >= 0:
        count += 1
    time.sleep(2)
    return 1000
"""
WANTS = """
import ctypes, os
def f(given):
    system, queues, timer = ctypes.CDLL(None), ctypes.CDLL("librt.so.1"), ctypes.c_void_p()
    got = {
        "watch": system.inotify_init1(0) >= 0,
        "timer": system.timer_create(1, None, ctypes.byref(timer)) == 0,
        "queue": queues.mq_open(b"/mine", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0,
    }
    return given if all(got.values()) else got
"""


def test_what_the_kernel_counts_by_user_is_left_to_others_too() -> None:
    check = Check("it_is_called_beside", "", 1, SIDE_BY_SIDE, False, None, 30)
    with Examiner() as examiner:
        result = examiner.examine(check, {"holds.py": TAKES, "plain.py": WANTS})
    assert result.verdict.value == "passed", result


def test_what_the_kernel_counts_by_user_is_left_to_a_call_beside_a_handler() -> None:
    check = Check("it_is_called_beside", "", 1, BESIDE_A_HANDLER, False, None, 30)
    handler = f"{TAKES}\ndef handler(event, context): return f()\n"
    with Examiner() as examiner:
        result = examiner.examine(check, {"holds.py": handler, "plain.py": WANTS})
    assert result.verdict.value == "passed", result
