"""The process in which a learner's file runs: `python -I call.py FILE FUNCTION RESULT_FD`, or `call.py FILE`.

With a function it reads the arguments from standard input as `wire` JSON, calls it, and writes the value or
the exception to the descriptor. Without one it becomes `python FILE`. Either way it dies with its parent, and
memory, file size and core dumps are bounded. `answer` starts and ends it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import traceback
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MEMORY = 4 * 1024**3
FILE_SIZE = 256 * 1024**2


def main(arguments: list[str]) -> None:
    folder = os.getcwd()
    sys.path.append(ROOT)
    from course.lab import processes

    processes.die_with_parent()
    _bound()
    file = arguments[0]
    if len(arguments) == 1:
        os.execv(sys.executable, [sys.executable, "-B", file])
    from course.lab import wire

    function, channel = arguments[1], int(arguments[2])
    os.set_inheritable(channel, False)
    request = wire.loads(sys.stdin.read())
    sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    try:
        reply = wire.dumps(_call(file, function, request))
    except BaseException as error:  # whatever it is, it is the learner's, and the check decides what it means
        reply = wire.dumps({"error": _told(error, folder)})
    with contextlib.suppress(OSError), os.fdopen(channel, "w", encoding="utf-8") as result:
        result.write(reply)
    sys.stdout.flush()
    os._exit(0)  # a thread the learner left running must not hold us


def _call(file: str, function: str, request: dict[str, Any]) -> dict[str, Any]:
    name = os.path.splitext(file)[0]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        return {"missing": f"{file} is not a Python file"}
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    found = getattr(module, function, None)
    if not callable(found):
        return {"missing": f"{file} defines no function `{function}`"}
    return {"value": found(*request["args"], **request["kwargs"])}


def _told(error: BaseException, folder: str) -> dict[str, str]:
    """The exception with the frames of the learner's own files, which are in `folder`, and no others."""
    told = traceback.TracebackException.from_exception(error)
    found = _shorten(told, os.path.join(folder, ""))
    message = str(error)
    if isinstance(error, SyntaxError) and error.filename:
        message = f"{error.msg} ({os.path.basename(error.filename)}, line {error.lineno})"
    trace = "".join(told.format()) if found or isinstance(error, SyntaxError) else ""
    return {"type": type(error).__name__, "message": message, "traceback": trace}


def _shorten(told: traceback.TracebackException | None, folder: str) -> int:
    """Cut an exception and those it came from to the frames of files in `folder`; say how many stay."""
    if told is None:
        return 0
    told.stack = traceback.StackSummary.from_list(
        [
            (frame.filename.removeprefix(folder), frame.lineno or 0, frame.name, frame.line)
            for frame in told.stack
            if frame.filename.startswith(folder)
        ]
    )
    if isinstance(getattr(told, "filename", None), str):
        told.filename = told.filename.removeprefix(folder)
    return len(told.stack) + _shorten(told.__cause__, folder) + _shorten(told.__context__, folder)


def _bound() -> None:
    try:
        import resource
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_AS, MEMORY),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main(sys.argv[1:])
