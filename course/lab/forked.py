"""The process that `forkserver` starts: it has imported the cloud and what checks need, and forks checking children.

It has neither threads nor a cloud, reads no check and no work of a learner, and runs nothing but this. `become` is
called by `course/cloud/runtime/child/family.py`, which is also where the zygotes of its children's clouds come from.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import socket
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

SERVICES = ("dynamodb", "events", "iam", "kinesis", "logs", "s3", "secretsmanager", "sns", "sqs", "sts")
"""Of moto, those that checks ask for most and that are quickly imported."""
PRELOADED = (
    "course.cloud.runtime.seclusion",
    "course.cloud.runtime.zygote",
    "course.lab.check_cloud",
    "course.lab.child",
    "course.cloud.moto_bridge.dispatch",
)


def become(
    request: dict[str, Any],
    channel: socket.socket,
    holders: Mapping[str, socket.socket],
    waiting: Sequence[int],
) -> NoReturn:
    """Import and serve. `holders` are the ends of the processes `waiting` to be zygotes, by kind. Each request is a
    child's standard input, the descriptor for its results, where it prints, where to tell how it ended, and a file with
    its folder and environment variables, which the child alone reads."""
    sys.path[:] = request["path"]
    for name in (*PRELOADED, *(f"moto.{service}.urls" for service in SERVICES)):
        with suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    channel.sendall(b"ready\n")
    _Server(channel, holders, waiting).serve()
    os._exit(0)


class _Server:
    def __init__(
        self, channel: socket.socket, holders: Mapping[str, socket.socket], waiting: Sequence[int]
    ) -> None:
        self._channel, self._holders, self._waiting = channel, holders, waiting
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._running: dict[int, tuple[int, int]] = {}
        """The children's ids and where to tell how they ended, by their descriptors (pidfd_open(2))."""
        self._ended: dict[int, int] = {}
        """The ids of those that have ended, by where it was told."""

    def serve(self) -> None:
        """Fork and collect until the other side is gone, and then see all end: so does the children's standard input,
        and they do away with what is theirs."""
        zygote = importlib.import_module("zygote")  # which lies beside `family.py`, and so is known
        asked = True
        while asked or self._running:
            for descriptor, _ in self._poll.poll():
                if descriptor in self._running:
                    self._tell(descriptor)
                elif descriptor in self._ended:
                    self._collect(descriptor)
                elif ends := zygote.receive(self._channel):
                    self._fork(ends)
                else:
                    asked = False
                    self._poll.unregister(self._channel)
        for holder in self._holders.values():
            holder.close()
        for pid in (*self._ended.values(), *self._waiting):
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)

    def _fork(self, ends: list[int]) -> None:
        *given, status, order = ends
        server = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            for descriptor in ends:
                os.close(descriptor)
            self._channel.sendall(b"none\n")
            return
        if pid == 0:
            self._channel.close()
            for descriptor in (status, *self._running, *self._ended):
                os.close(descriptor)
            for _, other in self._running.values():
                os.close(other)
            _live(given, order, self._holders, server)
        for descriptor in (*given, order):
            os.close(descriptor)
        watch = os.pidfd_open(pid)
        self._running[watch] = pid, status
        self._poll.register(watch, select.POLLIN)
        self._channel.sendall(f"{pid}\n".encode())

    def _tell(self, watch: int) -> None:
        """Say how a child ended. Its id stays its own until whoever heard that lets go of it."""
        pid, status = self._running.pop(watch)
        self._poll.unregister(watch)
        os.close(watch)
        found = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert found is not None
        code = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
        with suppress(OSError):
            os.write(status, str(code).encode())
        self._ended[status] = pid
        self._poll.register(status, 0)  # only that its other end was closed

    def _collect(self, status: int) -> None:
        os.waitpid(self._ended.pop(status), 0)
        self._poll.unregister(status)
        os.close(status)


def _live(given: list[int], order: int, holders: Mapping[str, socket.socket], server: int) -> NoReturn:
    """In a fork: be what `python -m course.lab.child` is, in the folder and the environment that were asked for."""
    code = 1
    sandbox = importlib.import_module("sandbox")
    try:
        os.setsid()
        stdin, results, log = given
        for target, end in ((0, stdin), (1, log), (2, log)):
            os.dup2(end, target)
        os.close(stdin)
        os.close(log)
        with os.fdopen(order, "rb") as file:
            file.seek(0)
            told = json.loads(file.read())
        if told["user"] is not None:
            importlib.import_module("family").become_user(told["user"], told["user"])
            # Of these more is read later, and by root alone where only root can.
            for package in ("botocore", "course", "moto"):
                os.listdir(importlib.import_module(package).__path__[0])
        sandbox.die_with_parent()
        if os.getppid() != server:
            os._exit(code)  # another is asked by now to do the work, and listens at the same pipe
        os.environ.clear()
        os.environ.update(told["variables"])
        time.tzset()
        os.chdir(told["folder"])
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(end, mode, encoding="utf-8") for end, mode in enumerate("rww")
        )
        gc.enable()
        importlib.import_module("course.lab.child").main(results, holders)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
