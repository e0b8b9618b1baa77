"""The process in which checks run: `python -m course.lab.child RESULT_FD`.

It starts one cloud, then reads one JSON request a line from standard input and writes one JSON result a line
to the descriptor, so that a crash loses the check in hand and nothing else. The cloud is emptied between
checks and the learner's code never runs here. `checks` starts it, keeps time and ends it; if that process is
gone, standard input ends, and so does the child, with all it started and the folder it was started in.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import random
import re
import secrets
import shutil
import socket
import sys
import threading
import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from course.lab import calling, processes
from course.lab.answer import Answer
from course.lab.calling import Order
from course.lab.checking import CloudLike, Failure, LearnerError, invoke
from course.lab.nests import Forks, Nests

LOG = 16_000
MARGIN = 1.0
MEMORY = 3 * 1024**3
"""Bytes that this process may take, with the cloud and all that learners' code puts into it."""
STACK = 1024**2
"""Bytes of a thread's stack: each connection has a thread, and all stacks count as memory taken."""
PARTING = 2.0
START = 30.0


def main(descriptor: int, holders: Mapping[str, socket.socket] | None = None) -> None:
    """Serve. `holders` are the ends of processes that wait to be zygotes, see `ZygoteLauncher`."""
    os.set_inheritable(descriptor, False)
    threading.stack_size(STACK)
    reason = _leave_network()
    processes.adopt_orphans()
    processes.raise_descriptors()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, Path.cwd()), daemon=True).start()
    with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "w", encoding="utf-8") as results:
        from course.cloud.runtime.world import readable_folders
        from course.cloud.runtime.zygote import ZygoteLauncher
        from course.lab.check_cloud import CheckCloud

        # Who waits to be a zygote comes into this network, which has to be one of its own.
        forks = ZygoteLauncher(None if reason else holders)
        # Handlers must not reach what a check asks of the cloud itself.
        with CheckCloud(launcher=forks, admin_token=secrets.token_hex()) as cloud:
            found = cloud.isolation
            processes.limit_data(MEMORY)
            zygotes = forks.begin()
            nests = Nests(forks, readable_folders()) if found.tier == "full" else None
            refused = _refused(nests, Path.cwd()) if nests else found.reason
            if refused:
                nests = None
            weak = reason or refused
            _say(results, {"ready": True, "weak": weak, "zygotes": zygotes})
            while line := requests.get():
                request = json.loads(line)
                _say(results, examine(request, cloud, forks=nests or forks))
                cloud.reset()
                processes.collect_orphans(forks.pids())
                if nests is None:
                    # No environment is left, so these only fled; from a PID namespace nothing does.
                    processes.kill_below(os.getpid(), forks.pids())
                    shutil.rmtree(request["folder"], ignore_errors=True)
                _say(results, {"tidy": True})
    shutil.rmtree(Path.cwd(), ignore_errors=True)


def _refused(nests: Nests, folder: Path) -> str:
    """Why no copy of a nest can be made on this system; "" where it can."""
    order = Order({"empty.py": ""}, folder, "empty.py", None, None, {}, START)
    try:
        calling.run(order, nests)
    except OSError as error:
        nests.close()
        return f"this system refuses copies of a sandbox ({error})"
    return ""


def _leave_network() -> str:
    """Keep learners' code from every other machine and from this one's services. Why not, where it cannot be done."""
    if sys.platform != "linux":
        return f"a network of its own needs Linux, and this is {sys.platform}"
    from course.cloud.runtime.seclusion import seclude

    try:
        seclude()
    except OSError as error:
        return f"this system refuses a network of its own ({error.strerror})"
    return ""


def _listen(requests: queue.SimpleQueue[str], folder: Path) -> None:
    """Pass requests on. When there will be no more, the main thread has a while to end by itself."""
    for line in sys.stdin:
        requests.put(line)
    requests.put("")
    threading.Event().wait(PARTING)
    processes.kill_below(os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def examine(
    request: dict[str, Any],
    cloud: CloudLike,
    *,
    forks: Forks | Nests | None = None,
) -> dict[str, Any]:
    """Run one check and say what came of it: `verdict`, `observed`, `help`, `log`.

    The request holds the check's `name`, `source` and `seconds`, the learner's `files`, the `folder` to work
    in, and the `seed`. `forks` is how the learner's files are run, see `calling.run`.
    """
    folder = Path(request["folder"])
    if not isinstance(forks, Nests):  # a copy of a nest has a world of its own to write to
        folder.mkdir(parents=True)
    # A call that hangs must end before the check does, so that the learner hears which call it was.
    seconds = max(0.5, min(request["seconds"] - MARGIN, request["seconds"] * 0.8))
    answer = Answer(request["files"], folder, cloud, seconds, request["seed"], forks=forks)
    names: dict[str, Any] = {
        "Failure": Failure,
        "LearnerError": LearnerError,
        "invoke": invoke,
        "json": json,
        "re": re,
        "random": random,
    }
    source, name = request["source"], request["name"]
    try:
        exec(_compiled(source, name), names)
        names[name](cloud, answer)
    except Failure as failure:
        log = failure.traceback if isinstance(failure, LearnerError) else ""
        observed = f"your code raised {failure}" if isinstance(failure, LearnerError) else failure.observed
        return _result("FAILED", observed, failure.help, log)
    except AssertionError as error:
        return _result("FAILED", str(error) or _asserted(error, source), "", "")
    except Exception as error:
        return _result("BROKEN", f"the check itself failed: {type(error).__name__}: {error}", "", _trace())
    return _result("PASSED", "", "", "")


@lru_cache(maxsize=256)
def _compiled(source: str, name: str) -> CodeType:
    """A check's code: many learners meet the same."""
    return compile(source, f"<check {name}>", "exec")


def _result(verdict: str, observed: str, help: str, log: str) -> dict[str, Any]:
    return {"verdict": verdict, "observed": observed[:LOG], "help": help[:LOG], "log": log[-LOG:]}


def _asserted(error: AssertionError, source: str) -> str:
    """The text of an assertion that has no message."""
    frames = traceback.extract_tb(error.__traceback__)
    number = next((frame.lineno for frame in reversed(frames) if frame.filename.startswith("<check ")), None)
    line = source.splitlines()[number - 1].strip() if number else "assert"
    return f"this does not hold: {line.removeprefix('assert').strip()}"


def _trace() -> str:
    return traceback.format_exc()


def _say(results: Any, message: dict[str, Any]) -> None:
    results.write(json.dumps(message) + "\n")
    results.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]))
