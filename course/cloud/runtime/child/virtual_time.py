"""Lets the runtime's process live in the cloud's time: its clocks follow, and to sleep is to ask the cloud.

`time.sleep` asks the environment to be woken at a moment, so the cloud can skip to it when nothing else runs, and so
does `threading.Timer`. How far the cloud has skipped is read from the deadline of each invocation and from each waking.
Waits in C, sockets and `asyncio` pass in real time.
"""

import contextlib
import os
import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SHORT = 0.05
"""Seconds; whoever sleeps less is not worth a question."""
NOISE = 0.005
"""Seconds of no consequence. An event that arrives late makes a skip look shorter, never longer."""

_real_sleep, _real_monotonic = time.sleep, time.monotonic
_offset = 0.0
_timeout = 0.0
_key = ""
_coordinates: "Any" = None
_sleeping = 0
_lock = threading.Lock()
_own = threading.local()


def begin(setting: str, key: str) -> None:
    """Take over the clocks. `setting` is `OFFSET TIMEOUT`, both seconds: how far the cloud has skipped, and the
    function's timeout; `key` is that of the Runtime API."""
    global _timeout, _key
    offset, timeout = map(float, setting.split())
    _timeout, _key = timeout, key
    time.sleep = _sleep  # type: ignore[assignment]
    threading.Timer.start = _start_timer  # type: ignore[assignment,method-assign]
    threading.Timer.run = _run_timer  # type: ignore[assignment,method-assign]
    threading.Timer.cancel = _cancel_timer  # type: ignore[assignment,method-assign]
    for name in ("monotonic", "perf_counter"):
        setattr(time, name, _shifted(getattr(time, name), 1))
        setattr(time, name + "_ns", _shifted(getattr(time, name + "_ns"), 1_000_000_000))
    _follow(offset)


def follow_deadlines(client: "Any") -> None:
    """Read the cloud's time from each event that a class of awslambdaric's runtime clients receives."""
    make, receive = client.__init__, client.wait_next_invocation

    def init(self: "Any", address: str, *_: "Any", **__: "Any") -> None:
        # The newer runtimes wait in a thread, so that Python can handle signals meanwhile. A frozen environment
        # gets none, and each event would pay for a thread.
        make(self, address)

    def wait_next_invocation(self: "Any") -> "Any":
        request = receive(self)
        late = int(request.deadline_time_in_ms) / 1000 - _timeout - (time.time() - _offset)
        if late > _offset + NOISE:
            _follow(late)
        return request

    client.__init__, client.wait_next_invocation = init, wait_next_invocation


def _shifted(read: "Callable[[], Any]", unit: int) -> "Callable[[], Any]":
    if unit == 1:
        return lambda: read() + _offset
    return lambda: read() + int(_offset * unit)


def _follow(offset: float) -> None:
    global _offset, _coordinates
    with _lock:
        ahead = offset - _offset
        if ahead <= 0:
            return
        if _coordinates is None:
            _coordinates = _travel(ahead)
        else:
            _coordinates.shift(ahead)
        _offset = offset


def _travel(ahead: float) -> "Any":
    loaded = "pytest" in sys.modules
    if not loaded:  # it would be imported for a fixture that nobody uses here
        sys.modules["pytest"] = None  # type: ignore[assignment]
    try:
        import time_machine
    finally:
        if not loaded:
            del sys.modules["pytest"]
    return time_machine.travel(time.time() + ahead, tick=True).start()


def _sleep(seconds: float, /) -> None:
    if not isinstance(seconds, (int, float)) or not SHORT <= seconds < 1e9:
        _real_sleep(seconds)
    else:
        _wait(float(seconds))


def _wait(seconds: float) -> None:
    global _sleeping
    begun = _real_monotonic()
    with _lock:
        _sleeping += 1
        everyone = _sleeping if _sleeping >= threading.active_count() else 0
    try:
        connection = getattr(_own, "connection", None)
        if connection is None:
            connection = _own.connection = _connect()
        _ask(connection, f"{seconds!r} {everyone}")
        _follow(_answer(connection))
    except (OSError, ValueError):
        _own.connection = None
        _real_sleep(max(0.0, begun + seconds - _real_monotonic()))
    finally:
        with _lock:
            _sleeping -= 1


def _start_timer(timer: "Any") -> None:
    """Ask on behalf of its thread, before anybody goes on: the clock must not skip past its moment."""
    global _sleeping
    timer.connection = None
    if SHORT <= timer.interval < 1e9:
        try:
            timer.connection = _connect()
            _ask(timer.connection, f"{float(timer.interval)!r} 0 timer")
            _acknowledged(timer.connection)
        except OSError:
            timer.connection = None
    if timer.connection is not None:
        with _lock:
            _sleeping += 1
    threading.Thread.start(timer)


def _run_timer(timer: "Any") -> None:
    global _sleeping
    if timer.connection is None:
        timer.finished.wait(timer.interval)
    else:
        try:
            _follow(_answer(timer.connection))
        except (OSError, ValueError):
            timer.finished.wait(timer.interval)
        finally:
            with _lock:
                _sleeping -= 1
    try:
        if not timer.finished.is_set():
            timer.function(*timer.args, **timer.kwargs)
    finally:
        timer.finished.set()
        if timer.connection is not None:
            timer.connection.close()  # so the cloud knows that it may skip again


def _cancel_timer(timer: "Any") -> None:
    timer.finished.set()
    with contextlib.suppress(AttributeError, OSError):  # it was not started, or is over
        timer.connection.shutdown(2)


def _connect() -> "Any":
    import socket

    host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
    return socket.create_connection((host, int(port)))


def _ask(connection: "Any", body: str) -> None:
    """Ask to be woken. `body` is `SECONDS EVERYONE`: the second word counts the threads if all wait now, else it is 0.
    A third one says that a timer asks. Raises OSError if the cloud is gone."""
    head = (
        "POST /2018-06-01/runtime/clock/sleep HTTP/1.1\r\n"
        f"Host: cloud\r\nUser-Agent: {_key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall((head + body).encode())


def _acknowledged(connection: "Any") -> None:
    """Returns when a timer's question was taken in, and not a byte later. Raises OSError if the cloud is gone."""
    words = b""
    while not words.endswith(b"\r\n\r\n"):
        part = connection.recv(1)
        if not part:
            raise OSError("the cloud is gone")
        words += part


def _answer(connection: "Any") -> float:
    """Returns when the moment has come: how far the cloud has skipped. Raises OSError if it is gone."""
    answer = b""
    while b"\r\n\r\n" not in answer or answer.endswith(b"\r\n\r\n"):
        part = connection.recv(4096)
        if not part:
            raise OSError("the cloud is gone")
        answer += part
    return float(answer.rpartition(b"\r\n\r\n")[2])
