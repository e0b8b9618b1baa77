"""The execution environments, warm and busy, of all functions.

A warm environment is reused most recently used first. One whose function has changed since is ended instead, and
one that nobody used for a while is ended too. A leased environment belongs to the thread that leased it: others
may only kill its processes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from course.cloud.clock import Clock
from course.cloud.engine.factory import Factory
from course.cloud.model import Function
from course.cloud.runtime.environment import SETTLING, Environment, State

KEEP_IDLE = 600.0
"""Seconds that an unused environment is kept. AWS names no figure; minutes are what people see."""
UNUSED = "nobody used it for a while"

_INITIALISED = (State.IDLE, State.BUSY, State.SETTLING)


class Pool:
    """Every environment of one cloud."""

    def __init__(self, factory: Factory, clock: Clock) -> None:
        self.factory = factory
        self._clock = clock
        self._idle: dict[str, list[Environment]] = {}
        self._leased: dict[str, Environment] = {}
        self._new: set[str] = set()
        """Leased environments that nobody could have used yet."""
        self._changed = threading.Condition()
        self._closed = False
        self.died: Callable[[str], None] = _nothing
        """Told the ARN of a function of which an initialised environment ended."""
        self.told: Callable[[str, Environment, str], None] = _unheard
        """Told that an environment `started` or `ended`, and why."""

    @contextmanager
    def environment(
        self, function: Function, grow: Callable[[Function], None]
    ) -> Iterator[tuple[Environment, bool]]:
        """Lease an environment of exactly this version of the function; True if it is new and not initialised.

        `grow` is asked before a new one is started, and may raise.
        """
        environment = self._warm(function)
        cold = environment is None
        if environment is None:
            grow(function)
            self.reap()  # making room is the moment to look for what nobody uses
            environment = self.start(function)
        try:
            yield environment, cold
        finally:
            self.give_back(environment)

    def start(self, function: Function, initialization_type: str = "on-demand") -> Environment:
        """Lease a new environment, still to be initialised; `give_back` ends the lease."""
        environment = self.factory.make(function, initialization_type)
        with self._changed:
            self._leased[environment.id] = environment
            self._new.add(environment.id)
            closed = self._closed
        self.told("started", environment, environment.initialization)
        if closed:
            environment.abort()
        return environment

    def give_back(self, environment: Environment) -> None:
        """End a lease: keep the environment warm, or forget it if it died."""
        with self._changed:
            self._new.discard(environment.id)
            keep = environment.id in self._leased and environment.state is State.IDLE and not self._closed
            if keep:
                self._idle.setdefault(environment.function.arn, []).append(environment)
                self._leased.pop(environment.id, None)
                self._changed.notify_all()
        if not keep:
            self._discard(environment, "its process ended")
            with self._changed:
                self._leased.pop(environment.id, None)
                self._changed.notify_all()
            # One that never served is not replaced: its INIT would fail again, for ever.
            if environment.provisioned and environment.served:
                self.died(environment.function.arn)

    def retire(self, arn: str) -> None:
        """End the idle environments of a function; leased ones are ended when found stale."""
        with self._changed:
            idle = self._idle.pop(arn, [])
        for environment in idle:
            self._discard(environment, "the function has changed or is gone")

    def retire_provisioned(self, arn: str, keep: int) -> None:
        """End idle provisioned environments of a function until no more than `keep` are left."""
        with self._changed:
            idle = self._idle.get(arn, [])
            ready = [env for env in idle if env.provisioned]
            busy = sum(env.provisioned and env.function.arn == arn for env in self._leased.values())
            extra = ready[max(0, keep - busy) :]
            self._idle[arn] = [env for env in idle if env not in extra]
        for environment in extra:
            self._discard(environment, "it is not provisioned any more")

    def provisioned(self, arn: str) -> tuple[int, int]:
        """How many initialised provisioned environments a function has, and how many of them wait for work."""
        with self._changed:
            ready = sum(env.provisioned for env in self._idle.get(arn, []))
            busy = sum(
                env.provisioned
                and env.function.arn == arn
                and env.state in _INITIALISED
                and env.id not in self._new
                for env in self._leased.values()
            )
        return ready + busy, ready

    def reap(self, keep: float = KEEP_IDLE) -> int:
        """End what has been idle for `keep` seconds; how many that were. Provisioned environments stay."""
        oldest = self._clock.monotonic() - keep
        with self._changed:
            tired = [
                env
                for idle in self._idle.values()
                for env in idle
                if env.idle_since <= oldest and not env.provisioned
            ]
            self._idle = {arn: [env for env in idle if env not in tired] for arn, idle in self._idle.items()}
        for environment in tired:
            self._discard(environment, UNUSED)
        return len(tired)

    def clear(self) -> None:
        """End every environment, leased ones too, and wait until they are gone."""
        with self._changed:
            idle = [environment for environments in self._idle.values() for environment in environments]
            self._idle.clear()
            leased = list(self._leased.values())
        for environment in leased:
            environment.abort()
        for environment in idle:
            self.factory.discard(environment)
        names = {environment.id for environment in leased}
        with self._changed:
            self._changed.wait_for(lambda: not names & set(self._leased), timeout=5)
        self.factory.clear()

    def close(self) -> None:
        """End everything for good."""
        with self._changed:
            self._closed = True
        self.clear()
        self.factory.close()

    def _warm(self, function: Function) -> Environment | None:
        with self._changed:
            if not self._ready(function) and self._settling(function):
                self._changed.wait_for(
                    lambda: self._ready(function) or not self._settling(function), SETTLING
                )
            idle = self._idle.get(function.arn, [])
            oldest = self._clock.monotonic() - KEEP_IDLE
            tired = [env for env in idle if env.idle_since <= oldest and not env.provisioned]
            idle = [env for env in idle if env not in tired]
            stale = [env for env in idle if env.function.fingerprint != function.fingerprint]
            fresh = [env for env in idle if _fits(env, function)]
            others = [env for env in idle if env not in stale and env not in fresh]
            # What was provisioned is used before what happens to be warm.
            found = next((env for env in reversed(fresh) if env.provisioned), fresh[-1] if fresh else None)
            if found is not None:
                fresh.remove(found)
                self._leased[found.id] = found
            self._idle[function.arn] = others + fresh
        for environment in tired:
            self._discard(environment, UNUSED)
        for environment in stale:
            self._discard(environment, "the function has changed")
        return found

    def _discard(self, environment: Environment, because: str) -> None:
        self.factory.discard(environment)
        self.told("ended", environment, because)

    def _ready(self, function: Function) -> bool:
        return any(env.function.tenant == function.tenant for env in self._idle.get(function.arn, ()))

    def _settling(self, function: Function) -> bool:
        return any(env.state is State.SETTLING and _fits(env, function) for env in self._leased.values())


def _fits(environment: Environment, function: Function) -> bool:
    """Whether it is of exactly this version, and of nobody else's tenant."""
    own = environment.function
    return own.fingerprint == function.fingerprint and own.tenant == function.tenant


def _unheard(fate: str, environment: Environment, because: str) -> None:
    return


def _nothing(arn: str) -> None:
    return
