"""What a handler tries in order to reach the trusted side: the admin routes, the ledger, other environments."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.cloud import Cloud
from course.cloud.runtime.runtime_api import Link
from course.cloud.runtime.world import Tier

FULL = Tier().find().tier == "full"
needs_namespaces = pytest.mark.skipif(not FULL, reason=f"no full isolation here: {Tier().find().reason}")
TOKEN = "f1d2-only-the-teacher-knows"
CHILD = Path(__file__).parents[2] / "course" / "cloud" / "runtime" / "child"

KINDS = [
    pytest.param({"launcher": "exec", "isolation": "basic"}, id="exec-basic"),
    pytest.param({"launcher": "zygote", "isolation": "basic"}, id="zygote-basic"),
    pytest.param({"launcher": "exec", "isolation": "auto"}, id="exec-full", marks=needs_namespaces),
    pytest.param({"launcher": "zygote", "isolation": "auto"}, id="zygote-full", marks=needs_namespaces),
]


@pytest.fixture(scope="module", params=KINDS)
def own_cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with Cloud(seed=7, admin_token=TOKEN, **request.param) as cloud:
        yield cloud


LOOK = """
import ctypes, os, signal
def attempt(do):
    try:
        return do()
    except (OSError, ValueError) as error:
        return None
def read(path):
    with open(path, "rb") as file:
        return file.read(100_000).decode("latin-1")
def memory(pid):
    # The first writable mapping: whoever can read it can read all.
    for line in read(f"/proc/{pid}/maps").splitlines():
        if " rw-p " in line:
            start = int(line.split("-")[0], 16)
            with open(f"/proc/{pid}/mem", "rb") as file:
                file.seek(start)
                return len(file.read(64))
def trace(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, pid, 0, 0) < 0:  # PTRACE_ATTACH
        raise OSError(ctypes.get_errno(), "ptrace")
    libc.ptrace(17, pid, 0, 0)
    return "traced"
def reach(pid):
    import socket
    descriptor = os.pidfd_open(pid)
    got = ctypes.CDLL(None, use_errno=True).syscall(438, descriptor, 3, 0)  # pidfd_getfd
    return got if got >= 0 else None
def handler(event, context):
    found = {}
    for pid in event["pids"]:
        seen = {
            "environ": attempt(lambda: read(f"/proc/{pid}/environ")),
            "memory": attempt(lambda: memory(pid)),
            "files": attempt(lambda: os.readlink(f"/proc/{pid}/fd/0")),
            "root": attempt(lambda: os.listdir(f"/proc/{pid}/root")),
            "trace": attempt(lambda: trace(pid)),
            "reach": attempt(lambda: reach(pid)),
            "signal": attempt(lambda: os.kill(pid, 0) or "signalled") if pid != os.getpid() else None,
        }
        found[str(pid)] = [name for name, value in seen.items() if value]
    return {"mine": os.getpid(), "found": found, "environ": dict(os.environ)}
"""


def family(pid: int) -> list[int]:
    """A process of this machine and all below it."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def test_a_handler_cannot_look_into_other_processes_or_stop_them(cloud, deploy, invoke):
    deploy(LOOK, "f", Timeout=30)
    deploy("def handler(e, c): pass", "other")
    invoke("other")
    invoke("f", {"pids": []})
    pids = family(os.getpid())
    assert len(pids) >= 5
    answer = invoke("f", {"pids": pids}).payload
    own = {str(answer["mine"])}
    # In a namespace of its own it knows the same numbers for nothing but its own processes.
    found = {pid: ways for pid, ways in answer["found"].items() if ways and pid not in own}
    assert found == {} or (cloud.isolation.tier == "full" and not set(found) - {"1", "2", "3"})
    assert TOKEN not in json.dumps(answer)
    assert invoke("other").error is None


def test_nothing_of_the_token_is_in_what_a_handler_is_given(cloud, deploy, invoke):
    deploy(
        "import os\ndef handler(e, c): return [dict(os.environ), vars(c).__repr__(), open('/proc/self/environ').read()]"
    )
    assert TOKEN not in json.dumps(invoke().payload)


THIEF = """
import json, os, socket
def ports():
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in list(table)[1:]]
    return sorted({int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A"})
def handler(event, context):
    own = int(os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")[2])
    prefix = "/2018-06-01/runtime"
    got = []
    kept.clear()
    for port in event["ports"]:
        for method, path, body in (
            ("GET", "/invocation/next", ""),
            ("POST", "/init/error", '{"errorType": "Stolen", "errorMessage": "x"}'),
            ("POST", "/clock/sleep", "900 1"),
            ("POST", "/invocation/x/response", '"forged"'),
        ):
            link = socket.create_connection(("127.0.0.1", port), 2)
            text = f"{method} {prefix}{path} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}"
            link.sendall(text.encode())
            kept.append(link)
    return [own, len(kept)]
kept = []
def harvest(event, context):
    found = []
    for link in kept:
        link.settimeout(0.2)
        try:
            found.append(link.recv(65536).decode("latin-1"))
        except OSError as error:
            found.append(type(error).__name__)
    return found
def both(event, context):
    return harvest(event, context) if event.get("harvest") else handler(event, context)
"""


def test_the_runtime_api_of_another_environment_gives_nothing_away(cloud, deploy, invoke):
    deploy("import os\ndef handler(e, c): return [e, os.environ['AWS_LAMBDA_RUNTIME_API']]", "victim")
    deploy(THIEF, "thief", Handler="app.both", Timeout=30)
    port = int(invoke("victim", {"n": 0}).payload[1].rpartition(":")[2])
    assert invoke("thief", {"ports": [port]}).payload[1] == 4
    harvest: list[str] = ["", "", ""]
    for number in range(40):  # an environment hears what is said to it while it runs
        answer = invoke("victim", {"secret": number})
        assert (answer.error, answer.payload[0]) == (None, {"secret": number})
        got = invoke("thief", {"harvest": True}).payload
        assert "secret" not in json.dumps(got)
        harvest = [old if old.startswith("HTTP") else new for old, new in zip(harvest, got, strict=False)]
        if all(text.startswith("HTTP") for text in harvest):
            break
    assert [text.partition("\r\n")[0] for text in harvest[:3]] == ["HTTP/1.1 403 Status"] * 3
    assert cloud.ledger.records("victim", phase="INIT")[0].outcome == "ok"


def test_a_request_without_the_key_is_refused_and_one_with_it_is_heard():
    link = Link("k3y")
    try:
        host, port = link.address.split(":")
        for agent, heard in (
            ("aws-lambda-python/3.13 k3y", ["next"]),
            ("aws-lambda-python/3.13", []),
            ("", []),
        ):
            with socket.create_connection((host, int(port)), timeout=5) as client:
                client.sendall(
                    f"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nUser-Agent: {agent}\r\n\r\n".encode()
                )
                link.receive(link.descriptors()[0])
                found = link.receive(link.descriptors()[-1])
                assert [request.what for request in found] == heard
                if not heard:
                    assert client.recv(100).startswith(b"HTTP/1.1 403 ")
            link.receive(link.descriptors()[-1])
    finally:
        link.close()


@pytest.mark.parametrize("abi", [2, None])
def test_a_withdrawn_process_sees_into_no_other_and_still_moves_files(abi, tmp_path):
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import sandbox\n"
        f"sandbox.withdraw({abi})\n"
        "other = int(sys.argv[2])\n"
        "try: print(os.readlink(f'/proc/{other}/fd/0'))\n"
        "except OSError as error: print(type(error).__name__)\n"
        "try: print(os.kill(other, 0))\n"
        "except OSError as error: print(type(error).__name__)\n"
        "os.mkdir('a'); os.mkdir('b'); open('a/x', 'w').close(); os.rename('a/x', 'b/x')\n"
        "print(os.listdir('b'))\n"
    )
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        done = subprocess.run(
            [sys.executable, "-I", "-c", script, CHILD, str(other.pid)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        other.send_signal(signal.SIGKILL)
    if "Landlock cannot" in done.stderr or "landlock:" in done.stderr:
        pytest.skip("no Landlock here")
    seen, signalled, moved = done.stdout.splitlines()
    assert moved == "['x']"
    assert seen == "PermissionError"
    if abi is None and _abi() >= 6:
        assert signalled == "PermissionError"


def _abi() -> Any:
    import ctypes

    libc = ctypes.CDLL(None)
    libc.syscall.restype = ctypes.c_long
    return libc.syscall(444, None, 0, 1)


if sys.platform != "linux":
    pytest.skip("namespaces and Landlock are Linux's", allow_module_level=True)
