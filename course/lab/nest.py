"""A process that has built the world of learners' code, and makes a copy of itself for each call.

It is a fork of the cloud's zygote, which calls `become`; `nests` starts it and sends it, for each call, nothing but
descriptors. What a call is about lies in one of them, and the copy alone reads that: so this process knows nothing
that a later copy could find in its memory. Each copy has namespaces and a /tmp of its own, and ends with all that it
started.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import signal
import socket
from types import ModuleType
from typing import Any, NoReturn

PROCESSES = 301
"""The least that Linux takes."""
PLACE = "/tmp/answer"


def become(request: dict[str, Any], descriptors: list[int]) -> None:
    """Build the world and serve; does not return. `descriptors`: the socket. `request`: an empty folder as `place`, the
    folders of the interpreter as `readable`, and `tmp_mb` for each call."""
    channel = socket.socket(fileno=descriptors[0])
    os.setsid()
    call = _call()
    names = ("zygote", "sandbox", "replica", "seccomp")
    zygote, sandbox, replica, seccomp = (call.neighbour(call.WORLD, name) for name in names)
    wire = call.neighbour(call.HERE, "wire")
    sandbox.die_with_parent()
    _or_refuse(channel, sandbox.enter)
    first = os.fork()
    if first:
        channel.close()
        os.waitpid(first, 0)
        os._exit(0)
    sandbox.die_with_parent()
    readable = request["readable"]
    _or_refuse(channel, lambda: sandbox.build_root(request["place"], None, None, request["tmp_mb"], readable))
    inside = [folder for folder in sandbox.outermost(readable) if folder.startswith("/tmp/")]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects the copies
    seccomp.prepare()
    sandbox.shown_to_root()
    gc.collect()
    gc.freeze()
    gc.disable()
    channel.sendall(b"ready\n")
    while True:
        ends = zygote.receive(channel)
        if not ends:
            os._exit(0)
        try:
            pid, watch = replica.clone(sandbox)
        except OSError as error:
            socket.send_fds(channel, [f"sandbox: {error.strerror}\n".encode()], [])
        else:
            if pid == 0:
                channel.close()
                _live(
                    ends,
                    call,
                    wire,
                    zygote,
                    sandbox,
                    seccomp,
                    lambda: replica.furnish(sandbox, request["tmp_mb"], inside),
                )
            socket.send_fds(channel, [b"+\n"], [watch])
            os.close(watch)
        for end in ends:
            os.close(end)


def _live(
    ends: list[int],
    call: ModuleType,
    wire: ModuleType,
    zygote: ModuleType,
    sandbox: ModuleType,
    seccomp: ModuleType,
    furnish: Any,
) -> NoReturn:
    """In a copy: run a learner's file. `ends`: standard output and error, the descriptor for the value, the one on
    which is told how it ended, and the file that says what is to be done."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        sandbox.die_with_parent()
        for target, end in zip((1, 2), ends, strict=False):
            os.dup2(end, target)
            os.close(end)
        result, status, told = ends[2:]
        try:
            furnish()
        except OSError as error:
            os.write(status, f"sandbox: {error.strerror}".encode())
            os._exit(1)
        sandbox.limit_processes(PROCESSES)
        sandbox.lock_proc()
        with os.fdopen(told, "rb") as file:
            file.seek(0)
            order = wire.loads(file.read().decode())
        os.environ.clear()
        os.environ.update(order["variables"])
        os.mkdir(PLACE)
        os.chdir(PLACE)
        for name, text in order["files"].items():
            _write(name, text.encode("utf-8", "surrogatepass"))
        zygote.forget(order["own"])
        sandbox.hide_from_tracing()
        sandbox.drop_privileges()
        seccomp.refuse()
        learner = os.fork()
        if learner:
            os.close(result)
            call.wait_for(learner, status)
        os.close(status)
        sandbox.hide_from_tracing(False)
        gc.enable()
        call.begin(order["file"], order["function"], order["request"], result, wire)
    finally:
        os._exit(1)


def _write(path: str, data: bytes) -> None:
    """A new file. Without a file object: what is made for one here is paid for by each copy."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    finally:
        os.close(descriptor)


def _or_refuse(channel: socket.socket, step: Any) -> None:
    try:
        step()
    except OSError as error:
        channel.sendall(f"sandbox: {error.strerror}\n".encode())
        os._exit(1)


def _call() -> ModuleType:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "call.py")
    spec = importlib.util.spec_from_file_location("_lambdalab_call", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
