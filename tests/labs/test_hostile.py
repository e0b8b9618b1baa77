"""Answers that loop, exit, shout, kill, flee or scribble: graded fairly, others unharmed, nothing stays."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import psutil
import pytest

from course.cloud.runtime.world import Tier
from course.lab import grade as grading
from course.lab.checks import Examiner
from course.lab.document import Lab

SLEEP = "61234"
"""Seconds no other process sleeps, to find those that stayed."""

FLEE = f"""
import os, subprocess, sys
for _ in range(3):
    subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep({SLEEP})"],
        start_new_session=True, env={{}}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
"""

FULL = Tier().find().tier == "full"

ADDERS = {
    "loops": (
        "def add(left, right):\n    while True: pass",
        "failed",
        "TimeoutError: add did not return within",
    ),
    "loops-on-import": ("while True: pass", "failed", "TimeoutError"),
    "exits": ("import sys\nsys.exit(0)", "failed", "SystemExit"),
    "exits-at-once": (
        "import os\ndef add(left, right): os._exit(0)",
        "failed",
        "ended with code 0 before add",
    ),
    "syntax-error": ("def add(left right):\n    return 1", "failed", "SyntaxError"),
    "empty-but-for-a-comment": ("# nothing yet", "failed", "defines no function `add`"),
    "recursion": ("def add(left, right): return add(left, right)", "failed", "RecursionError"),
    "equal-to-everything": (
        "class Any:\n    __eq__ = lambda self, other: True\n    __ne__ = lambda self, other: False\n"
        "def add(left, right): return Any()",
        "failed",
        "TypeError",
    ),
    "eats-memory": ("def add(left, right): return len(bytearray(64 * 1024**3))", "failed", "MemoryError"),
    "kills-its-parent": (
        "import os, signal\ndef add(left, right): os.kill(os.getppid(), signal.SIGKILL)",
        "failed",
        "returned None" if FULL else "was killed (signal 9)",
    ),
    "prints-ten-megabytes": (
        "print('x' * 10_000_000)\ndef add(left, right): return left + right",
        "passed",
        "",
    ),
    "unicode": ("def add(größe, 右):\n    '''\U0001f600'''\n    return größe + 右", "passed", ""),
    "threads": (
        "import threading, time\ndef add(left, right):\n"
        f"    threading.Thread(target=time.sleep, args=({SLEEP},)).start()\n    return left + right",
        "passed",
        "",
    ),
    "forks-without-end": ("import os, time\nwhile os.fork(): pass\ntime.sleep(60)", "failed", ""),
    "stops-itself": (
        "import os, signal\ndef add(left, right): os.kill(os.getpid(), signal.SIGSTOP)",
        "failed",
        "TimeoutError",
    ),
    "kills-all-it-can": (
        # In the sandbox only, where nothing else is.
        "import os, signal\nif os.getcwd() == '/tmp/answer':\n    try: os.kill(-1, signal.SIGKILL)\n"
        "    except ProcessLookupError: pass\ndef add(left, right): return left + right",
        "passed",
        "",
    ),
    "closes-every-descriptor": (
        "import os\nos.closerange(0, 4096)\ndef add(left, right): return left + right",
        "failed",
        "ended with code 0 before add returned",
    ),
    "answers-twice": (
        'import os\nfor fd in range(3, 64):\n    try: os.write(fd, b\'{"value": 1}\\n{"value": 2}\')\n'
        "    except OSError: pass\ndef add(left, right): os._exit(0)",
        "failed",
        "ended with code 0 before add returned",
    ),
    "answers-deeply": (
        "def add(left, right):\n    deep = []\n    for _ in range(100_000): deep = [deep]\n    return deep",
        "failed",
        "RecursionError",
    ),
    "sends-what-would-run": (
        "class Bomb:\n    def __reduce__(self): return (exit, (0,))\ndef add(left, right): return Bomb()",
        "failed",
        "TypeError",
    ),
    "looks-for-the-checks": (
        "import gc, os\ndef add(left, right):\n"
        "    texts = [one for one in gc.get_objects() if isinstance(one, dict) for one in list(one.values())]\n"
        "    found = [one for one in texts if isinstance(one, str) and 'below_' + 'zero' in one]\n"
        "    secret = [name for name in os.environ if 'TOKEN' in name or 'SECRET' in name]\n"
        "    raise RuntimeError(f'{len(found)} {secret}')",
        "failed",
        "RuntimeError: 0 ['AWS_SECRET_ACCESS_KEY']",
    ),
    "flees": (FLEE + "def add(left, right): return left + right", "passed", ""),
    "scribbles": (
        "import os, tempfile\nopen('../outside', 'w').close()\n"
        "open(os.path.expanduser('~/mine'), 'w').close()\ntempfile.mkdtemp()\n"
        "def add(left, right): return left + right",
        "passed",
        "",
    ),
}

HANDLERS = {
    "handler-loops": "def handler(event, context):\n    while True: pass",
    "handler-exits": "import os\ndef handler(event, context): os._exit(0)",
    "handler-flees": FLEE + 'def handler(event, context): return {"greeting": "Hello, nobody"}',
    "handler-forks": "import os, time\ndef handler(event, context):\n    while os.fork(): pass\n    time.sleep(60)",
    "handler-kills": "import os\ndef handler(event, context): os.getcwd() != '/var/task' or os.kill(-1, 9)",
    "handler-floods": "def handler(event, context):\n    for _ in range(2000): print('x' * 10_000)\n    return 'x'",
    "handler-is-large": "def handler(event, context): return 'x' * 50_000_000",
    "handler-answers-itself": (
        "import os, urllib.request\ndef handler(event, context):\n"
        "    api = os.environ['AWS_LAMBDA_RUNTIME_API']\n"
        "    for id in (context.aws_request_id, 'other'):\n"
        "        url = f'http://{api}/2018-06-01/runtime/invocation/{id}/response'\n"
        '        try: urllib.request.urlopen(url, b\'{"greeting": "forged"}\')\n'
        "        except OSError: pass\n"
        "    return {}"
    ),
    "handler-syntax": "def handler(event context): return 1",
}


@pytest.fixture(scope="module")
def hasty(tiny: Lab) -> Lab:
    """The tiny lab with checks that wait three seconds only."""
    return replace(
        tiny,
        exercises=tuple(
            replace(exercise, checks=tuple(replace(check, seconds=3) for check in exercise.checks))
            if exercise.name == "add"
            else exercise
            for exercise in tiny.exercises
        ),
    )


@pytest.fixture
def nothing_left(alive: Callable[[Iterable[psutil.Process]], list[psutil.Process]]) -> Iterator[None]:
    below = set(psutil.Process().children(recursive=True))
    yield
    stayed = [process for process in psutil.process_iter() if SLEEP in " ".join(command(process))]
    assert alive(stayed) == []
    assert set(psutil.Process().children(recursive=True)) <= below


def command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.usefixtures("nothing_left")
def test_an_adder_that_misbehaves_costs_its_own_points_only(hasty: Lab, tiny: Lab) -> None:
    with Examiner() as examiner:
        for name, (source, verdict, said) in ADDERS.items():
            grade = grading.grade(hasty, {"adder.py": source}, "add", examiner=examiner)
            first = grade.results[0]
            assert (name, first.verdict.value) == (name, verdict), first
            assert said in first.rationale, name
        grade = grading.grade(tiny, tiny.solution, examiner=examiner)
        assert grade.passed, [result.rationale for result in grade.results]
    assert not examiner.folder.exists()


@pytest.mark.usefixtures("nothing_left")
def test_a_handler_that_misbehaves_fails_its_check_and_the_cloud_lives_on(tiny: Lab) -> None:
    with Examiner() as examiner:
        for name, source in HANDLERS.items():
            grade = grading.grade(tiny, {"greeter.py": source}, "greet", examiner=examiner)
            assert (name, grade.results[0].verdict.value) == (name, "failed"), grade.results[0]
            assert "the function answered" in grade.results[0].rationale
        assert examiner.started == 1
        assert grading.grade(tiny, tiny.solution, "greet", examiner=examiner).passed


def test_what_fled_from_a_check_is_gone_before_the_next(tiny: Lab) -> None:
    with Examiner() as examiner:
        for files in (
            {"greeter.py": FLEE + 'def handler(event, context): return {"greeting": "Hello, Ada"}'},
            {"adder.py": FLEE + "def add(left, right): return left + right"},
        ):
            grading.grade(tiny, files, examiner=examiner)
        grading.grade(tiny, tiny.solution, "greet", examiner=examiner)
        sleepers = [one for one in psutil.process_iter() if SLEEP in " ".join(command(one))]
        assert sleepers == []
        assert examiner.started == 1


@pytest.mark.usefixtures("nothing_left")
def test_closing_in_the_middle_leaves_nothing(tiny: Lab) -> None:
    examiner = Examiner()
    grading.grade(
        tiny, {"greeter.py": FLEE + "def handler(event, context): return 1"}, "greet", examiner=examiner
    )
    examiner.close()
    assert not examiner.folder.exists()
    examiner.close()


REACHES = """
import os, socket, urllib.request

def tried(address):
    try:
        socket.create_connection(address, timeout=1).close()
        return "reached"
    except OSError as error:
        return type(error).__name__

def add(left, right):
    cloud = os.environ["AWS_ENDPOINT_URL"]
    try:
        urllib.request.urlopen(cloud + "/_cloud/ledger", timeout=2)
        ledger = "reached"
    except OSError as error:
        ledger = str(error)
    raise RuntimeError(f"{tried(('127.0.0.1', PORT))} {tried(('192.0.2.1', 80))} {ledger}")
"""


def test_code_reaches_no_machine_no_neighbour_and_not_what_the_cloud_knows(hasty: Lab) -> None:
    if not FULL:
        pytest.skip("this system refuses namespaces")
    with socket.create_server(("127.0.0.1", 0)) as neighbour, Examiner() as examiner:
        source = REACHES.replace("PORT", str(neighbour.getsockname()[1]))
        grade = grading.grade(hasty, {"adder.py": source}, "add", examiner=examiner)
        assert grade.results[0].rationale == (
            "your code raised RuntimeError: ConnectionRefusedError OSError HTTP Error 403: Error"
        )
