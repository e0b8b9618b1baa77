"""Time, memory and processes are limited as on Lambda, and what passes a limit ends without a trace."""

from __future__ import annotations

import os
import re
import time
import uuid
from typing import Any

import psutil
import pytest

DAEMONS = """
import os, sys, time
def daemonise(marker):
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    os.execv("/bin/sleep", ["sleep", "3600", marker])
def handler(event, context):
    for number in range(event["count"]):
        if event["how"] == "daemon":
            daemonise(event["marker"])
        elif os.fork() == 0:
            os.execv("/bin/sleep", ["sleep", "3600", event["marker"]])
    time.sleep(event["seconds"])
    return "left"
"""


def invokes(cloud):
    return [record for record in cloud.ledger.records() if record.phase == "INVOKE"]


def marked(marker):
    """Running processes of the whole machine that carry a marker on their command line."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = process.info["cmdline"] or []
        if marker in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def gone(marker, seconds=3.0):
    until = time.monotonic() + seconds
    while (left := marked(marker)) and time.monotonic() < until:
        time.sleep(0.02)
    return left == []


@pytest.fixture
def marker():
    """A number of seconds that nobody else would sleep."""
    return f"0.{uuid.uuid4().int}"


def test_a_loop_that_ignores_signals_ends_with_its_time(cloud, deploy, invoke, recorded):
    deploy(
        "import signal, sys\nfor number in range(1, 32):\n    if number not in (9, 19):\n"
        "        signal.signal(number, signal.SIG_IGN)\n"
        "def handler(event, context):\n    print('still here', flush=True)\n    while event.get('loop'): pass\n",
        Timeout=1,
    )
    assert invoke().payload is None
    answer = invoke(event={"loop": True})
    fact = recorded("failures")["time-out"]["payload"]
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert answer.payload == {**fact, "errorMessage": fact["errorMessage"].replace("<id>", answer.request)}
    assert "still here" in answer.log
    assert re.search(rf"Z {answer.request} Task timed out after 1.00 seconds\n", answer.log)
    assert re.search(r"\tDuration: 1000.00 ms\t", answer.report)
    assert "\tStatus: timeout" in answer.report
    assert "Init Duration" not in answer.report
    assert invoke().payload is None
    assert [record.cold for record in invokes(cloud)] == [True, False, True]
    assert [record.outcome for record in invokes(cloud)] == ["ok", "timeout", "ok"]


def test_an_import_that_takes_too_long_is_tried_again_with_the_time_of_the_function(cloud, deploy, invoke):
    deploy("import time\ntime.sleep(60)\ndef handler(event, context): pass", Timeout=1)
    answer = invoke()
    assert answer.payload["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    events = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]
    (line,) = [event["message"] for event in events if event["message"].startswith("INIT_REPORT")]
    assert re.match(r"INIT_REPORT Init Duration: 100\d\d\.\d\d ms\tPhase: init\tStatus: timeout", line)


def test_a_late_timer_does_not_outlive_the_time_of_its_invocation(deploy, invoke):
    deploy("import time\ndef handler(event, context): time.sleep(event)", Timeout=1)
    assert invoke(event=0.5).error is None
    assert invoke(event=0.5).error is None


NO_FILES = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="files in memory alone are Linux's")


@pytest.mark.parametrize("who", ["itself", "a child", pytest.param("a file in memory", marks=NO_FILES)])
def test_memory_above_the_limit_ends_the_environment(cloud, deploy, invoke, who):
    deploy(
        "import os, time\n"
        "def eat():\n    held = []\n    while True:\n        held.append(bytearray(b'x' * 4_000_000))\n"
        "        time.sleep(0.002)\n"
        "def handler(event, context):\n    if event == 'fine': return 'fine'\n"
        "    file = os.memfd_create('held') if event == 'a file in memory' else None\n"
        "    while file: time.sleep(os.write(file, b'x' * 4_000_000) * 0)\n"
        "    if event == 'a child' and os.fork():\n        time.sleep(20)\n    eat()",
        Timeout=20,
        MemorySize=128,
    )
    assert invoke(event="fine").payload == "fine"
    answer = invoke(event=who)
    assert answer.payload == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {answer.request} Error: Runtime exited with error: signal: killed",
    }
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB" in answer.report
    assert "\tStatus: error\tError Type: Runtime.ExitError" in answer.report
    assert invoke(event="fine").payload == "fine"
    assert [record.outcome for record in invokes(cloud)] == ["ok", "killed", "ok"]
    assert [record.cold for record in invokes(cloud)] == [True, False, True]
    assert invokes(cloud)[1].memory_mb == 128


def test_more_memory_is_really_there(deploy, invoke):
    deploy(
        "def handler(event, context):\n    held = b'x' * 300_000_000\n    return len(held)",
        MemorySize=512,
        Timeout=20,
    )
    answer = invoke()
    assert answer.payload == 300_000_000
    used = int(re.search(r"Max Memory Used: (\d+) MB", answer.report)[1])
    assert 286 <= used < 400


@pytest.mark.parametrize("how", ["child", "daemon"])
def test_no_process_outlives_a_function_that_ran_out_of_time(deploy, invoke, marker, how):
    deploy(DAEMONS, Timeout=3, MemorySize=512)
    answer = invoke(event={"count": 60, "how": how, "marker": marker, "seconds": 60})
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert gone(marker)


@pytest.mark.parametrize("how", ["child", "daemon"])
def test_processes_left_behind_are_frozen_and_end_with_the_environment(cloud, deploy, invoke, marker, how):
    deploy(DAEMONS, Timeout=20, MemorySize=512)
    answer = invoke(event={"count": 10, "how": how, "marker": marker, "seconds": 0.5})
    assert answer.payload == "left"
    left = marked(marker)
    assert len(left) == 10
    assert {process.status() for process in left} == {psutil.STATUS_STOPPED}
    cloud.reset()
    assert gone(marker)


def test_no_process_outlives_a_function_that_exits(deploy, invoke, marker):
    source = DAEMONS.replace('return "left"', "os._exit(5)")
    deploy(source, Timeout=20, MemorySize=512)
    answer = invoke(event={"count": 10, "how": "daemon", "marker": marker, "seconds": 0.2})
    assert answer.payload["errorMessage"].endswith("exit status 5")
    assert gone(marker)


def test_a_thread_in_the_background_stands_still_between_invocations(deploy, invoke):
    deploy(
        "import threading, time\nticks = 0\n"
        "def tick():\n    global ticks\n    while True:\n        ticks += 1\n        time.sleep(0.02)\n"
        "def handler(event, context):\n    if event: threading.Thread(target=tick, daemon=True).start()\n"
        "    return ticks"
    )
    invoke(event=1)
    time.sleep(1.0)  # about 50 ticks if it were not frozen
    assert invoke(event=0).payload < 15


def test_a_thread_that_is_not_a_daemon_does_not_hold_up_the_end(cloud, deploy, invoke):
    deploy(
        "import threading, time\ndef handler(event, context):\n"
        "    threading.Thread(target=time.sleep, args=(3600,)).start()\n    return 1"
    )
    assert invoke().payload == 1
    cloud.reset()


def test_memory_of_a_process_that_a_thread_started_counts(deploy: Any, invoke: Any) -> None:
    deploy(
        "import subprocess, sys, threading\n"
        "def handler(e, c):\n"
        "    code = 'keep = bytearray(300_000_000); import time; time.sleep(20)'\n"
        "    thread = threading.Thread(target=subprocess.run, args=([sys.executable, '-c', code],))\n"
        "    thread.start()\n"
        "    thread.join()\n",
        Timeout=20,
        MemorySize=256,
    )
    answer = invoke()
    assert answer.payload["errorMessage"].endswith("signal: killed")
    assert "Max Memory Used: 256 MB" in answer.report
