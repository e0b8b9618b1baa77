"""Learners' code, whoever grades it: what it could change of the machine, its kernel and its files.

As root, and as the owner of the interpreter, the kernel takes learners' code for the same user as the grader. The
probes change nothing even where they are let: they give a file the mode that it has, and open without a write.
"""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from course.cloud.runtime.world import Tier
from course.lab import grade as grading
from course.lab.checks import Examiner
from course.lab.document import Lab
from course.lab.forkserver import ForkServer

pytestmark = pytest.mark.skipif(Tier().find().tier != "full", reason="this system refuses namespaces")

PROBE = """
import ctypes, fcntl, json.tool, os, platform, resource, socket, stat

def let(what, step):
    try:
        step()
    except OSError:
        return []
    return [what]

def mode(path):
    os.chmod(path, stat.S_IMODE(os.stat(path).st_mode))

def opened(path, how=os.O_WRONLY):
    os.close(os.open(path, how))

def lease(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.fcntl(descriptor, 1024, fcntl.F_WRLCK)
    finally:
        os.close(descriptor)

def called(number, *arguments):
    if ctypes.CDLL(None, use_errno=True).syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "")

def keys():
    add, ask = {"x86_64": (248, 250), "aarch64": (217, 219)}[platform.machine()]
    called(add, b"user", b"mark", b"told", 4, -3)
    called(ask, 3, -3)  # it was taken: away with it

def found():
    seen = []
    for path in ("/dev/null", "/dev/zero", "/dev/random", "/proc/self/exe", "/proc/cpuinfo", json.tool.__file__):
        seen += let("mode of " + path, lambda: mode(path))
    seen += let("mode of standard input", lambda: os.fchmod(0, stat.S_IMODE(os.fstat(0).st_mode)))
    for path in ("kernel/core_pattern", "kernel/hostname", "fs/lease-break-time", "vm/drop_caches"):
        seen += let("write " + path, lambda: opened("/proc/sys/" + path))
    for entry in os.scandir("/proc"):  # what is root's to read is so for a reason: it tells of everybody's memory
        if stat.S_ISREG(entry.stat().st_mode) and not entry.stat().st_mode & stat.S_IROTH:
            seen += let("read " + entry.path, lambda: opened(entry.path, os.O_RDONLY))
    seen += let("write to the interpreter", lambda: opened("/proc/self/exe"))
    seen += let("lease", lambda: lease(json.tool.__file__))
    seen += let("keys", keys)
    for family in range(1, 46):  # beyond these four are networks of the machine, virtual machines' and others
        if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
                seen += let(f"sockets {family} {kind}", lambda: socket.socket(family, kind).close())
    with open("/dev/null", "w") as nothing, open("/dev/zero", "rb") as zeros:
        nothing.write("devices work")
        seen += [] if zeros.read(2) == bytes(2) else ["no zeros"]
    if resource.getrlimit(resource.RLIMIT_NOFILE) != (1024, 1024):
        seen.append("descriptors")
    return seen
"""


@pytest.mark.parametrize("how", ["interpreter", "fork"])
def test_a_call_changes_nothing_outside_of_its_world(tiny: Lab, how: str) -> None:
    source = PROBE + "def add(left, right): raise RuntimeError(found())"
    with ForkServer() as server, Examiner(server if how == "fork" else None) as examiner:
        grade = grading.grade(tiny, {"adder.py": source}, "add", examiner=examiner)
        said = grade.results[0].rationale.partition("RuntimeError: ")[2]
        assert ast.literal_eval(said) == []
        assert grading.grade(tiny, tiny.solution, "add", examiner=examiner).passed


@pytest.mark.parametrize("how", ["interpreter", "fork"])
def test_a_handler_changes_nothing_outside_of_its_world(tiny: Lab, how: str) -> None:
    source = PROBE + "def handler(event, context): return found()"
    with ForkServer() as server, Examiner(server if how == "fork" else None) as examiner:
        grade = grading.grade(tiny, {"greeter.py": source}, "greet", examiner=examiner)
        said = grade.results[0].rationale.partition("the function answered ")[2]
        assert ast.literal_eval(said) == []
        assert grading.grade(tiny, tiny.solution, "greet", examiner=examiner).passed


def test_where_seclusion_is_refused_half_way_the_process_stays_where_it_was() -> None:
    """A network whose loopback nobody may raise would leave the cloud without any."""
    script = (
        "import os, errno\nfrom course.cloud.runtime import seclusion\n"
        "def refused(*paths): raise OSError(errno.EPERM, 'refused')\n"
        "seclusion.sandbox.bind = refused\n"
        "before = [os.readlink(f'/proc/self/ns/{kind}') for kind in ('net', 'user', 'mnt')]\n"
        "try: seclusion.seclude()\nexcept OSError as error: print(error.strerror)\n"
        "print(before == [os.readlink(f'/proc/self/ns/{kind}') for kind in ('net', 'user', 'mnt')])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["Operation not permitted", "True"], done.stderr
