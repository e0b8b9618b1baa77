"""The process in which a learner's file runs, for one call of a function or as a script.

It is a copy of a `nest`, in a world of its own: it sees the learner's files, the interpreter and this cloud, and
nothing else of the machine. Where namespaces cannot be had it is a fork of the cloud's zygote (`become`), and without
forks an ordinary process, `python -I call.py FILE FUNCTION RESULT_FD` or `call.py FILE`. Either way it dies with its
parent, and memory, file size and core dumps are bounded. Arguments come as `wire` JSON; a function's value or its
exception goes to a descriptor. `calling` starts and ends it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import traceback
from types import ModuleType
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
WORLD = os.path.join(os.path.dirname(HERE), "cloud", "runtime", "child")
MEMORY = 4 * 1024**3
FILE_SIZE = 256 * 1024**2
DESCRIPTORS = 1024
"""As on Lambda: each open file costs the kernel memory that is nobody's."""
SHARES = (("RLIMIT_SIGPENDING", 1024), ("RLIMIT_MSGQUEUE", 200_000))
"""What the kernel counts for a user, who outside is that of all neighbours: signals and timers, bytes of queues."""


def become(request: dict[str, Any], descriptors: list[int]) -> None:
    """Run a learner's file in this fork; does not return. `descriptors`: standard input, output and error, the one for
    the value, and the one on which is told how it ended."""
    os.setsid()
    for target, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, target)
        os.close(descriptor)
    result, status = descriptors[3:]
    os.environ.clear()
    os.environ.update(request["variables"])
    world, wire = neighbour(WORLD, "sandbox"), neighbour(HERE, "wire")
    world.die_with_parent()
    os.chdir(request["folder"])
    learner = os.fork()
    world.drop_privileges()
    if learner:
        world.hide_from_tracing()
        os.close(result)
        wait_for(learner, status)
    os.close(status)
    begin(request["file"], request["function"], None, result, wire)


def begin(
    file: str, function: str | None, request: dict[str, Any] | None, channel: int, wire: ModuleType
) -> None:
    """In the learner's process: bound it and run the file; does not return. Without a `request` one is read from
    standard input."""
    _bound()
    sys.path[:] = [os.getcwd(), *(path for path in sys.path if not path.startswith(WORLD))]
    sys.dont_write_bytecode = True
    _serve(file, function, request, channel, wire)


def main(arguments: list[str]) -> None:
    """Run a learner's file in this interpreter, which was started for it."""
    world, wire = neighbour(WORLD, "sandbox"), neighbour(HERE, "wire")
    world.die_with_parent()
    _bound()
    file = arguments[0]
    if len(arguments) == 1:
        os.execv(sys.executable, [sys.executable, "-B", file])
    channel = int(arguments[2])
    sys.path.insert(0, os.getcwd())
    sys.dont_write_bytecode = True
    _serve(file, arguments[1], None, channel, wire)


def _serve(
    file: str, function: str | None, request: dict[str, Any] | None, channel: int, wire: ModuleType
) -> None:
    """Run it, tell the value if there is one, and end the process."""
    os.set_inheritable(channel, False)
    folder = os.getcwd()
    if function is None:
        os.close(channel)
        os._exit(_run(file, folder))
    if request is None:
        request = wire.loads(sys.stdin.read())
    assert request is not None
    try:
        reply = wire.dumps(_call(file, function, request))
    except BaseException as error:  # whatever it is, it is the learner's, and the check decides what it means
        reply = wire.dumps({"error": _told(error, folder)})
    with contextlib.suppress(OSError), os.fdopen(channel, "w", encoding="utf-8") as result:
        result.write(reply)
    _flush()
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


def _run(file: str, folder: str) -> int:
    """The exit code of a file run as a script, as the interpreter itself would have run it."""
    script = ModuleType("__main__")
    sys.modules["__main__"], sys.argv = script, [file]
    vars(script).update(__file__=os.path.join(folder, file), __builtins__=__builtins__)
    try:
        with open(file, "rb") as source:
            exec(compile(source.read(), os.path.join(folder, file), "exec"), vars(script))
    except SystemExit as end:
        if isinstance(end.code, int) or end.code is None:
            return _flush() or (end.code or 0) & 0xFF
        sys.stderr.write(f"{end.code}\n")
        return _flush() or 1
    except BaseException as error:
        sys.stderr.write(_told(error, folder)["traceback"])
        return _flush() or 1
    return _flush()


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


def _flush() -> int:
    """Write what is still held; a stream that the learner closed is their affair."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    return 0


def wait_for(learner: int, status: int) -> None:
    """Collect what ends, tell how the learner's process did, and end with it."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):  # the streams are the learner's alone: their end is that of the pipes
        os.dup2(null, descriptor)
    while True:
        pid, how = os.waitpid(-1, 0)
        if pid == learner:
            with contextlib.suppress(OSError):
                os.write(status, str(os.waitstatus_to_exitcode(how)).encode())
            os._exit(0)


def neighbour(folder: str, name: str) -> ModuleType:
    """A module of ours by its file: the learner may have one of the same name."""
    spec = importlib.util.spec_from_file_location(f"_lambdalab_{name}", os.path.join(folder, f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _bound() -> None:
    try:
        import resource
    except ImportError:
        return
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
        *((getattr(resource, name), value) for name, value in SHARES if hasattr(resource, name)),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


if __name__ == "__main__":
    main(sys.argv[1:])
