"""Starts a cloud and JupyterLab for a learner, watches over both, and stops both.

1. The learner's folder is made ready. 2. The cloud starts and says where it is. 3. JupyterLab starts with the
way to the cloud in its environment. 4. One address is printed. 5. Ctrl-C, SIGTERM, a closed terminal or the end
of JupyterLab ends everything; if this process is killed, the kernel ends the others.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from urllib.request import ProxyHandler, build_opener

from course.errors import UserError
from course.lab.desk import now
from course.lab.pile import reminder
from course.studio import hub, jupyter, ports, surroundings, workspace
from course.studio.process import TICK, Process, stop

PATIENCE = 60.0
PARTING = 15.0
READY = re.compile(r"\bready\b.*?(http://\S+)")
Say = Callable[[str], object]


def run(
    lab: str, folder: Path, *, port: int, cloud_port: int, browser: bool, under_hub: bool, say: Say
) -> int:
    """Run the studio until it is told to stop, and give its exit code. `say` takes lines for the learner.

    `under_hub`: a JupyterHub has started it, and says where JupyterLab listens. Raises UserError when a port is taken,
    the folder cannot be written, or something is not installed.
    """
    if find_spec("jupyterlab") is None:
        raise UserError('JupyterLab is not installed; run: pip install "lambdalint[course]"')
    with _stoppable():
        if under_hub:
            hub.service(os.environ)
        else:
            port = ports.claim(port, "--port")
        cloud_port = ports.claim(cloud_port, "--cloud-port")
        place = workspace.prepare(folder, lab)
        if place.note:
            say(place.note)
        started: list[Process] = []
        try:
            say(f"Starting the cloud and JupyterLab for lab {place.slug[:2]} ...")
            environment = surroundings.clean(os.environ)
            cloud, endpoint = start_cloud(place.kept, environment, cloud_port, started)
            environment |= surroundings.aimed_at(endpoint) | {"LAMBDALAB_FOLDER": str(place.folder)}
            opened = place.notebook.relative_to(place.folder).as_posix()
            server = (
                hub.server(place.folder, opened, os.environ)
                if under_hub
                else jupyter.alone(place.folder, opened, port, secrets.token_hex(24), browser)
            )
            notebook = start_jupyter(place, environment, server, started)
            with contextlib.suppress(UserError):  # a journal that cannot be read keeps nobody from working
                if due := reminder(place.folder, now()):
                    say(f"{due}: `lambdalab review`, or `lab.review()` in the notebook.")
            if server.address:
                say(f"\n    {server.address}\n")
            say(f"Your work is kept in {place.folder}. Ctrl-C stops everything.")
            watch(notebook, cloud, lambda: start_cloud(place.kept, environment, cloud_port, started), say)
        except _Stopped:
            with contextlib.suppress(OSError):  # the terminal may be what is gone
                say("")
        finally:
            stop(started, PARTING)
    return 0


def start_cloud(
    home: Path, environment: Mapping[str, str], port: int, started: list[Process]
) -> tuple[Process, str]:
    """Start a cloud and wait until it accepts requests: the process, and its endpoint. Raises UserError."""
    process = Process(
        "course.cli",
        ["cloud", "--private", "--port", str(port)],
        home,
        _unbuffered(environment),
        home / "cloud.log",
    )
    started.append(process)
    for _ in range(int(PATIENCE / TICK)):
        ended = process.ended_within(TICK)
        found = READY.search(process.said())
        if found and not ended:
            return process, found[1]
        if ended:
            break
    raise UserError(f"the cloud did not start: {_last_words(process)} (all it said: {process.log})")


def start_jupyter(
    place: workspace.Workspace, environment: Mapping[str, str], server: jupyter.Server, started: list[Process]
) -> Process:
    """Start JupyterLab and wait until it answers. Raises UserError."""
    home = place.kept / "jupyter"
    try:
        own = jupyter.prepare(home, server.content, os.environ)
        environment = {**environment, **server.variables, **own}
        log = place.kept / "jupyter.log"
        process = Process(server.module, [], place.kept, environment, log, inside=place.folder)
    except OSError as error:
        raise UserError(
            f"{error.filename} cannot be written: {error.strerror}; choose another folder with `--folder`"
        ) from None
    started.append(process)
    for _ in range(int(PATIENCE / TICK)):
        if process.ended_within(TICK):
            break
        if _answers(server.answers_at):
            return process
    raise UserError(f"JupyterLab did not start: {_last_words(process)} (all it said: {process.log})")


def watch(notebook: Process, cloud: Process, again: Callable[[], tuple[Process, str]], say: Say) -> None:
    """Wait for the end of JupyterLab. A cloud that ends meanwhile is started `again`, empty."""
    while not notebook.ended_within(TICK * 10):
        if cloud.exit_code is not None:
            say(f"The cloud ended (exit code {cloud.exit_code}) and is started again, empty.")
            cloud, _ = again()
    code = notebook.exit_code
    say("JupyterLab was shut down." if code == 0 else f"JupyterLab ended (exit code {code}): {notebook.log}")


class _Stopped(BaseException):
    """Someone asked us to stop."""


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Within this block Ctrl-C, SIGTERM and SIGHUP raise `_Stopped` once, then KeyboardInterrupt."""

    def stopped(number: int, frame: FrameType | None) -> None:
        for each in watched:
            signal.signal(each, signal.default_int_handler)
        raise _Stopped

    watched = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32":
        watched.append(signal.SIGHUP)
    before = {number: signal.signal(number, stopped) for number in watched}
    try:
        yield
    except _Stopped:  # before anything was started
        raise KeyboardInterrupt from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unbuffered(environment: Mapping[str, str]) -> dict[str, str]:
    return {**environment, "PYTHONUNBUFFERED": "1"}


def _answers(address: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _last_words(process: Process) -> str:
    """The last line a process said, or how it ended."""
    lines = [line.strip() for line in process.said().splitlines() if line.strip()]
    if lines:
        return lines[-1].removeprefix("error: ")
    return f"exit code {process.exit_code}" if process.exit_code is not None else "it said nothing"
