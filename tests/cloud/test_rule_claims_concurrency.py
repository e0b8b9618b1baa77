"""What the rules about coroutines, threads and processes say happens, in deployed functions."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from lint_rules.engine.analysis.processes import NEEDING

SEEN = "import asyncio\nseen = []\n\n\n"


def test_a_coroutine_that_is_not_awaited_never_runs(deploy, invoke):
    source = "async def save(x):\n    seen.append(x)\n\n\nasync def work(event):\n    {}save(event)\n    return seen\n"
    source = SEEN + source + "\n\ndef handler(event, context):\n    return asyncio.run(work(event))\n"
    deploy(source.format(""))
    assert invoke(event="a").payload == []
    deploy(source.format("await "), name="g")
    assert invoke("g", event="a").payload == ["a"]


def test_a_task_that_nobody_waits_for_is_cancelled(deploy, invoke):
    source = (
        "async def save(x):\n    try:\n        await asyncio.sleep(60)\n        seen.append('saved')\n"
        "    except asyncio.CancelledError:\n        seen.append('cancelled')\n        raise\n\n\n"
        "async def work(event):\n    asyncio.create_task(save(event))\n    await asyncio.sleep(0)\n\n\n"
        "def handler(event, context):\n    asyncio.run(work(event))\n    return seen\n"
    )
    deploy(SEEN + source)
    assert invoke().payload == ["cancelled"]


def test_a_lock_of_the_module_fails_in_the_loop_of_the_second_invocation(deploy, invoke):
    source = """
limit = asyncio.Semaphore(1)


async def one(x):
    async with limit:
        await asyncio.sleep(0.01)


async def work():
    await asyncio.gather(one(1), one(2))


def handler(event, context):
    asyncio.run(work())
    return "fine"
"""
    deploy(SEEN + source)
    assert invoke().payload == "fine"
    answer = invoke()
    assert answer.payload["errorType"] == "RuntimeError"
    assert "different event loop" in answer.payload["errorMessage"]


def test_gathered_exceptions_let_the_invocation_succeed(deploy, invoke):
    source = """
async def one():
    1 / 0


async def work():
    await asyncio.gather(one(), {})
    return "fine"


def handler(event, context):
    return asyncio.run(work())
"""
    deploy(SEEN + source.format("return_exceptions=True"))
    assert invoke().payload == "fine"
    deploy(SEEN + source.format("one()"), name="g")
    assert invoke("g").payload["errorType"] == "ZeroDivisionError"


@pytest.mark.parametrize(
    ("wait", "order"), [("time.sleep", ["slow", "quick"]), ("await asyncio.sleep", ["quick", "slow"])]
)
def test_a_call_that_blocks_holds_up_what_was_gathered_with_it(deploy, invoke, wait, order):
    source = """
import time


async def slow():
    {}(0.05)
    seen.append("slow")


async def quick():
    seen.append("quick")


async def work():
    await asyncio.gather(slow(), quick())


def handler(event, context):
    asyncio.run(work())
    return seen
"""
    deploy(SEEN + source.format(wait))
    assert invoke().payload == order


def test_a_thread_of_one_invocation_goes_on_in_the_next(deploy, invoke):
    source = (
        "import threading\n\ngo, done = threading.Event(), threading.Event()\n\n\n"
        "def audit(event):\n    go.wait()\n    seen.append(event)\n    done.set()\n\n\n"
        "def handler(event, context):\n    if event == 'first':\n"
        "        threading.Thread(target=audit, args=(event,), daemon=True).start()\n"
        "    else:\n        go.set()\n        done.wait(5)\n    return seen\n"
    )
    deploy(SEEN + source)
    assert [invoke(event=each).payload for each in ("first", "second")] == [[], ["first"]]


WITHOUT_SHM = """
import concurrent.futures
import multiprocessing
import multiprocessing.pool
import os

arguments = {"Barrier": [2], "Value": ["i", 1], "Array": ["i", 3], "RawValue": ["i", 1], "RawArray": ["i", 3]}
made = {
    "ThreadPool": lambda: multiprocessing.pool.ThreadPool(1),
    "ProcessPoolExecutor": lambda: concurrent.futures.ProcessPoolExecutor(1).submit(int),
    "ThreadPoolExecutor": lambda: concurrent.futures.ThreadPoolExecutor(1),
    "Pipe": multiprocessing.Pipe,
    "Process": lambda: multiprocessing.Process(target=int),
}
for name in os.environ["NEEDING"].split():
    made[name] = lambda name=name: getattr(multiprocessing, name)(*arguments.get(name, []))
for name, make in made.items():
    try:
        make()
        print(name, "works", flush=True)
    except OSError:
        print(name, "fails", flush=True)
os._exit(0)
"""
BARE = 'mount -t tmpfs none /dev && : > /dev/null && exec "$0" -c "$1"'


def in_a_world_without_shared_memory(code: str) -> subprocess.CompletedProcess[str]:
    """Run Python where there is no /dev/shm, as in Lambda."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", BARE, sys.executable, code]
    environment = {"NEEDING": " ".join(NEEDING), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(shutil.which("unshare") is None, reason="no namespaces here")
def test_what_needs_shared_memory_fails_where_there_is_none():
    if in_a_world_without_shared_memory("pass").returncode:
        pytest.skip("no namespaces here")
    done = in_a_world_without_shared_memory(WITHOUT_SHM)
    told = dict(line.split() for line in done.stdout.splitlines())
    assert {name for name, how in told.items() if how == "fails"} == {
        *NEEDING,
        "ThreadPool",
        "ProcessPoolExecutor",
    }
    assert {name for name, how in told.items() if how == "works"} == {"Pipe", "Process", "ThreadPoolExecutor"}
