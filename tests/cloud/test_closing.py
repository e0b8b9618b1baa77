"""A cloud that ended, however it ended, leaves no process, thread, descriptor or folder."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3
import psutil
import pytest

COMMAND = Path(sys.executable).with_name("lambdalab")
ROUND = """
import gc, json, os, sys, tempfile, threading, time
from concurrent.futures import ThreadPoolExecutor
import psutil
sys.path.insert(0, sys.argv[1])
from conftest import TRUST, package
from course.cloud import Cloud

SLOW = "import os, time\\ndef handler(event, context):\\n    os.fork() or time.sleep(3600)\\n    time.sleep(0.1)\\n"

def use():
    with Cloud() as cloud:
        clients = [cloud.client(name) for name in ("iam", "lambda", "s3")]
        iam, api, s3 = clients
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        s3.create_bucket(Bucket="inbox")
        for name in ("f", "g"):
            api.create_function(FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=role,
                                Code={"ZipFile": package(app=SLOW)}, Timeout=20)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda n: api.invoke(FunctionName="fg"[n % 2]), range(4)))
        api.update_function_code(FunctionName="f", ZipFile=package(app=SLOW))
        api.invoke(FunctionName="g", InvocationType="Event")
        if "busy" in sys.argv:
            time.sleep(0.05)
        else:
            cloud.settle()
        for client in clients:
            client.close()
    cloud.close()

def left():
    gc.collect()
    until = time.monotonic() + 5
    while len(threading.enumerate()) > 1 and time.monotonic() < until:
        time.sleep(0.02)
    return {
        "threads": [thread.name for thread in threading.enumerate()],
        "files": sorted(os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
                        if os.path.lexists(f"/proc/self/fd/{fd}")),
        "children": [child.cmdline() for child in psutil.Process().children(recursive=True)],
        "folders": os.listdir(tempfile.gettempdir()),
    }

before = left()
use(); use()
print(json.dumps([before, left()]))
"""


class Command:
    """`lambdalab cloud` as users run it, with a folder for temporary files of its own."""

    def __init__(self, folder, *options):
        environment = {**os.environ, "TMPDIR": str(folder)}
        self.folder = folder
        self.process = subprocess.Popen(
            [COMMAND, "cloud", *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ready(self):
        line = self.process.stdout.readline()
        found = re.fullmatch(r"lambdalab cloud ready at (http://127\.0\.0\.1:\d+)\n", line)
        assert found, line
        return found[1]

    def family(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait(self):
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def command(tmp_path):
    started = []

    def start(*options):
        folder = tmp_path / "tmp"
        folder.mkdir(exist_ok=True)
        started.append(Command(folder, *options))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.communicate()


def warm(endpoint, pack, source="def handler(event, context): return event", timeout=3):
    """A function that has run once, on a cloud of another process."""
    settings = {
        "endpoint_url": endpoint,
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    session = boto3.session.Session()
    iam, api = session.client("iam", **settings), session.client("lambda", **settings)
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    api.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": pack(app=source)},
        Timeout=timeout,
    )
    answer = json.loads(api.invoke(FunctionName="f", Payload=b'{"a": 1}')["Payload"].read())
    for client in (iam, api):
        client.close()
    return answer


def gone(processes, seconds=5.0):
    alive = psutil.wait_procs(processes, timeout=seconds)[1]
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.parametrize("how", ["idle", "busy"])
def test_a_closed_cloud_leaves_nothing_in_its_process(tmp_path, how):
    done = subprocess.run(
        [sys.executable, "-c", ROUND, str(Path(__file__).parent), how],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    before, after = json.loads(done.stdout)
    assert after == before
    assert after["threads"] == ["MainThread"]
    assert after["children"] == after["folders"] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_when_it_is_ready_and_ends_cleanly_when_told_to(command, pack, number):
    running = command("--port", "0")
    endpoint = running.ready()
    with urllib.request.urlopen(f"{endpoint}/_cloud/health") as answer:
        assert json.loads(answer.read())["ready"] is True
    assert warm(endpoint, pack) == {"a": 1}
    family = running.family()
    assert family
    running.process.send_signal(number)
    assert running.wait() == (0, "", "")
    assert gone(family)
    assert list(running.folder.iterdir()) == []


def test_a_busy_cloud_ends_when_told_to(command, pack):
    running = command("--port", "0")
    endpoint = running.ready()
    sleeper = "import time\ndef handler(event, context): time.sleep(event.get('seconds', 0))"
    warm(endpoint, pack, sleeper, timeout=900)
    request = urllib.request.Request(
        f"{endpoint}/2015-03-31/functions/f/invocations",
        data=b'{"seconds": 600}',
        headers={"X-Amz-Invocation-Type": "Event"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 202
    family = running.family()
    running.process.send_signal(signal.SIGTERM)
    assert running.wait()[0] == 0
    assert gone(family)
    assert list(running.folder.iterdir()) == []


def test_a_cloud_that_is_killed_takes_its_environments_with_it(command, pack):
    running = command("--port", "0")
    warm(
        running.ready(),
        pack,
        "import os, time\ndef handler(event, context):\n"
        "    if os.fork() == 0:\n        os.setsid()\n        time.sleep(3600)\n",
    )
    family = running.family()
    assert len(family) >= 3
    running.process.kill()
    running.process.wait()
    assert gone(family)


def test_what_a_killed_cloud_left_on_disk_goes_when_the_next_one_starts(command, pack):
    killed = command("--port", "0")
    warm(killed.ready(), pack)
    killed.process.kill()
    killed.process.wait()
    left = list(killed.folder.iterdir())
    assert left
    running = command("--port", "0")
    warm(running.ready(), pack)
    assert not any(folder.exists() for folder in left)
    running.process.terminate()
    assert running.wait()[0] == 0
    assert list(running.folder.iterdir()) == []


def test_a_starting_cloud_does_not_touch_what_a_running_one_uses(command, pack):
    first = command("--port", "0")
    endpoint = first.ready()
    warm(endpoint, pack)
    before = set(first.folder.iterdir())
    command("--port", "0").ready()
    assert before <= set(first.folder.iterdir())


def test_a_port_that_is_taken_is_one_line_and_exit_2(command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = command("--port", str(port)).wait()
    assert (code, out) == (2, "")
    assert err == f"error: port {port} is taken; name another with --port, or --port 0 for any free one\n"


def test_a_port_that_is_none_is_one_line_and_exit_2(command):
    code, out, err = command("--port", "70000").wait()
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
