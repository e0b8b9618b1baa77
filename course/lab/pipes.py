"""The other ends of a process's pipes, each read or written by a thread, so that nobody waits for that process."""

from __future__ import annotations

import os
import selectors
import threading
from collections.abc import Sequence

OUTPUT = 1024 * 1024
"""Bytes of each stream that are kept."""


class Drain(threading.Thread):
    """Reads descriptors to their ends and keeps the first megabyte of each, so that no amount of output holds or fills
    us."""

    def __init__(self, descriptors: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self.kept = {descriptor: bytearray() for descriptor in descriptors}
        self.start()

    def run(self) -> None:
        # Not the best that the system has: that is one more descriptor for each call.
        with getattr(selectors, "PollSelector", selectors.SelectSelector)() as selector:
            for descriptor in self.kept:
                selector.register(descriptor, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select():
                    kept = self.kept[key.fd]
                    if block := os.read(key.fd, 65536):
                        kept += block[: max(0, OUTPUT + 1 - len(kept))]
                    else:
                        selector.unregister(key.fd)
                        os.close(key.fd)


class Feed(threading.Thread):
    """Writes a request without waiting for a reader that may never come."""

    def __init__(self, descriptor: int, data: bytes) -> None:
        super().__init__(daemon=True)
        self._descriptor, self._data = descriptor, data
        self.start()

    def run(self) -> None:
        try:
            with os.fdopen(self._descriptor, "wb") as stream:
                stream.write(self._data)
        except OSError:
            return
