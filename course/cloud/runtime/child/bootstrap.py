"""The first process of an execution environment: a keeper that starts the runtime and outlives it.

The keeper exists so that nothing a handler starts can escape. With a sandbox, everything below it lives in a PID
namespace that ends with its first process; without one the keeper is the subreaper of all its descendants, so
even a daemonised grandchild stays in its tree. It holds the read end of a pipe whose write end only the cloud
has, so when the cloud dies, however it dies, the keeper ends everything. How the runtime ended is written to a
second pipe. The runtime itself is AWS's `awslambdaric`; without its C part, `runtime_client.py` stands in for that.

Run as a script, `bootstrap.py DEATH_FD STATUS_FD [SANDBOX]`, or entered after a fork by the zygote.
"""

import json
import os
import select
import signal
import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PR_SET_CHILD_SUBREAPER = 36
PR_SET_PDEATHSIG = 1


def _prctl(option: int, value: int) -> None:
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass  # not Linux: the pipe still tells of the cloud's death


def _drop_capabilities() -> None:
    """Be an ordinary user even as root: file permissions in a package count on Lambda, and root ignores them."""
    try:
        import ctypes

        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        nothing = (ctypes.c_uint32 * 6)()
        ctypes.CDLL(None).capset(header, nothing)
    except (ImportError, OSError, AttributeError):
        pass


def _limit_resources() -> None:
    import resource

    for name, bound in (("CORE", 0), ("NOFILE", 1024), ("SIGPENDING", 1024), ("MSGQUEUE", 200_000)):
        if (limit := getattr(resource, f"RLIMIT_{name}", None)) is not None:
            most = min(bound, resource.getrlimit(limit)[1] % 2**64)  # -1 is no limit
            resource.setrlimit(limit, (most, most))


def descendants(pid: int) -> list[int]:
    """Every living descendant of a process, parents first. Linux only; elsewhere the list is empty."""
    parents: dict[int, list[int]] = {}
    try:
        entries = os.listdir("/proc")
    except OSError:
        return []
    for entry in entries:
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:
                    parents.setdefault(int(file.read().rpartition(b")")[2].split()[1]), []).append(int(entry))
            except (OSError, ValueError, IndexError):
                continue  # it ended while we looked
    found: list[int] = []
    queue = [pid]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return found


def end_tree(pid: int) -> None:
    """Kill every descendant, again and again until none is left: a fork bomb forks while it is killed."""
    for _ in range(200):
        family = descendants(pid)
        if not family:
            return
        for member in family:
            with suppress(OSError):
                os.kill(member, signal.SIGKILL)
        while True:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    break
            except ChildProcessError:
                return


def run_runtime() -> None:
    """Become the Lambda runtime. Returns only if the handler could not be run at all."""
    root = os.environ["LAMBDA_TASK_ROOT"]
    os.chdir(root)
    sys.argv = ["awslambdaric", os.environ["_HANDLER"]]
    clock = os.environ.pop("_LAMBDALAB_CLOCK", "")
    key = os.environ.pop("_LAMBDALAB_KEY", "")
    time = _neighbour("virtual_time") if clock else None
    signature = _neighbour("signature")
    for name in ("sandbox", "seccomp", "signature", "virtual_time"):
        sys.modules.pop(name, None)  # a function may well have modules of these names
    # The order of Lambda: the function's own code, then its layers, then what the runtime brings.
    layers = os.environ.pop("_LAMBDALAB_OPT", "/opt")
    # The runtime that the function names is the one that its layers were packed for.
    named = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("_")[2]
    versions = dict.fromkeys((named, f"python{sys.version_info.major}.{sys.version_info.minor}"))
    found = [*(f"{layers}/python/lib/{one}/site-packages" for one in versions), f"{layers}/python"]
    # A fork has not read PYTHONPATH at its start, as a new interpreter has; the order is the same.
    given = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    others = [path for path in sys.path[1:] if path not in given]
    sys.path[:] = [root, *(path for path in found if os.path.isdir(path)), *given, *others]
    debugger = os.environ.pop("_LAMBDALAB_DEBUG", "")
    if debugger:
        _wait_for_editor(debugger)
    signature.sign(key)
    if time is not None:
        from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

        time.begin(clock, key)
        time.follow_deadlines(LambdaRuntimeClient)
    from awslambdaric.__main__ import main

    main(sys.argv)


def _wait_for_editor(address: str) -> None:
    before = set(os.environ)
    # A warning about modules that no editor stops in anyway would be the first line of every log.
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    import debugpy

    host, _, port = address.rpartition(":")
    debugpy.configure(subProcess=False)
    debugpy.listen((host, int(port)))
    import http.client

    cloud = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    cloud.request("POST", "/2018-06-01/runtime/debugger/ready")
    cloud.getresponse().read()
    cloud.close()
    for name in set(os.environ) - before:
        del os.environ[name]
    debugpy.wait_for_client()


def _start_runtime() -> int:
    runtime = os.fork()
    if runtime:
        return runtime
    os.setsid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    _limit_resources()
    return 0


def _report(status_fd: int, status: int) -> None:
    words = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
    with suppress(OSError):
        os.write(status_fd, words.encode())


def _neighbour(name: str) -> "Any":
    # This file runs as a script, so its neighbour is a module of its own and not one of a package.
    import importlib

    return importlib.import_module(name)


def has_native_client(places: "list[str]") -> bool:
    """Whether the C extension of awslambdaric lies in one of these folders."""
    from importlib.machinery import PathFinder

    return PathFinder.find_spec("runtime_client", places) is not None


def _first_in_namespace(status_fd: int, world: "dict[str, Any]") -> None:
    """PID 1 of the sandbox: builds the world, starts the runtime, collects what is orphaned, ends with it."""
    sandbox, seccomp = _neighbour("sandbox"), _neighbour("seccomp")
    try:
        sandbox.build_root(world["place"], world["code"], world["layers"], world["tmp_mb"], world["readable"])
        sandbox.limit_processes(world["processes"])
        sandbox.lock_proc()
        if world["ports"]:
            sandbox.restrict_network(world["ports"])
    except OSError as error:
        os.write(status_fd, f"sandbox {error.strerror}".encode())
        os._exit(1)
    runtime = _start_runtime()
    sandbox.drop_privileges()
    seccomp.refuse()
    if runtime == 0:
        os.close(status_fd)
        run_runtime()
        return
    sandbox.hide_from_tracing()
    _let_go_of_pipes()
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == runtime:
            _report(status_fd, status)
            os._exit(0)


def _let_go_of_pipes() -> None:
    # Only the runtime writes to the output pipe, so the end of that pipe is the runtime's own.
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    telemetry = os.environ.get("_LAMBDA_TELEMETRY_LOG_FD")
    if telemetry:
        with suppress(OSError):
            os.close(int(telemetry))


def keep(child: int, death_fd: int, status_fd: int, reports: bool) -> None:
    """Wait until the child ends or the cloud does; end all that is left. `reports`: write how it ended."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    poll = select.poll()
    poll.register(death_fd, select.POLLIN | select.POLLHUP)
    poll.register(woken, select.POLLIN)
    while True:
        # Before the first wait: the child may have ended before the handler was in place.
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                os._exit(0)
            if pid == 0:
                break
            if pid == child:
                if reports:  # else it was the first of a namespace, and nothing of that is left
                    end_tree(os.getpid())
                    _report(status_fd, status)
                os._exit(0)
        for fd, _ in poll.poll():
            if fd == death_fd or signal.SIGTERM in os.read(woken, 512):
                with suppress(OSError):
                    os.kill(child, signal.SIGKILL)
                    if not reports:  # it ends when all in its namespace have ended
                        os.waitpid(child, 0)
                        os._exit(0)
                end_tree(os.getpid())
                os._exit(0)


def become_environment(death_fd: int, status_fd: int, world: "dict[str, Any] | None") -> None:
    """Turn this process into the keeper of a new environment. Only the runtime's process returns."""
    # As long as their files can be seen:
    _neighbour("virtual_time")
    _neighbour("signature")
    if os.environ.pop("_LAMBDALAB_RUNTIME_CLIENT", "") == "python" or not has_native_client(sys.path[1:]):
        _neighbour("runtime_client")
    if world is not None:
        try:
            _neighbour("sandbox").enter()
        except OSError as error:
            os.write(status_fd, f"sandbox {error.strerror}".encode())
            os._exit(1)
        child = os.fork()
        if child == 0:
            os.close(death_fd)
            _first_in_namespace(status_fd, world)
            return
    else:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        child = _start_runtime()
        if child == 0:
            os.close(death_fd)
            os.close(status_fd)
            if os.geteuid() == 0:
                _drop_capabilities()
            with suppress(OSError, AttributeError):  # as far as the system can
                _neighbour("sandbox").withdraw()
            run_runtime()
            return
    _let_go_of_pipes()
    keep(child, death_fd, status_fd, reports=world is None)


def main() -> None:
    world = json.loads(sys.argv[3]) if len(sys.argv) > 3 else None
    become_environment(int(sys.argv[1]), int(sys.argv[2]), world)


if __name__ == "__main__":
    main()
