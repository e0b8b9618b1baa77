"""Examiners that share a process to be forked from: they share memory that none has written to, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from course.cloud.runtime.world import Tier
from course.cloud.runtime.zygote import ZygoteLauncher
from course.lab import calling
from course.lab.calling import Order
from course.lab.checks import Examiner, Verdict
from course.lab.document import Check
from course.lab.forkserver import ForkServer

pytestmark = pytest.mark.skipif(
    Tier().find().tier != "full" or not hasattr(os, "pidfd_open"), reason="this system refuses namespaces"
)

NETWORK = """
import os
def where(): return os.readlink("/proc/self/ns/net")
"""
LOADED = """
import sys
def ours(): return [name for name in sys.modules if name.partition(".")[0] in ("course", "lint_rules", "moto")]
"""
CLIENT = """
import boto3
def made(): return boto3.client("s3").list_buckets()["Buckets"]
def reached(port):
    import socket
    try: socket.create_connection(("127.0.0.1", port), 2).close()
    except OSError: return False
    return True
"""
TELLS = Check(
    "tells",
    "It tells where it is.",
    1,
    "def tells(cloud, answer):\n"
    "    import os\n"
    "    mine = os.readlink('/proc/self/ns/net')\n"
    "    raise Failure(json.dumps([mine, answer.call('where.py', 'where'), cloud.endpoint]))\n",
)
CALLS = Check(
    "calls",
    "It calls.",
    1,
    "def calls(cloud, answer):\n    assert answer.call('client.py', 'made') == []\n",
    seconds=30,
)
ZYGOTES = Check(
    "zygotes",
    "It names its zygotes.",
    1,
    "def zygotes(cloud, answer):\n    raise Failure(json.dumps(cloud.launcher.pids()))\n",
)

LIMITS = Check(
    "limits",
    "It names the limits of its process and of its zygotes.",
    1,
    "def limits(cloud, answer):\n"
    "    import resource\n"
    "    answer.call('client.py', 'made')\n"
    "    pids = [0, *cloud.launcher.pids()]\n"
    "    which = resource.RLIMIT_DATA, resource.RLIMIT_NOFILE\n"
    "    found = [[resource.prlimit(pid, one) for one in which] for pid in pids]\n"
    "    raise Failure(json.dumps([found[0], found[-1]]))\n",
    seconds=30,
)


def told(examiner: Examiner, check: Check, files: dict[str, str]) -> list[str]:
    found: list[str] = json.loads(examiner.examine(check, files).rationale)
    return found


@pytest.fixture
def server() -> Iterator[ForkServer]:
    with ForkServer() as using:
        yield using


def below(server: ForkServer) -> list[psutil.Process]:
    """The server's process and all that was forked from it and is alive."""
    assert server.pid is not None
    top = psutil.Process(server.pid)
    return [top, *(one for one in top.children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE)]


def share(processes: list[psutil.Process]) -> float:
    """Their memory in MB, with a page that n processes have counted as a n-th of one."""
    return sum(process.memory_full_info().pss for process in processes) / 1024**2


def test_each_has_a_network_and_a_cloud_of_its_own(server: ForkServer) -> None:
    with Examiner(server) as first, Examiner(server) as second:
        networks = []
        for examiner in (first, second):
            mine, called, _ = told(examiner, TELLS, {"where.py": NETWORK})
            assert mine == called != os.readlink("/proc/self/ns/net")
            networks.append(mine)
        assert networks[0] != networks[1]
        ports = [
            int(told(one, TELLS, {"where.py": NETWORK})[2].rpartition(":")[2]) for one in (first, second)
        ]
        if ports[0] != ports[1]:
            source = (
                f"def tries(cloud, answer):\n    assert not answer.call('client.py', 'reached', {ports[0]})\n"
            )
            tries = Check("tries", "It reaches nobody.", 1, source)
            assert second.examine(tries, {"client.py": CLIENT}).verdict is Verdict.PASSED
        assert first.isolation() == second.isolation() == "full"


def test_learners_code_is_a_fork_of_what_never_had_a_cloud(server: ForkServer) -> None:
    with Examiner(server) as examiner:
        zygotes = [int(pid) for pid in told(examiner, ZYGOTES, {})]
        assert len(zygotes) == 2
        clouds = [process.pid for process in below(server) if is_cloud(process)]
        assert len(clouds) == 1
        for pid in zygotes:
            assert not {process.pid for process in psutil.Process(pid).parents()} & {*clouds}
        source = "def look(cloud, answer):\n    assert answer.call('loaded.py', 'ours') == []\n"
        look = Check("look", "It looks.", 1, source)
        for first in ("", "import boto3\n"):
            assert examiner.examine(look, {"loaded.py": first + LOADED}).verdict is Verdict.PASSED


def test_what_is_forked_is_bounded_as_what_is_started(server: ForkServer) -> None:
    files = {"client.py": CLIENT}
    with Examiner() as started, Examiner(server) as forked:
        assert told(forked, LIMITS, files) == told(started, LIMITS, files)


def test_a_further_one_takes_little_memory_beside_its_cloud(server: ForkServer) -> None:
    used = []
    with Examiner(server) as first, Examiner(server) as second, Examiner(server) as third:
        for examiner in (first, second, third):
            for _ in range(3):
                assert examiner.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED
            family = below(server)
            used.append(share([process for process in family if not is_cloud(process)]))
    assert used[2] - used[1] <= 30, used


def is_cloud(process: psutil.Process) -> bool:
    """Whether a cloud serves in it: those have threads, and nothing else that is forked has."""
    return process.num_threads() > 1


def test_one_that_is_lost_is_forked_again_and_its_neighbour_works_on(server: ForkServer) -> None:
    dies = Check("dies", "It dies.", 1, "def dies(cloud, answer):\n    import os; os._exit(3)\n")
    killed = Check(
        "killed", "It is killed.", 1, "def killed(cloud, answer):\n    import os; os.kill(os.getpid(), 9)\n"
    )
    with Examiner(server) as first, Examiner(server) as second:
        assert second.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED
        result = first.examine(dies, {})
        assert (result.verdict, result.rationale) == (
            Verdict.BROKEN,
            "the process that ran the check ended with code 3",
        )
        assert first.examine(killed, {}).rationale == "the process that ran the check was killed (signal 9)"
        for examiner in (first, second):
            assert examiner.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED
        assert (first.started, second.started) == (3, 1)


def test_nothing_is_left_of_one_that_closes_or_is_lost(server: ForkServer) -> None:
    with Examiner(server) as kept, Examiner(server) as closed:
        assert kept.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED
        before = {process.pid for process in below(server)}
        for end in (closed.renew, closed.close):
            assert closed.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED
            assert {process.pid for process in below(server)} > before
            end()
            assert {process.pid for process in below(server)} <= before
    family = below(server)
    server.close()
    assert not any(process.is_running() for process in family)


def test_a_server_that_dies_is_done_without(server: ForkServer) -> None:
    with Examiner(server) as first, Examiner(server) as second:
        assert first.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED
        (cloud,) = (process for process in below(server) if is_cloud(process))
        psutil.Process(server.pid).kill()
        psutil.wait_procs([cloud], timeout=30)
        assert not cloud.is_running()
        assert second.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED
        assert first.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED


def test_when_whoever_asked_is_killed_all_ends_with_its_folders() -> None:
    program = f"""
import sys, threading
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_forkserver import CALLS, CLIENT
from course.lab.checks import Examiner
from course.lab.forkserver import ForkServer
server = ForkServer()
examiners = [Examiner(server), Examiner(server)]
for examiner in examiners:
    assert examiner.examine(CALLS, {{"client.py": CLIENT}}).verdict.value == "passed"
print(*[examiner.folder for examiner in examiners], flush=True)
threading.Event().wait()
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    folders = [Path(name) for name in parent.stdout.readline().split()]
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(folders) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert [path for folder in folders for path in [folder, *folder.rglob("*")] if path.exists()] == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_zygote_that_cannot_come_is_a_new_interpreter(tmp_path: Path, when: str) -> None:
    asking, waiting = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if when == "before":
        waiting.close()
    launcher = ZygoteLauncher({"plain": asking})
    with ThreadPoolExecutor(1) as pool:
        begun = pool.submit(launcher.begin)
        if when == "after":
            for descriptor in socket.recv_fds(waiting, 16, 2)[1]:
                os.close(descriptor)
            waiting.close()
        assert begun.result() == []
    order = Order({"a.py": "print('here')"}, tmp_path / "answer", "a.py", None, None, {}, 60)
    try:
        assert calling.run(order, launcher).completed.stdout == "here\n"
    finally:
        launcher.close()


def test_nothing_is_imported_from_the_folder_in_which_the_grader_is(
    server: ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "moto.py").write_text("raise SystemExit('a learner was here')")
    (tmp_path / "boto3.py").write_text("raise SystemExit('a learner was here')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    with Examiner(server) as examiner:
        assert examiner.examine(CALLS, {"client.py": CLIENT}).verdict is Verdict.PASSED
        assert any(map(is_cloud, below(server)))
