"""The execution environments, warm and busy, of all functions.

A warm environment is reused most recently used first. One whose function has changed since is ended instead.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from course.cloud.clock import Clock, day
from course.cloud.model import Function
from course.cloud.runtime.environment import Environment, State
from course.cloud.runtime.launchers import Launcher, variables
from course.cloud.runtime.runtime_api import Link

Credentials = Callable[[Function], Mapping[str, str]]


class Pool:
    """Every environment of one cloud."""

    def __init__(
        self, launcher: Launcher, clock: Clock, chance: random.Random, region: str, credentials: Credentials
    ) -> None:
        self._launcher = launcher
        self._clock = clock
        self._chance = chance
        self._region = region
        self._credentials = credentials
        self.endpoint = ""
        self._idle: dict[str, list[Environment]] = {}
        self._all: dict[str, tuple[Environment, Path]] = {}
        self._count = 0
        self._generation = 0
        self._lock = threading.Lock()

    def warm(self, function: Function) -> Environment | None:
        """Take an idle environment that serves exactly this version of the function."""
        with self._lock:
            idle = self._idle.get(function.arn, [])
            stale = [
                environment
                for environment in idle
                if environment.function.fingerprint != function.fingerprint
            ]
            fresh = [
                environment
                for environment in idle
                if environment.function.fingerprint == function.fingerprint
            ]
            found = fresh.pop() if fresh else None
            self._idle[function.arn] = fresh
        for environment in stale:
            self._forget(environment)
        return found

    def cold(self, function: Function) -> Environment:
        """Start a new environment, still to be initialised."""
        with self._lock:
            self._count += 1
            name = f"E{self._count}"
            stream = f"{day(self._clock.now())}/[{function.version}]{self._chance.getrandbits(128):032x}"
            generation = self._generation
        link = Link()
        folder = Path(tempfile.mkdtemp(prefix="lambdalab-env-"))
        try:
            settings = variables(
                function,
                runtime_api=link.address,
                log_stream=stream,
                region=self._region,
                endpoint=self.endpoint,
                credentials=self._credentials(function),
                tmp=folder,
            )
            process = self._launcher.start(function, settings, folder)
        except BaseException:
            link.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        environment = Environment(name, function, process, link, stream, self._clock, freeze=True)
        with self._lock:
            self._all[name] = (environment, folder)
            closed = generation != self._generation
        if closed:
            self._forget(environment)
        return environment

    def give_back(self, environment: Environment) -> None:
        """After a run: keep it warm, or forget it if it died."""
        if environment.state is State.IDLE:
            with self._lock:
                if environment.id in self._all:
                    self._idle.setdefault(environment.function.arn, []).append(environment)
                    return
        self._forget(environment)

    def retire(self, arn: str) -> None:
        """End the idle environments of a function; busy ones end after their run, by fingerprint."""
        with self._lock:
            idle = self._idle.pop(arn, [])
        for environment in idle:
            self._forget(environment)

    def clear(self) -> None:
        """End every environment, busy ones too."""
        with self._lock:
            self._generation += 1
            everything = list(self._all.values())
            self._idle.clear()
        for environment, _ in everything:
            self._forget(environment)

    def close(self) -> None:
        """End everything for good."""
        self.clear()
        self._launcher.close()

    def _forget(self, environment: Environment) -> None:
        with self._lock:
            entry = self._all.pop(environment.id, None)
        environment.end()
        if entry is not None:
            shutil.rmtree(entry[1], ignore_errors=True)
