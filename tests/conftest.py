"""A studio as a learner has it, for tests of the command and of the browser: started for real, stopped for sure."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import psutil
import pytest

PATIENCE = 60.0


class Studio:
    """A running `lambdalab start --no-browser --port 0`, what it printed, and all its processes."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self._output = folder / "start.out"
        command = [sys.executable, "-m", "course.cli", "start", "--no-browser", "--port", "0", *options]
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, "HOME": str(self.home)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_for(lambda: "Ctrl-C" in self.output or self.process.poll() is not None)
        assert self.process.poll() is None, self.output
        self._seen: dict[int, psutil.Process] = {}

    @property
    def output(self) -> str:
        """Everything it printed."""
        return self._output.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """The first address it printed."""
        return re.findall(r"http://\S+", self.output)[0]

    @property
    def workspace(self) -> Path:
        """The learner's folder."""
        return self.folder / "my-labs"

    def processes(self) -> list[psutil.Process]:
        """It and everything below it, and what was below it when this was asked before."""
        try:
            top = psutil.Process(self.process.pid)
            for one in [top, *top.children(recursive=True)]:
                self._seen[one.pid] = one
        except psutil.NoSuchProcess:
            pass
        return list(self._seen.values())

    def jupyter(self, path: str, method: str = "GET", token: str | None = None) -> object:
        """What JupyterLab answers, decoded from JSON."""
        address = urlsplit(self.url)
        if token is None:
            token = parse_qs(address.query)["token"][0]
        request = Request(
            f"http://{address.netloc}{path}",
            method=method,
            data=b"{}" if method == "POST" else None,
            headers={"Authorization": f"token {token}"},
        )
        with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def wait_for(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something holds; fail when it does not come true."""
        until = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < until, f"it did not happen in {seconds} s; output: {self.output}"
            time.sleep(0.05)

    def stop(self, signal: int) -> int:
        """Send a signal and wait for the end: the exit code."""
        self.processes()
        self.process.send_signal(signal)
        return self.process.wait(PATIENCE)

    def left(self, seconds: float = 10.0) -> list[str]:
        """The command lines of those of its processes that still run after a while."""
        _, alive = psutil.wait_procs(self.processes(), timeout=seconds)
        found = []
        for one in alive:
            try:
                if one.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(one.cmdline()))
            except psutil.NoSuchProcess:
                continue
        return found

    def clear(self) -> None:
        """Kill what is left; nothing in a test that passed."""
        for one in self.processes():
            try:
                one.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait()


@pytest.fixture
def start_studio(tmp_path: Path) -> Iterator[Callable[..., Studio]]:
    """Starts a studio in the test's folder, with the options given; it is ended with the test."""
    started: list[Studio] = []

    def start(*options: str) -> Studio:
        started.append(Studio(tmp_path, *options))
        return started[-1]

    yield start
    for studio in started:
        studio.clear()
