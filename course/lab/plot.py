"""Plots that labs draw from what was observed: lines, bars, fields of numbers, and stretches of time in lanes.

Each takes plain numbers and gives a picture with alternative text and a table (see `canvas`). `title` is a sentence
that says what there is to see.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from course.lab.canvas import COLOURS, DASHES, HATCHES, INK, MARKERS, canvas, count, framed, number
from course.lab.render import Shown, note

Stretch = tuple[str, float, float, str]
NOTHING = "There is nothing to draw yet; run the cells above first."


def plot_line(
    series: Mapping[str, Iterable[tuple[float, float]]], *, title: str, x: str, y: str, log: bool = False
) -> Shown:
    """A line for each series of (x, y) pairs; `x` and `y` name the axes, with their units. `log`: of the y axis."""
    lines = {
        name: sorted((float(a), float(b)) for a, b in pairs if math.isfinite(b))
        for name, pairs in series.items()
    }
    lines = {name: pairs for name, pairs in lines.items() if pairs}
    if not lines:
        return note(NOTHING)
    with canvas(3.4) as drawn:
        for place, (name, pairs) in enumerate(lines.items()):
            which = place % len(COLOURS)
            drawn.axes.plot(
                *zip(*pairs, strict=True),
                label=name,
                color=COLOURS[which],
                linestyle=DASHES[which],
                marker=MARKERS[which],
                markersize=5,
                markeredgecolor=INK,
                markeredgewidth=0.5,
            )
        drawn.axes.set_xlabel(x)
        drawn.axes.set_ylabel(y)
        if all(a == int(a) for pairs in lines.values() for a, _ in pairs):
            drawn.axes.xaxis.get_major_locator().set_params(integer=True)
        if log:
            drawn.axes.set_yscale("log")
        else:
            drawn.axes.set_ylim(bottom=min(0.0, *(b for pairs in lines.values() for _, b in pairs)))
        if len(lines) > 1:
            drawn.legend()
        svg = drawn.svg()
    words = [
        f"{name}: {count(len(pairs), 'point')}, from {number(min(b for _, b in pairs))} to "
        f"{number(max(b for _, b in pairs))}, at the end {number(pairs[-1][1])}."
        for name, pairs in lines.items()
    ]
    rows = [(name, number(a), number(b)) for name, pairs in lines.items() for a, b in pairs]
    return framed(svg, title, f"Lines of {y} over {x}. {' '.join(words)}", ("line", x, y), rows)


def plot_bars(values: Mapping[str, float | Mapping[str, float]], *, title: str, y: str) -> Shown:
    """A bar for each name; where values are mappings, a group of bars. `y` says what is counted."""
    groups = {name: value if isinstance(value, Mapping) else {"": value} for name, value in values.items()}
    kinds = list(dict.fromkeys(kind for group in groups.values() for kind in group))
    if not kinds:
        return note(NOTHING)
    width = 0.8 / len(kinds)
    with canvas(3.2) as drawn:
        for place, kind in enumerate(kinds):
            which = place % len(COLOURS)
            at = [index - 0.4 + width * (place + 0.5) for index in range(len(groups))]
            heights = [float(group.get(kind, 0)) for group in groups.values()]
            made = drawn.axes.bar(
                at,
                heights,
                width * 0.92,
                label=kind,
                color=COLOURS[which],
                hatch=HATCHES[which],
                edgecolor=INK,
                linewidth=0.6,
            )
            drawn.axes.bar_label(made, [number(height) for height in heights], fontsize=8, padding=2)
        drawn.axes.set_xticks(range(len(groups)), list(groups))
        if max(len(name) for name in groups) * len(groups) > 90:
            drawn.axes.tick_params(axis="x", rotation=30)
        drawn.axes.set_ylabel(y)
        if kinds != [""]:
            drawn.legend()
        svg = drawn.svg()
    rows = [
        (name, *((kind,) if kinds != [""] else ()), number(float(value)))
        for name, group in groups.items()
        for kind, value in group.items()
    ]
    largest = max(rows, key=lambda row: float(row[-1].replace(",", "")))
    columns = ("", "which", y) if kinds != [""] else ("", y)
    what = " ".join(part for part in largest[:-1] if part)
    return framed(
        svg,
        title,
        f"{count(len(rows), 'bar')} of {y}; the largest is {what} with {largest[-1]}.",
        columns,
        rows,
    )


def plot_heat(values: Mapping[str, Mapping[str, float]], *, title: str, unit: str) -> Shown:
    """A field of numbers: a row for each name, a column for each inner name, darker where there is more."""
    columns = list(dict.fromkeys(column for row in values.values() for column in row))
    if not columns:
        return note(NOTHING)
    numbers = [
        [float(row[column]) if column in row else float("nan") for column in columns]
        for row in values.values()
    ]
    known = [value for row in numbers for value in row if value == value]
    # From nothing on, so that a field of equal numbers is dark and one of zeros is light.
    low, high = min(0.0, *known), max(known)
    if low == high:
        high = low + 1
    with canvas(1.2 + 0.42 * len(numbers)) as drawn:
        drawn.axes.imshow(numbers, cmap="cividis_r", aspect="auto", vmin=low, vmax=high)
        for row, line in enumerate(numbers):
            for column, value in enumerate(line):
                if value == value:
                    dark = value > (low + high) / 2
                    ink = "white" if dark else "black"
                    drawn.axes.text(
                        column, row, number(value), ha="center", va="center", color=ink, fontsize=9
                    )
        drawn.axes.set_xticks(range(len(columns)), columns)
        drawn.axes.set_yticks(range(len(numbers)), list(values))
        drawn.axes.tick_params(length=0)
        svg = drawn.svg()
    rows = [(name, *(number(value) for value in line)) for name, line in zip(values, numbers, strict=True)]
    words = (
        f"A field of {count(len(numbers), 'row')} and {count(len(columns), 'column')}, in {unit}, from "
        f"{number(min(known))} to {number(max(known))}; darker is more."
    )
    return framed(svg, title, words, ("", *columns), rows)


def plot_timeline(stretches: Sequence[Stretch], *, title: str, x: str = "seconds") -> Shown:
    """Stretches of time, each (lane, start, end, what), in lanes; equal start and end make a point."""
    if not stretches:
        return note(NOTHING)
    lanes = list(dict.fromkeys(lane for lane, *_ in stretches))
    kinds = list(dict.fromkeys(what for *_, what in stretches))
    with canvas(1.4 + 0.42 * len(lanes)) as drawn:
        named: set[str] = set()
        for lane, start, end, what in stretches:
            which = kinds.index(what) % len(COLOURS)
            label = what if what not in named else None
            named.add(what)
            row = lanes.index(lane)
            if start == end:
                drawn.axes.plot(
                    [start],
                    [row],
                    label=label,
                    color=COLOURS[which],
                    marker=MARKERS[which],
                    markersize=9,
                    markeredgecolor=INK,
                    linestyle="none",
                    zorder=3,
                )
            else:
                drawn.axes.barh(
                    row,
                    end - start,
                    left=start,
                    height=0.62,
                    label=label,
                    color=COLOURS[which],
                    hatch=HATCHES[which],
                    edgecolor=INK,
                    linewidth=0.6,
                )
        drawn.axes.set_yticks(range(len(lanes)), lanes)
        drawn.axes.set_ylim(len(lanes) - 0.5, -0.5)
        drawn.axes.set_xlabel(x)
        drawn.axes.tick_params(axis="y", length=0)
        drawn.legend()
        svg = drawn.svg()
    words = "; ".join(
        f"{lane}: "
        + ", ".join(f"{what} at {number(start)}" for one, start, _, what in stretches if one == lane)
        for lane in lanes
    )
    rows = [(lane, what, number(start), number(end)) for lane, start, end, what in stretches]
    if len(stretches) > 20:
        words = f"{len(stretches)} stretches of time in {count(len(lanes), 'lane')}"
    return framed(svg, title, f"{words}.", ("lane", "what", f"from ({x})", f"to ({x})"), rows)
