"""What learners' code was kept away from stays so: a system that begins to refuse namespaces breaks checks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from course.cloud.runtime.world import Tier

pytestmark = pytest.mark.skipif(Tier().find().tier != "full", reason="this system refuses namespaces")

EXAMINES = """
import ctypes, os
from course.cloud.runtime.child import sandbox
from course.errors import UserError
from course.lab.checks import Examiner
from course.lab.document import Check

uid, gid = os.geteuid(), os.getegid()
assert ctypes.CDLL(None).unshare(sandbox.CLONE_NEWUSER) == 0
sandbox.map_user(uid, uid, gid, gid)
source = "def it_answers(cloud, answer):\\n    assert answer.call('a.py', 'f') == 1\\n"
check = Check("it_answers", "", 1, source, True, None, 30)

def verdict(examiner):
    return examiner.examine(check, {"a.py": "def f(): return 1"}).verdict.value

with Examiner() as examiner:
    print(verdict(examiner), examiner.isolation())
    with open("/proc/sys/user/max_user_namespaces", "w") as file:
        file.write("0")
    examiner.renew()
    print(verdict(examiner))
    try:
        examiner.isolation()
    except UserError as error:
        print(error)
"""


def test_where_the_system_no_longer_keeps_code_apart_no_check_is_shown_to_it() -> None:
    told = subprocess.run(
        [sys.executable, "-B", "-c", EXAMINES],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
    )
    first, then, said = told.stdout.splitlines()
    assert (first, then) == ("passed full", "broken"), told.stderr
    assert said.startswith("the cloud for the checks did not start (this system refuses a network of its own")
