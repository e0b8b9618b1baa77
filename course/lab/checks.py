"""Runs checks in a child process and turns whatever happens there into a verdict.

An `Examiner` keeps one child with one cloud and gives it one check at a time. A check that outlives its
limit, or a child that dies, costs that check only: the child is killed with everything below it and the next
check gets a new one. When the examiner closes, no process and no folder of it is left.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType

from course.errors import UserError
from course.lab import processes, quarters
from course.lab.document import Check
from course.lab.patience import factor
from course.lab.quarters import Quarters

START = 60.0
GRACE = 2.0
ENDING = 10.0
LOG = 4000
TIDIES_WITHIN = 15.0
"""Seconds in which a child must have emptied its cloud after a check."""
MEMORY, DESCRIPTORS = 400, 512
"""MB and open descriptors with which a child is done: one learner's files and connections are no other's burden."""


class Verdict(Enum):
    """What a check says. Not attempted and blocked are no failures; broken is our bug and costs nothing."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ATTEMPTED = "not attempted"
    BLOCKED = "blocked"
    BROKEN = "broken"


@dataclass(frozen=True)
class CheckResult:
    """One check's verdict. `rationale` says what was observed, `help` where to look, `log` is the learner's
    or, for BROKEN, our traceback."""

    check: Check
    verdict: Verdict
    rationale: str = ""
    help: str = ""
    log: str = ""


class Examiner:
    """Examines answers, one check at a time; a context manager. The child starts with the first check."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lambdalab-", ignore_cleanup_errors=True)
        self._mark = self._folder.name
        self._quarters = quarters.choose(Path(self._folder.name))
        self._count = 0
        self._isolation = ""
        self._child: _Child | None = None
        self.started = 0
        """How many children were started: one, unless one was lost."""

    def __enter__(self) -> Examiner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Where the checks work; gone when the examiner is closed."""
        return self._quarters.folder

    def close(self) -> None:
        """End the child with everything it started, and remove the folder."""
        self.renew()
        processes.kill_marked(self._mark)
        self._folder.cleanup()

    def warm(self) -> None:
        """Start the child if there is none, and do not wait for it."""
        if self._child is None:
            self._child = _Child(self._quarters, self._mark)
            self.started += 1

    def examine(self, check: Check, files: dict[str, str], seed: int = 0) -> CheckResult:
        """The result of one check of an answer. `files` maps names to text.

        An interruption ends the child, so that its late result is not taken for another check's.
        """
        try:
            return self._examined(check, files, seed)
        except BaseException:
            self.renew()
            raise

    def renew(self) -> None:
        """End the child, so that the next check begins with another cloud."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def isolation(self) -> str:
        """How learners' code is kept apart on this system: "full", or "weak: " and why. Waits for the child.

        Raises UserError when it does not start.
        """
        self.warm()
        assert self._child is not None
        if not self._child.ready and self._heard() is None:
            log = self._child.log().strip().rpartition("\n")[2]
            raise UserError(f"the cloud for the checks did not start ({log or 'no reason given'})")
        return self._isolation

    def _heard(self) -> dict[str, str] | None:
        """What the child says when it is ready."""
        assert self._child is not None
        said = self._child.receive(START)
        if self._quarters.user is not None and (said is None or said["weak"]):
            # Some systems build worlds for root alone, or have our packages where only root can read them.
            self.renew()
            self._quarters = quarters.taken_back(self._quarters)
            self.warm()
            said = self._child.receive(START)
        if said is not None:
            self._child.ready = True
            self._isolation = f"weak: {said['weak']}" if said["weak"] else "full"
        return said

    def _examined(self, check: Check, files: dict[str, str], seed: int) -> CheckResult:
        self._count += 1
        folder = self.folder / str(self._count)
        if self._child is not None and not self._child.is_fresh():
            self.renew()  # it died between two checks, or hangs, or has grown: no fault of this check's
        self.warm()
        assert self._child is not None
        if not self._child.ready and self._heard() is None:
            return self._lost(check, "the cloud for the checks did not start", Verdict.BROKEN)
        seconds = check.seconds * factor()
        request = {"name": check.name, "source": check.source, "seconds": seconds}
        self._child.send({**request, "files": files, "folder": str(folder), "seed": seed})
        reply = self._child.receive(seconds + GRACE)
        if reply is not None:
            return CheckResult(
                check, Verdict[reply["verdict"]], reply["observed"], reply["help"], reply["log"]
            )
        if self._child.is_alive:
            return self._lost(
                check, f"it did not come to an end within {seconds:.2g} seconds", Verdict.FAILED
            )
        code = self._child.exit_code
        if code is not None and code < 0:
            return self._lost(
                check, f"the process that ran the check was killed (signal {-code})", Verdict.FAILED
            )
        return self._lost(check, f"the process that ran the check ended with code {code}", Verdict.BROKEN)

    def _lost(self, check: Check, observed: str, verdict: Verdict) -> CheckResult:
        """Give up the child; the next check starts another."""
        log = ""
        if self._child is not None:
            log = self._child.log()
            self.renew()
        help = {
            Verdict.FAILED: "Does the code loop for ever, wait for something, or end other processes?",
            Verdict.BROKEN: "This is our mistake, not yours. Please report it with the lines below.",
        }[verdict]
        return CheckResult(check, verdict, observed, help, log)


class _Child:
    """One `course.lab.child`, with its pipe of results."""

    def __init__(self, place: Quarters, mark: str) -> None:
        # Without a name: what lies in the child's folder is in the hands of its user.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `kill`
        reading, writing = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-m", "course.lab.child", str(writing)],
            cwd=place.folder,
            env=place.environment(os.environ, mark),
            stdin=subprocess.PIPE,
            stdout=self._said,
            stderr=self._said,
            pass_fds=(writing,),
            start_new_session=True,
            text=True,
            encoding="utf-8",
            **place.rights,
        )
        os.close(writing)
        self._replies: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.ready = False
        """Whether it has said that its cloud runs."""
        self._untidy = False
        self._silent = False
        self._reader = threading.Thread(target=self._read, args=(reading,), daemon=True)
        self._reader.start()

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        try:
            # One that closed its pipe is on its way out, however long a busy machine takes for that.
            self._process.wait(ENDING if self._silent else 0.5)
        except subprocess.TimeoutExpired:
            return True
        return False

    def is_fresh(self) -> bool:
        """Whether it is fit for another check: it has done away with what the last one left, and is not large."""
        if not self.ready or not self._untidy:
            return self.exit_code is None
        self._untidy = False
        if self.receive(TIDIES_WITHIN) is None or self.exit_code is not None:
            return False
        memory, descriptors = processes.size(self._process.pid)
        return memory <= MEMORY and descriptors <= DESCRIPTORS

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def send(self, request: dict[str, object]) -> None:
        """Give it a check to run; a child that is gone is noticed by `receive`."""
        assert self._process.stdin is not None
        self._untidy = True
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()

    def receive(self, seconds: float) -> dict[str, str] | None:
        """Its next result; None when it says nothing in time, or nothing more."""
        try:
            line = self._replies.get(timeout=seconds)
        except queue.Empty:
            return None
        self._silent = line is None
        try:
            found = json.loads(line or "")
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def kill(self) -> None:
        """End it and everything below it."""
        if self._process.poll() is None:
            processes.kill_tree(self._process.pid)
        processes.kill_group(self._process.pid)
        self._process.wait()
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._reader.join(GRACE)
        self._said.close()

    def log(self) -> str:
        """The end of what it printed."""
        descriptor = self._said.fileno()
        end = os.fstat(descriptor).st_size
        return os.pread(descriptor, LOG, max(0, end - LOG)).decode(errors="replace")

    def _read(self, descriptor: int) -> None:
        with os.fdopen(descriptor, encoding="utf-8", errors="replace") as results:
            for line in results:
                self._replies.put(line)
        self._replies.put(None)
