"""The first process of an execution environment: a keeper that forks the runtime and outlives it.

The keeper exists so that nothing a handler starts can escape. It is the subreaper of all its descendants, so
even a daemonised grandchild stays in its tree; it holds the read end of a pipe whose write end only the cloud
has, so when the cloud dies, however it dies, the keeper ends the whole tree. It then ends the way the runtime
ended, which is how the cloud learns of exits and signals. The runtime itself is AWS's `awslambdaric`.

Run as a script: `bootstrap.py DEATH_FD`.
"""

import os
import select
import signal
import sys
from contextlib import suppress

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

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = 1024 if hard == resource.RLIM_INFINITY else min(1024, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


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
    os.chdir(os.environ["LAMBDA_TASK_ROOT"])
    sys.argv = ["awslambdaric", os.environ["_HANDLER"]]
    # /var/task comes first on the path, then the layers, as on AWS.
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    from awslambdaric.__main__ import main

    main(sys.argv)


def keep(runtime: int, death_fd: int) -> None:
    """Wait until the runtime ends or the cloud does; end the tree; end as the runtime ended."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    poll = select.poll()
    poll.register(death_fd, select.POLLIN | select.POLLHUP)
    poll.register(woken, select.POLLIN)
    status: int | None = None
    while status is None:
        for fd, _ in poll.poll():
            if fd == death_fd:
                end_tree(os.getpid())
                os._exit(0)
            signals = os.read(woken, 512)
            if signal.SIGTERM in signals:
                end_tree(os.getpid())
                os._exit(0)
        while True:
            try:
                pid, ended = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            if pid == runtime:
                status = ended
    end_tree(os.getpid())
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.pause()
    os._exit(os.WEXITSTATUS(status))


def main() -> None:
    death_fd = int(sys.argv[1])
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    runtime = os.fork()
    if runtime == 0:
        os.close(death_fd)
        os.setsid()
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _limit_resources()
        if os.geteuid() == 0:
            _drop_capabilities()
        run_runtime()
        return
    # The keeper holds none of the runtime's pipes, so their end of file is the runtime's own.
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (1, 2):
        os.dup2(null, fd)
    telemetry = os.environ.get("_LAMBDA_TELEMETRY_LOG_FD")
    if telemetry:
        os.close(int(telemetry))
    keep(runtime, death_fd)


if __name__ == "__main__":
    main()
