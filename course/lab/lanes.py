"""Lays out a swim-lane: which environment did what, and when, in the first invocations of the cloud's ledger.

Pure: records in, lanes of bars out, times in milliseconds from the first bar. `picture` draws the same lanes;
the table here says in words what the picture shows.

1. Take the first invocations by start, and the INIT before each where there was one.
2. Give each environment a lane, in the order in which they began.
3. Fill the gaps between two bars of a lane: there the environment is idle.
4. Where nothing ran anywhere for long, cut the time out of the picture and keep a mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from itertools import pairwise
from typing import Any

FIRST = 10
LONGEST_PAUSE = 0.25  # of the time in which something ran
HANDOVER = 1.0  # milliseconds that are no idling
COLUMNS = ("call", "environment", "kind", "INIT", "idle before", "starts at", "INVOKE", "outcome")
NOTHING = "-"
NARROW = 0.025  # of the picture: a bar that has no room for its number
LONG = 10_000.0  # milliseconds from which a picture counts in seconds


@dataclass(frozen=True)
class Bar:
    """A stretch of an environment's life: phase INIT, INVOKE or IDLE; `start` and `end` in milliseconds.

    `number` counts invocations from 1 and is 0 for the other phases. `shift` is how much of the time before
    this bar is cut out of the picture.
    """

    phase: str
    start: float
    end: float
    number: int = 0
    function: str = ""
    kind: str = ""
    outcome: str = "ok"
    shift: float = 0.0

    @property
    def length(self) -> float:
        """Milliseconds."""
        return self.end - self.start

    @property
    def failed(self) -> bool:
        """Whether it ended in anything but an answer."""
        return self.outcome != "ok"


@dataclass(frozen=True)
class Lane:
    """One environment, its bars in order."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Lanes:
    """All lanes, and the cuts: places (in shown time) where a pause was cut out, and its length."""

    lanes: tuple[Lane, ...]
    cuts: tuple[tuple[float, float], ...] = ()

    @property
    def invocations(self) -> list[tuple[Lane, Bar]]:
        """The invocations in the order in which they started."""
        found = [(lane, bar) for lane in self.lanes for bar in lane.bars if bar.phase == "INVOKE"]
        return sorted(found, key=lambda pair: pair[1].number)


def lanes(records: Sequence[Any], function: str | None = None, first: int = FIRST) -> Lanes:
    """The lanes of the first invocations, of one function or of all.

    A record is a mapping or a dataclass with the ledger's fields; `start` and `end` are seconds.
    """
    known = [_mapping(record) for record in records]
    wanted = [one for one in known if function is None or one["function"] == function]
    wanted = sorted((one for one in wanted if one.get("end") is not None), key=_order)
    invocations = [one for one in wanted if one["phase"] == "INVOKE"][:first]
    if not invocations:
        return Lanes(())
    last = invocations[-1]["start"]
    used = {one["environment"] for one in invocations}
    shown = [
        one
        for one in wanted
        if one["environment"] in used
        and (one in invocations or (one["phase"] == "INIT" and one["start"] <= last))
    ]
    origin = min(one["start"] for one in shown)
    by_environment: dict[str, list[Bar]] = {}
    count = 0
    for one in shown:
        count += one["phase"] == "INVOKE"
        bar = Bar(
            phase=one["phase"],
            start=(one["start"] - origin) * 1000,
            end=(one["end"] - origin) * 1000,
            number=count if one["phase"] == "INVOKE" else 0,
            function=one["function"],
            kind=one.get("kind") or "",
            outcome=one["outcome"],
        )
        by_environment.setdefault(one["environment"], []).append(bar)
    laid = [Lane(_letter(index), tuple(bars)) for index, bars in enumerate(by_environment.values())]
    return _cut(tuple(replace(lane, bars=_with_idle(lane.bars)) for lane in laid))


def width(found: Lanes) -> float:
    """The shown time up to the end of the last bar."""
    return max(bar.end - bar.shift for lane in found.lanes for bar in lane.bars)


def labels(lane: Lane, width: float) -> list[tuple[float, str, bool]]:
    """The numbers of a lane's calls: where in shown time, the text, and whether it stands inside its bar.

    Narrow bars have theirs above them, close ones together.
    """
    found: list[tuple[float, str, bool]] = []
    group: list[tuple[float, int]] = []
    for bar in lane.bars:
        middle = bar.start - bar.shift + bar.length / 2
        if not bar.number:
            continue
        if group and (bar.length >= NARROW * width or middle - group[-1][0] > NARROW * width):
            found.append(_together(group))
            group = []
        if bar.length >= NARROW * width:
            found.append((middle, str(bar.number), True))
        else:
            group.append((middle, bar.number))
    return [*found, _together(group)] if group else found


def _together(group: Sequence[tuple[float, int]]) -> tuple[float, str, bool]:
    numbers = [number for _, number in group]
    text = ", ".join(str(number) for number in numbers)
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        text = f"{numbers[0]} to {numbers[-1]}"
    return (group[0][0] + group[-1][0]) / 2, text, False


def table(found: Lanes) -> list[tuple[str, ...]]:
    """One row an invocation, under COLUMNS."""
    rows: list[tuple[str, ...]] = []
    for lane, bar in found.invocations:
        before = lane.bars[: lane.bars.index(bar)]
        idle = before[-1] if before and before[-1].phase == "IDLE" else None
        worked = [one for one in before if one.phase != "IDLE"]
        init = worked[-1] if worked and worked[-1].phase == "INIT" else None
        rows.append(
            (
                str(bar.number),
                f"{lane.name} ({bar.function})",
                bar.kind or NOTHING,
                _ms(init.length) if init else NOTHING,
                _ms(idle.length) if idle else NOTHING,
                _ms(bar.start),
                _ms(bar.length),
                bar.outcome,
            )
        )
    return rows


def summary(found: Lanes) -> str:
    """The lanes in one sentence or two."""
    invocations = found.invocations
    functions = sorted({bar.function for _, bar in invocations})
    inits = sum(bar.phase == "INIT" for lane in found.lanes for bar in lane.bars)
    parts = [f"{lane.name} served {_calls(lane)}" for lane in found.lanes]
    return (
        f"{_count(len(invocations), 'invocation')} of {', '.join(functions)} in "
        f"{_count(len(found.lanes), 'environment')}, {_count(inits, 'INIT')}. {'; '.join(parts)}."
    )


def _calls(lane: Lane) -> str:
    numbers = [bar.number for bar in lane.bars if bar.phase == "INVOKE"]
    label = "call" if len(numbers) == 1 else "calls"
    return f"{label} {', '.join(str(number) for number in numbers)}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _with_idle(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    found: list[Bar] = []
    for bar in bars:
        if found and bar.start - found[-1].end >= HANDOVER:
            found.append(Bar("IDLE", found[-1].end, bar.start, function=bar.function))
        found.append(bar)
    return tuple(found)


def _cut(found: tuple[Lane, ...]) -> Lanes:
    """Shorten the pauses in which nothing ran anywhere, each to a part of the time in which something ran."""
    working = sorted((bar.start, bar.end) for lane in found for bar in lane.bars if bar.phase != "IDLE")
    busy: list[tuple[float, float]] = []
    for start, end in working:
        if busy and start <= busy[-1][1]:
            busy[-1] = (busy[-1][0], max(end, busy[-1][1]))
        else:
            busy.append((start, end))
    longest = LONGEST_PAUSE * sum(end - start for start, end in busy)
    # A pause from `end` to `start` loses all but `longest` of it.
    pauses = [
        (before[1], after[0], after[0] - before[1] - longest)
        for before, after in pairwise(busy)
        if after[0] - before[1] > longest
    ]

    def shift(moment: float) -> float:
        return sum(lost for _, until, lost in pauses if until <= moment)

    moved = tuple(
        replace(lane, bars=tuple(replace(bar, shift=shift(bar.start)) for bar in lane.bars)) for lane in found
    )
    cuts = tuple((start - shift(start) + longest / 2, until - start) for start, until, _ in pauses)
    return Lanes(moved, cuts)


def _mapping(record: Any) -> Mapping[str, Any]:
    if is_dataclass(record) and not isinstance(record, type):
        return asdict(record)
    found: Mapping[str, Any] = record
    return found


def _order(record: Mapping[str, Any]) -> tuple[float, bool]:
    return record["start"], record["phase"] == "INVOKE"


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def _ms(value: float) -> str:
    return f"{value:.0f} ms" if value < 10_000 else f"{value / 1000:.1f} s"
