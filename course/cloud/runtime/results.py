"""The payloads that Lambda itself makes when a runtime does not answer, and the reading of those it does make.

awslambdaric writes the payloads of exceptions; a time-out, an exit and an oversized response are the service's
own words. Texts: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
"""

from __future__ import annotations

import json
import signal

from course.cloud import quotas
from course.cloud.model import FunctionError

Result = tuple[FunctionError, bytes]


def parse_error(body: bytes, replace: tuple[bytes, bytes]) -> Result:
    """An error payload of the runtime, with the folder the code lies in shown as `/var/task`."""
    shown = body.replace(*replace)
    try:
        parsed = json.loads(shown)
    except ValueError:
        return FunctionError("Runtime.Unknown", ""), shown
    if not isinstance(parsed, dict):
        return FunctionError("Runtime.Unknown", ""), shown
    return FunctionError(str(parsed.get("errorType", "")), str(parsed.get("errorMessage", ""))), shown


def timeout_error(request: str, seconds: float) -> Result:
    """`seconds` is the time that was allowed."""
    return _made(
        "Sandbox.Timedout", f"RequestId: {request} Error: Task timed out after {seconds:.2f} seconds"
    )


def exit_error(request: str, status: int | None) -> Result:
    """`status` is an exit status, negative for a signal, None where it is not known."""
    if status is None or status == -signal.SIGKILL:
        how = "with error: signal: killed"
    elif status < 0:
        how = f"with error: signal: {_SIGNALS.get(-status, f'signal {-status}')}"
    elif status == 0:
        how = "without providing a reason"
    else:
        how = f"with error: exit status {status}"
    prefix = f"RequestId: {request} " if request else ""
    return _made("Runtime.ExitError", f"{prefix}Error: Runtime exited {how}")


def too_large() -> Result:
    """The response was longer than allowed."""
    limit = quotas.RESPONSE_PAYLOAD + 100
    return _made(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({limit} bytes).",
    )


def _made(kind: str, message: str) -> Result:
    body = json.dumps({"errorType": kind, "errorMessage": message}, separators=(",", ":"))
    return FunctionError(kind, message), body.encode()


# Go's names, since the program that reports them on AWS is written in Go.
_SIGNALS: dict[int, str] = {
    signal.SIGSEGV: "segmentation fault",
    signal.SIGABRT: "aborted",
    signal.SIGTERM: "terminated",
    signal.SIGBUS: "bus error",
    signal.SIGFPE: "floating point exception",
    signal.SIGILL: "illegal instruction",
    signal.SIGINT: "interrupt",
    signal.SIGHUP: "hangup",
    signal.SIGQUIT: "quit",
}
