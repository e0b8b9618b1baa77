"""Tumbling windows: stretches of time whose records a function sums up in a state that is handed on.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html (2026-11)

Windows begin at multiples of their length, as in AWS's examples, and a record belongs to the one it arrived in. When
a window is over, the function is called once more, without records, with the final state. A state of more than
1 MB ends the window early: the final call comes at once, and the rest of the window begins with an empty state.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from course.cloud.clock import iso

LARGEST_STATE = 1024 * 1024


@dataclass(frozen=True)
class Window:
    """A window of one shard and the state so far. Moments are epoch seconds."""

    start: float
    end: float
    state: Any
    early: bool = False
    """Whether the state grew too large."""

    def members(self, shard: str, source_arn: str, *, final: bool) -> dict[str, Any]:
        """What the event of a window has besides its records."""
        return {
            "window": {"start": iso(self.start, millis=False), "end": iso(self.end, millis=False)},
            "state": self.state,
            "shardId": shard,
            "eventSourceARN": source_arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": self.early,
        }

    def after(self, state: Any) -> Window:
        """The window with the state that a function returned."""
        size = len(json.dumps(state, separators=(",", ":")).encode())
        return replace(self, state=state, early=size > LARGEST_STATE)


def window(moment: float, length: int) -> Window:
    """The one that a moment lies in, with nothing in it yet."""
    start = moment // length * length
    return Window(start, start + length, {})


def returned_state(payload: bytes) -> tuple[Any] | None:
    """The state in a function's response, in a tuple; None without one, which makes the invocation a failure."""
    try:
        response = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(response, dict) or response.get("state") is None:
        return None
    return (response["state"],)
