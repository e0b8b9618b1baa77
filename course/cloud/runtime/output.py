"""What an environment writes, cut into log events.

Standard output, standard error and the runtime's framed log records share one pipe, so their order is kept.
A frame begins with 0xA55A, which no UTF-8 text has at the start of a character; within one and behind it some have,
such as "åZ". Text becomes one event a line; a frame becomes one event, whatever lines it has. Line ends stay part of
the message, as CloudWatch Logs gives them back.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from course.cloud import quotas

_MAGIC = b"\xa5\x5a"
_HEADER = 16
_LEVELS = ("", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""By the third bit and up of a frame's type; the two bits below say whether it is text."""
_FRAME_LIMIT = 16 * 1024 * 1024
KEEP = 8 * 1024 * 1024
"""Bytes of output kept per invocation. More is dropped with a note, so that a handler that prints for fifteen
minutes cannot fill the machine."""


class Event(NamedTuple):
    """One log event: seconds since the epoch, the text as it was written, the level if its frame names one."""

    at: float
    text: str
    level: str = ""


class Output:
    """Reads one pipe. `replace` maps the folder the code really lies in to the path Lambda would show."""

    def __init__(self, descriptor: int, replace: tuple[bytes, bytes]) -> None:
        self.descriptor = descriptor
        self._replace = replace
        self._buffer = bytearray()
        self._events: list[Event] = []
        self._kept = 0
        self._dropped = 0

    def drain(self, now: float) -> bool:
        """Read all that is there without waiting; False at the end of the pipe."""
        for _ in range(64):
            try:
                data = os.read(self.descriptor, 1 << 16)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            self._buffer += data
            self._cut(now)
        return True

    def take(self, now: float) -> list[Event]:
        """The events since the last call; an unfinished line counts as a line."""
        self._cut(now, rest=True)
        events, self._events = self._events, []
        if self._dropped:
            events.append(
                Event(now, f"[lambdalab] {self._dropped} bytes of output dropped after {KEEP} bytes\n")
            )
        self._kept = self._dropped = 0
        return _in_order(events)

    def _cut(self, now: float, rest: bool = False) -> None:
        buffer = self._buffer
        while buffer:
            if buffer.startswith(_MAGIC):
                size = int.from_bytes(buffer[4:8], "big")
                if size > _FRAME_LIMIT:
                    self._add(now, bytes(buffer[:2]))  # not a frame: a handler wrote these bytes itself
                    del buffer[:2]
                    continue
                if len(buffer) < _HEADER + size:
                    break
                at = int.from_bytes(buffer[8:16], "big") / 1e6
                level = buffer[3] >> 2
                name = _LEVELS[level] if level < len(_LEVELS) else ""
                self._add(at, bytes(buffer[_HEADER : _HEADER + size]), name)
                del buffer[: _HEADER + size]
                continue
            frame = _frame(buffer)
            last = buffer.rfind(b"\n", 0, frame if frame >= 0 else len(buffer))
            if last >= 0:
                self._add_lines(now, bytes(buffer[: last + 1]))
                del buffer[: last + 1]
            elif frame > 0:
                self._add(now, bytes(buffer[:frame]))
                del buffer[:frame]
            elif len(buffer) > quotas.LOG_EVENT:
                longest = quotas.LOG_EVENT
                end = next((at for at in range(longest, longest - 4, -1) if _begins(buffer, at)), longest)
                self._add(now, bytes(buffer[:end]))
                del buffer[:end]
            else:
                break
        if rest and buffer:
            self._add(now, bytes(buffer))
            buffer.clear()

    def _add_lines(self, at: float, data: bytes) -> None:
        if self._kept + len(data) > KEEP:
            # Whole chunks are dropped: a flood must not cost the time to look at each of its lines.
            self._dropped += len(data)
            return
        for line in data[:-1].split(b"\n"):
            self._add(at, line + b"\n")

    def _add(self, at: float, data: bytes, level: str = "") -> None:
        if self._kept + len(data) > KEEP:
            self._dropped += len(data)
            return
        self._kept += len(data)
        # CloudWatch Logs takes no empty message.
        text = data.replace(*self._replace).decode("utf-8", "replace") or "\n"
        for start in range(0, len(text), quotas.LOG_EVENT):
            self._events.append(Event(at, text[start : start + quotas.LOG_EVENT], level))


def _frame(buffer: bytearray) -> int:
    """Where the next frame begins; -1 where none does."""
    at = buffer.find(_MAGIC)
    while at > 0 and not _begins(buffer, at):
        at = buffer.find(_MAGIC, at + 1)
    return at


def _begins(buffer: bytearray, at: int) -> bool:
    """Whether a byte is no part of the UTF-8 character that begins before it."""
    for back, byte in enumerate(reversed(buffer[max(at - 3, 0) : at]), 1):
        if byte >= 0xC0:
            return back >= (2 if byte < 0xE0 else 3 if byte < 0xF0 else 4)
        if byte < 0x80:
            break
    return True


def _in_order(events: list[Event]) -> list[Event]:
    """What was printed before a record of the logger was so before its moment, though it is read later."""
    latest = float("inf")
    for number in range(len(events) - 1, -1, -1):
        latest = min(latest, events[number].at)
        events[number] = events[number]._replace(at=latest)
    return events
