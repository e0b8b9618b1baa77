"""Copies of one world: what one call does, has or knows, no other call meets."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from course.cloud.runtime.process import children_of
from course.cloud.runtime.world import Tier, readable_folders
from course.cloud.runtime.zygote import ZygoteLauncher
from course.lab import calling, child, processes
from course.lab import nests as module
from course.lab.answer import Answer
from course.lab.checking import LearnerError
from course.lab.nests import Nests

pytestmark = pytest.mark.skipif(Tier().find().tier != "full", reason="this system refuses namespaces")


@pytest.fixture
def call(tmp_path: Path, nowhere: Any, nests: Nests) -> Any:
    def calls(source: str, *arguments: Any) -> Any:
        return Answer({"a.py": source}, tmp_path, nowhere, 10, forks=nests).call("a.py", "f", *arguments)

    return calls


def test_nothing_that_an_earlier_call_was_given_lies_in_the_memory_of_a_later_one(
    call: Any, memory_search: str
) -> None:
    """Neither a learner's file nor what a hidden check asks may be found by the next learner's code."""
    mark = "what-only-the-first-may-know"
    search = f"{memory_search}f = found"
    own = f"KNOWN = {mark!r}\n{search}"
    half = len(mark) // 2
    assert call(own, mark[:half], mark[half:]) > 1  # the search finds what is there
    call(f"KNOWN = {mark!r}\ndef f(given): return given", mark)
    # Its own arguments hold the two halves apart.
    assert call(search, mark[:half], mark[half:]) <= 1  # the one that it puts together itself


SCRIBBLE = """
import os
def f(mark):
    places = ["/", "/tmp", "/dev", "/dev/shm", "/etc", "/opt", "/var", "/var/task", "/proc", "/usr", "/tmp/answer"]
    before = [oct(os.stat(place).st_mode) for place in places if os.path.exists(place)]
    written = []
    for place in places:
        try:
            with open(os.path.join(place, mark), "x"):
                written.append(place)
        except OSError:
            pass
    touched = []
    for place in places:
        try:
            os.chmod(place, 0o700)
            os.utime(place, (1, 1))
            touched.append(place)
        except OSError:
            pass
    return [written, touched, before]
"""


def test_what_a_call_writes_no_other_sees(call: Any) -> None:
    (written, touched, modes), again = call(SCRIBBLE, "mark"), call(SCRIBBLE, "mark")
    assert written == ["/tmp", "/tmp/answer"]
    assert {*touched} <= {"/tmp", "/tmp/answer", "/proc"}  # each has a /proc of its own
    assert again == [written, touched, modes]  # a file that was there would refuse to be made


IPC = """
import ctypes
def f(text):
    system = ctypes.CDLL(None, use_errno=True).syscall
    keep = lambda: system(248, b"user", b"mark", text.encode(), len(text), -4)
    found = lambda: system(250, 10, -4, b"user", b"mark", 0)
    shared = ctypes.CDLL(None).shmget(4711, 4096, 0o600 | (0o1000 if text else 0))
    if text:
        keep()
    return [found() > 0, shared >= 0]
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of system calls are those of x86_64")
def test_neither_keys_nor_shared_memory_pass_from_one_call_to_another(call: Any) -> None:
    assert call(IPC, "told")[1] is True  # shared memory there is
    assert call(IPC, "") == [False, False]


HIDDEN = """
import ctypes, os, time
def f(kind):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    block, taken = b"x" * (1 << 20), 0
    if kind == "shared":
        while (segment := libc.shmget(0, 16 << 20, 0o600 | 0o1000)) >= 0 and taken < 512:
            taken += 16
        return taken
    files = []
    while taken < 512:
        files.append(os.memfd_create("hidden"))
        try:
            for _ in range(128):
                taken += os.write(files[-1], block) >> 20
        except OSError:
            pass
    time.sleep(1)
    return taken
"""


def test_memory_that_no_process_has_mapped_is_counted_too(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MEMORY_MB", 200)
    with pytest.raises(LearnerError, match="ended with code -9"):
        call(HIDDEN, "files")
    if tuple(int(part) for part in os.uname().release.split(".")[:2]) >= (6, 2):
        assert call(HIDDEN, "shared") <= 64  # the namespace's own limit


RIGHTS = """
import ctypes, os
def f():
    opened = ["/proc/self/fd/" + number for number in os.listdir("/proc/self/fd")]
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    libc = ctypes.CDLL(None, use_errno=True)
    refused = [
        libc.unshare(0x10000000), libc.unshare(0x00020000), libc.umount2(b"/proc", 2), libc.umount2(b"/tmp", 2),
        libc.mount(b"tmpfs", b"/opt", b"tmpfs", 0, None), libc.mount(None, b"/", None, 32 | 4096, None),
    ]
    return [
        [status[name].strip() for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")], status["NoNewPrivs"].strip(),
        refused, sorted(name for name in os.listdir("/proc") if name.isdigit()), os.getpid(), os.getuid(),
        sorted(os.readlink(one).partition(":")[0] for one in opened if os.path.lexists(one)),
    ]
"""


def test_a_call_has_no_rights_and_no_descriptors_but_its_own(call: Any) -> None:
    rights, tied, refused, seen, pid, user, descriptors = call(RIGHTS)
    assert ({*rights}, tied, {*refused}) == ({"0" * 16}, "1", {-1})
    assert (seen, pid, user) == (["1", "2"], 2, 993)
    assert descriptors == ["/dev/null", "pipe", "pipe", "pipe"]  # standard streams, and the one for the value


def test_who_kills_all_it_can_ends_itself_and_no_other(call: Any) -> None:
    with pytest.raises(LearnerError, match="SystemExit"):
        call("import os\ndef f():\n    try: os.kill(-1, 9)\n    except OSError: os.kill(os.getpid(), 9)")
    assert call("def f(): return 1") == 1


def test_a_nest_that_is_gone_is_built_anew(call: Any, nests: Nests, zygote: ZygoteLauncher) -> None:
    assert call("def f(): return 1") == 1
    keepers = [keeper for pid in zygote.pids() for keeper in children_of(pid)]
    watches = [os.pidfd_open(pid) for keeper in keepers for pid in (keeper, *children_of(keeper))]
    for keeper in keepers:
        os.kill(keeper, signal.SIGKILL)
    for watch in watches:
        assert processes.readable(watch, 5)
        os.close(watch)
    assert call("def f(): return 2") == 2


def test_calls_side_by_side_have_worlds_of_their_own(tmp_path: Path, nowhere: Any, nests: Nests) -> None:
    source = "import time, os\ndef f(name):\n    open('/tmp/' + name, 'x')\n    time.sleep(0.2)\n"
    source += "    return os.listdir('/tmp')"

    def one(number: int) -> list[str]:
        folder = tmp_path / str(number)
        folder.mkdir()
        found: list[str] = Answer({"a.py": source}, folder, nowhere, 20, forks=nests).call(
            "a.py", "f", f"file-{number}"
        )
        return [name for name in found if name.startswith("file-")]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(4))) == [[f"file-{number}"] for number in range(4)]


class Refusing:
    """Forks of a system that lets nobody have a world of their own."""

    def fork(self, request: Any, descriptors: Any, kind: str = "boto3") -> int:
        os.write(descriptors[0], b"sandbox: Operation not permitted\n")
        return 1


def test_a_system_that_refuses_says_so_and_leaves_nothing_open(
    tmp_path: Path, nowhere: Any, nothing_left_open: Any
) -> None:
    made = Nests(Refusing(), readable_folders())
    given = Answer({"a.py": "def f(): return 1"}, tmp_path, nowhere, forks=made)
    with nothing_left_open(), pytest.raises(OSError, match="sandbox: Operation not permitted"):
        given.call("a.py", "f")
    assert "Operation not permitted" in child._refused(made, tmp_path)
    made.close()


def test_no_process_of_a_closed_nest_is_left(tmp_path: Path, nowhere: Any) -> None:
    launcher = ZygoteLauncher()
    made = Nests(launcher, readable_folders())
    try:
        assert Answer({"a.py": "def f(): return 1"}, tmp_path, nowhere, forks=made).call("a.py", "f") == 1
        (keeper,) = [started for pid in launcher.pids() for started in children_of(pid)]
        watch = os.pidfd_open(keeper)
        made.close()
        assert processes.readable(watch, 5)
        os.close(watch)
    finally:
        launcher.close()


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a.py": "import boto3"}, "boto3"),
        ({"a.py": "import json"}, "plain"),
        ({"a.py": "from b import table", "b.py": "import c", "c.py": "import boto3"}, "boto3"),
        ({"a.py": "import json", "b.py": "import boto3"}, "plain"),
        ({"a.py": "import b", "b.py": "import a"}, "plain"),
    ],
)
def test_a_file_that_speaks_of_an_sdk_lives_where_that_is_loaded(files: dict[str, str], found: str) -> None:
    assert module.kind(files, "a.py") == found


def test_an_sdk_can_be_had_where_nobody_foresaw_it(call: Any) -> None:
    assert call("import importlib\ndef f(): return importlib.import_module('bo' + 'to3').__name__") == "boto3"


def test_a_value_that_is_no_json_in_the_checks_arguments_leaves_nothing_open(
    call: Any, nothing_left_open: Any
) -> None:
    call("def f(): return 1")
    with nothing_left_open(), pytest.raises(TypeError):
        call("def f(given): return 1", object())
    assert sys.exc_info() == (None, None, None)
