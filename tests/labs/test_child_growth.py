"""A child that grew, hangs or was cluttered by one check is no burden for the next."""

from __future__ import annotations

import pytest

from course.lab import checker
from course.lab.checks import Examiner, Verdict
from course.lab.document import Check
from course.lab.forkserver import ForkServer


def check(source: str, seconds: float = 5) -> Check:
    return Check("it", "It does.", 1, f"def it(cloud, answer):\n    {source}\n", seconds=seconds)


GOOD = check("assert cloud.client('sqs').list_queues().get('QueueUrls') is None")


def test_a_cloud_that_cannot_be_emptied_costs_the_next_check_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "TIDIES_WITHIN", 1.0)
    stuck = check("import threading\n    cloud.reset = threading.Event().wait")
    with Examiner() as examiner:
        assert examiner.examine(stuck, {}).verdict is Verdict.PASSED
        assert examiner.examine(GOOD, {}).verdict is Verdict.PASSED
        assert examiner.started == 2


def test_emptying_a_cloud_takes_nothing_of_the_next_checks_time() -> None:
    slow = check("reset = cloud.reset\n    import time\n    cloud.reset = lambda: (time.sleep(4), reset())")
    with Examiner() as examiner:
        examiner.isolation()
        assert examiner.examine(slow, {}).verdict is Verdict.PASSED
        assert examiner.examine(check("pass", seconds=1), {}).verdict is Verdict.PASSED
        assert examiner.started == 1


@pytest.mark.parametrize(
    "source",
    [
        "cloud.kept = bytearray(450 * 1024**2)",
        "import os\n    cloud.kept = [os.dup(2) for _ in range(600)]",
    ],
    ids=["memory", "descriptors"],
)
def test_a_child_that_grew_is_replaced(source: str) -> None:
    with Examiner() as examiner:
        assert examiner.examine(check(source), {}).verdict is Verdict.PASSED
        assert examiner.examine(GOOD, {}).verdict is Verdict.PASSED
        assert examiner.examine(GOOD, {}).verdict is Verdict.PASSED
        assert examiner.started == 2


def test_a_cloud_has_a_most_that_it_holds() -> None:
    with Examiner() as examiner:
        result = examiner.examine(check("bytearray(4 * 1024**3)"), {})
        assert "MemoryError" in result.rationale
        assert examiner.examine(GOOD, {}).verdict is Verdict.PASSED


CALLED = check("raise Failure(repr(answer.call('a.py', 'f')))", seconds=20)


def said(source: str) -> str:
    with Examiner() as examiner:
        if examiner.isolation() != "full":
            pytest.skip("this system refuses namespaces")
        return examiner.examine(CALLED, {"a.py": source}).rationale


def test_code_sees_no_secret_of_the_machine_and_begins_no_world_of_its_own() -> None:
    source = """
import ctypes, os, socket, ssl
def f():
    libc = ctypes.CDLL(None, use_errno=True)
    private = [name for name in ("shadow", "gshadow", "sudoers", "ssl/private") if os.path.exists("/etc/" + name)]
    return [private, libc.unshare(0x10000000), socket.gethostbyname("localhost"), os.statvfs("/tmp").f_files]
"""
    assert said(source) == "[[], -1, '127.0.0.1', 65536]"


def test_processes_share_what_a_call_may_occupy() -> None:
    source = """
import os, time
def f():
    for _ in range(6):
        if os.fork() == 0:
            held = b"x" * (600 * 1024**2)
            time.sleep(30)
    time.sleep(30)
"""
    assert "ended with code -9 before f" in said(source)


def test_connections_that_are_never_closed_hold_up_nobody_else() -> None:
    source = """
import os, resource, socket
def f():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    port = int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
    kept = []
    try:
        for _ in range(1200):
            kept.append(socket.create_connection(("127.0.0.1", port), timeout=5))
            kept[-1].send(b"PUT / HTTP/1.1")
    except OSError:
        pass
    os._exit(len(kept) > 500)
"""
    with Examiner() as examiner:
        assert "ended with code 1 before f" in examiner.examine(CALLED, {"a.py": source}).rationale
        again = examiner.examine(CALLED, {"a.py": "def f(): return 'fine'"})
        assert again.rationale == "'fine'"
        assert examiner.examine(GOOD, {}).verdict is Verdict.PASSED


@pytest.mark.parametrize("how", ["interpreter", "fork"])
@pytest.mark.parametrize("kind", ["plain", "boto3"])
def test_a_call_is_bounded_like_its_check(kind: str, how: str) -> None:
    """Whatever it was copied from was started when the bounds stood."""
    answer = f"import resource # {kind}\ndef f(): return resource.getrlimit(resource.RLIMIT_DATA)[0]"
    with ForkServer() as server, Examiner(server if how == "fork" else None) as examiner:
        found = examiner.examine(check("assert answer.call('a.py', 'f') == 3 * 1024**3"), {"a.py": answer})
    assert (found.verdict, found.rationale) == (Verdict.PASSED, "")
