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
    import socket
    from collections.abc import Callable
    from typing import Any

SHORT = 0.05
"""Seconds; whoever sleeps less is not worth a question."""
NOISE = 0.005
"""Seconds of no consequence. An event that arrives late makes a skip look shorter, never longer."""

_real_sleep, _real_monotonic = time.sleep, time.monotonic
_real_make = threading.Timer.__init__
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
    threading.Timer.__init__ = _make_timer  # type: ignore[assignment,method-assign]
    threading.Timer.start = _start_timer  # type: ignore[assignment,method-assign]
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
        finished = getattr(_own, "finished", None)
        if finished is not None:  # a timer that sleeps in its own way
            finished.forget()
        _follow(_answer(connection))
    except (OSError, ValueError):
        _own.connection = None
        _real_sleep(max(0.0, begun + seconds - _real_monotonic()))
    finally:
        with _lock:
            _sleeping -= 1


class _Finished(threading.Event):
    """What a timer waits for, in the cloud's time: that somebody cancels it, or that its moment comes."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: socket.socket | None = None
        """The connection on which an answer is awaited. The cloud skips on only when it is closed, after an answer too:
        at the timer's next question, or at its end."""
        self._seconds = 0.0
        self._counted = 0

    def ask(self, seconds: float, surely: bool) -> None:
        """Ask to be woken, unless that is not worth a question. `surely`: its thread is about to wait for the answer,
        so that it counts as one that sleeps."""
        asked, self._seconds = None, seconds
        if isinstance(seconds, (int, float)) and SHORT <= seconds < 1e9:
            try:
                asked = _connect()
                _ask(asked, f"{float(seconds)!r} 0 {'' if surely else 'perhaps-'}timer")
                _acknowledged(asked)
            except OSError:
                asked = None
        self._asked = asked
        self._count(int(surely and asked is not None))
        if self.is_set():  # since just now
            self.set()

    def wait(self, timeout: "float | None" = None) -> bool:
        """Others than the timer itself wait in real time."""
        if self.is_set() or timeout is None or getattr(_own, "finished", None) is not self:
            return super().wait(timeout)
        if not self._counted or self._seconds != timeout:
            self.ask(timeout, True)
        _own.rung = None
        if self._asked is None:
            return super().wait(timeout)
        try:
            _follow(_answer(self._asked))
            _own.rung = self._asked
        except (OSError, ValueError):
            super().wait(timeout)
        finally:
            self._asked = None
            self._count(0)
        return bool(self.is_set())

    def set(self) -> None:
        super().set()
        with contextlib.suppress(AttributeError, OSError):  # nothing is awaited
            self._asked.shutdown(2)  # type: ignore[union-attr]

    def forget(self) -> None:
        """Its thread waits for it no more."""
        self._asked = _own.rung = None
        self._count(0)

    def _count(self, asleep: int) -> None:
        global _sleeping
        with _lock:
            _sleeping += asleep - self._counted
            self._counted = asleep


def _make_timer(timer: "Any", *arguments: "Any", **named: "Any") -> None:
    _real_make(timer, *arguments, **named)
    timer.finished = _Finished()


def _start_timer(timer: "Any") -> None:
    """Ask on behalf of its thread, before anybody goes on: the clock must not skip past its moment. One with a
    `run` of its own may wait for something else, or for nothing."""
    if isinstance(timer.finished, _Finished) and timer.ident is None:
        own = vars(timer).get("run")
        timer.finished.ask(timer.interval, own is None and type(timer).run is threading.Timer.run)
        timer.run = lambda: _run_timer(timer, own)
    threading.Thread.start(timer)


def _run_timer(timer: "Any", own: "Any") -> None:
    _own.finished = finished = timer.finished
    del timer.run  # what it was before `_start_timer`
    if own is not None:
        timer.run = own
    try:
        timer.run()
    finally:
        finished.forget()


def _connect() -> "Any":
    import socket

    host, _, port = os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")
    return socket.create_connection((host, int(port)))


def _ask(connection: "Any", body: str) -> None:
    """Ask to be woken. `body` is `SECONDS EVERYONE`: the second word counts the threads if all wait now, else it is 0.
    A third one says that a timer asks: `timer` if its thread waits for the answer, `perhaps-timer` if it may not.
    Raises OSError if the cloud is gone."""
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
