"""Runs checks in a child process and turns whatever happens there into a verdict.

An `Examiner` keeps one child with one cloud and gives it one check at a time. A check that outlives its
limit, or a child that dies, costs that check only: the child is killed with everything below it and the next
check gets a new one. When the examiner closes, no process and no folder of it is left.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any

from course.errors import UserError
from course.lab import processes, quarters
from course.lab.checker import GRACE, Checker
from course.lab.document import Check
from course.lab.forkserver import ForkServer
from course.lab.patience import factor

START = 60.0


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
    """Examines answers, one check at a time; a context manager. The child starts with the first check, as a fork where
    there is a `server` that several examiners share."""

    def __init__(self, server: ForkServer | None = None) -> None:
        self._server = server
        self._folder = tempfile.TemporaryDirectory(prefix="lambdalab-", ignore_cleanup_errors=True)
        self._mark = self._folder.name
        self._quarters = quarters.choose(Path(self._folder.name))
        self._count = 0
        self._isolation = self._weakened = ""
        self._child: Checker | None = None
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
            self._child = Checker(self._quarters, self._mark, self._server)
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
            self.renew()
            reason = self._weakened or log or "no reason given"
            raise UserError(f"the cloud for the checks did not start ({reason})")
        return self._isolation

    def _heard(self) -> dict[str, Any] | None:
        """What the child says when it is ready; None also for one that keeps less apart than an earlier one."""
        assert self._child is not None
        said = self._child.receive(START)
        if said is None and self._child.is_orphan:
            self.renew()
            self.warm()
            said = self._child.receive(START)
        if self._quarters.user is not None and (said is None or said["weak"]):
            # Some systems build worlds for root alone, or have our packages where only root can read them.
            self.renew()
            self._quarters = quarters.taken_back(self._quarters)
            self.warm()
            said = self._child.receive(START)
        if said is not None and said["weak"] and self._isolation == "full":
            self._weakened = said["weak"]
            return None  # who said that hidden checks may be run relied on it, and learners' code could be the reason
        if said is not None:
            self._child.ready = True
            self._child.adopt(said["zygotes"])
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
        if self._child.is_orphan:
            self.renew()
            return self._examined(check, files, seed)  # once: the next one is no fork
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
