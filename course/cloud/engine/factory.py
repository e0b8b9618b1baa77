"""Makes execution environments: names, log streams, folders, worlds and processes."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from course.cloud import scratch
from course.cloud.clock import day
from course.cloud.model import Function
from course.cloud.observe.calls import Caller
from course.cloud.runtime.cpu import Allowance, share
from course.cloud.runtime.debug import VARIABLE, Debug, available
from course.cloud.runtime.environment import Environment
from course.cloud.runtime.launchers import Launcher, variables
from course.cloud.runtime.runtime_api import Link
from course.cloud.runtime.world import Tier, describe
from course.cloud.virtual_clock import VirtualClock

Credentials = Callable[[Function], Mapping[str, str]]


class Factory:
    """Starts environments of one cloud and removes what they leave on disk."""

    def __init__(
        self,
        launcher: Launcher,
        clock: VirtualClock,
        chance: random.Random,
        region: str,
        credentials: Credentials,
        tier: Tier,
        *,
        network: str = "open",
        freeze: bool = True,
        cpu: str = "off",
        runtime_client: str = "auto",
        debug: Debug | None = None,
    ) -> None:
        """`network` is "open", or "cloud" for connections to this cloud only; `cpu` is "off" or "share";
        `runtime_client` is "auto", or "python" for our own client of the Runtime API."""
        self.endpoint = ""
        self.tier = tier
        self._launcher = launcher
        self._clock = clock
        self._chance = chance
        self._region = region
        self._credentials = credentials
        self._network = network
        self._freeze = freeze
        self._cpu = cpu
        self._runtime_client = runtime_client
        self._debug = debug
        self._tagged: dict[tuple[str, int], Debug] = {}
        """Functions that wait for an editor because a tag says so, each with its port."""
        self._count = 0
        self._folders: dict[str, Path] = {}
        self._keys: dict[str, Environment] = {}
        """Environments by the access keys of their sessions."""
        self._merged: dict[tuple[Path, ...], Path] = {}
        self._lock = threading.Lock()

    def make(self, function: Function, initialization_type: str = "on-demand") -> Environment:
        """A started environment, still to be initialised. Raises OSError if the system has no process left."""
        function = self._with_one_layer(function)
        if function.snap_start and initialization_type == "on-demand":
            initialization_type = "snap-start"
        with self._lock:
            self._count += 1
            name = f"E{self._count}"
            stream = f"{day(self._clock.now())}/[{function.version}]{self._chance.getrandbits(128):032x}"
        born = (self._clock.now(), self._clock.monotonic())
        key = secrets.token_hex(16)  # no part of the history, and not to be guessed from the seed
        link = Link(key)
        folder = scratch.folder("env")
        full = self.tier.find().tier == "full"
        debug = self._debugged(function)
        try:
            ports = (
                [] if self._network == "open" or debug else [_port(self.endpoint), _port(f"//{link.address}")]
            )
            credentials = self._credentials(function)
            settings = variables(
                function,
                runtime_api=link.address,
                log_stream=stream,
                region=self._region,
                endpoint=self.endpoint,
                credentials=credentials,
                tmp=None if full else folder,
                initialization_type=initialization_type,
            )
            if debug is None:  # who stops in an editor is in no hurry, and the clock waits for nobody there
                settings["_LAMBDALAB_CLOCK"] = f"{self._clock.offset!r} {function.timeout}"
            settings["_LAMBDALAB_KEY"] = key
            if self._runtime_client == "python":
                settings["_LAMBDALAB_RUNTIME_CLIENT"] = "python"
            if debug:
                settings[VARIABLE] = debug.listen(name)
            process = self._launcher.start(
                settings, folder, describe(function, folder, ports) if full else None
            )
        except BaseException:
            link.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with self._lock:
            self._folders[name] = folder
        allowance = Allowance(process, share(function.memory)) if self._cpu == "share" else None
        made = Environment(
            name,
            function,
            process,
            link,
            stream,
            self._clock,
            self._freeze and debug is None,  # a frozen debugger would not answer its editor
            allowance,
            partial(debug.ready, settings[VARIABLE], settings["LAMBDA_TASK_ROOT"]) if debug else None,
        )
        made.born = born
        made.initialization = initialization_type
        made.access_key = credentials.get("AWS_ACCESS_KEY_ID", "")
        with self._lock:
            self._keys[made.access_key] = made
        return made

    def whose(self, access_key: str) -> Caller | None:
        """Whose session an access key is of; None unless it is that of an environment that lives."""
        made = self._keys.get(access_key)
        return Caller(made.id, made.function.name, made.serving) if made else None

    def waiting(self, access_key: str) -> AbstractContextManager[None]:
        """While inside, a thread of the environment with this session waits for what happens there, if there is one."""
        made = self._keys.get(access_key)
        return made.waiting() if made else nullcontext()

    def discard(self, environment: Environment) -> None:
        """End an environment and remove its folder. May be called twice."""
        environment.end()
        with self._lock:
            folder = self._folders.pop(environment.id, None)
            self._keys.pop(environment.access_key, None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        for debug in (self._debug, *self._tagged.values()):
            if debug is not None:
                debug.forget(environment.id)

    def _debugged(self, function: Function) -> Debug | None:
        if self._debug and self._debug.function == function.name:
            return self._debug
        if function.debug_port is None or not available():
            return None
        with self._lock:
            key = function.name, function.debug_port
            return self._tagged.setdefault(key, Debug(*key))

    def clear(self) -> None:
        """Remove the merged layers."""
        with self._lock:
            merged, self._merged = list(self._merged.values()), {}
        for folder in merged:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Give everything back. The environments must have been discarded."""
        self.clear()
        self._launcher.close()

    def _with_one_layer(self, function: Function) -> Function:
        """Layers are laid over one another in their order, so that a later one wins, as in /opt on Lambda."""
        if not function.layers:
            return function
        with self._lock:
            merged = self._merged.get(function.layers)
            if merged is None:
                merged = scratch.folder("opt")
                for layer in function.layers:
                    shutil.copytree(
                        layer, merged, symlinks=True, dirs_exist_ok=True, copy_function=_link_or_copy
                    )
                self._merged[function.layers] = merged
        from dataclasses import replace

        return replace(function, layers=(merged,))


def _link_or_copy(source: str, target: str) -> None:
    if os.path.lexists(target):
        os.unlink(target)
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _port(address: str) -> int:
    port = urlsplit(address).port
    if port is None:
        raise ValueError(f"no port in {address}")
    return port
