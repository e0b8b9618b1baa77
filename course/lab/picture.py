"""Draws a swim-lane: one lane an environment, with the same facts as a table below, for those who cannot see it.

Okabe and Ito's colours, and a hatch for each meaning, so that colour is never the only sign. What to draw is
decided in `lanes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course.errors import UserError
from course.lab import notebook_cloud, render
from course.lab.canvas import INK, canvas, framed
from course.lab.lanes import COLUMNS, LONG, Bar, Lanes, labels, lanes, summary, table, width
from course.lab.render import Shown

# Face, hatch and what the legend says.
INIT = ("#E69F00", "////", "INIT: loading your code")
INVOKE = ("#56B4E9", "", "INVOKE: running the handler, with the number of the call")
FAILED = ("#D55E00", "xxxx", "INVOKE that ended in an error")
IDLE = ("#F2F2F2", "---", "idle: frozen, costs nothing")


def swimlane(records: Sequence[Any] | None = None, function: str | None = None) -> Shown:
    """The first ten invocations, of one function or of all, by environment.

    `records` come from the cloud's ledger; without them the cloud at AWS_ENDPOINT_URL is asked.
    """
    try:
        found = lanes(notebook_cloud.records() if records is None else records, function)
    except UserError as error:
        return render.note(str(error))
    if not found.lanes:
        what = f"`{function}` was" if function else "No function was"
        no = " not" if function else ""
        return render.note(f"{what}{no} invoked yet; invoke it, then run this cell again.")
    return framed(draw(found), summary(found), "", COLUMNS, table(found))


def draw(found: Lanes) -> bytes:
    """The picture as SVG; the same lanes give the same bytes."""
    from matplotlib.patches import Patch

    with canvas(1.5 + 0.42 * len(found.lanes)) as drawn:
        axes, whole = drawn.axes, width(found)
        for row, lane in enumerate(found.lanes):
            for bar in lane.bars:
                face, hatch, _ = _style(bar)
                thick = 0.28 if bar.phase == "IDLE" else 0.7
                axes.barh(
                    row,
                    _shown_length(bar, found),
                    left=bar.start - bar.shift,
                    height=thick,
                    color=face,
                    hatch=hatch,
                    edgecolor=INK,
                    linewidth=0.6,
                )
            for place, text, inside in labels(lane, whole):
                box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
                if inside:
                    axes.text(place, row, text, ha="center", va="center", color="black", bbox=box)
                else:
                    axes.text(place, row - 0.37, text, ha="center", va="bottom", color="black", fontsize=8)
        for place, lost in found.cuts:
            axes.axvline(place, color=INK, linestyle=(0, (2, 2)), linewidth=0.8)
            axes.annotate(
                f"{lost / 1000:.1f} s pause, cut",
                (place, -0.75),
                ha="center",
                va="bottom",
                fontsize=8,
                annotation_clip=False,
            )
        axes.set_yticks(range(len(found.lanes)), [f"environment {lane.name}" for lane in found.lanes])
        axes.set_ylim(len(found.lanes) - 0.5, -0.8)
        axes.set_xlim(left=0)
        unit = "seconds" if whole > LONG else "milliseconds"
        if whole > LONG:
            axes.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:g}")
        axes.set_xlabel(f"{unit}, pauses cut" if found.cuts else f"{unit} since the first INIT")
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        any_failed = any(bar.failed for lane in found.lanes for bar in lane.bars)
        signs = [INIT, INVOKE, *([FAILED] if any_failed else []), IDLE]
        handles = [
            Patch(facecolor=face, hatch=hatch, edgecolor=INK, label=label) for face, hatch, label in signs
        ]
        drawn.legend(handles, columns=2)
        return drawn.svg()


def _style(bar: Bar) -> tuple[str, str, str]:
    if bar.phase == "IDLE":
        return IDLE
    if bar.failed:
        return FAILED
    return INIT if bar.phase == "INIT" else INVOKE


def _shown_length(bar: Bar, found: Lanes) -> float:
    """A bar's length without the pauses that were cut out of it."""
    if bar.phase != "IDLE":
        return bar.length
    after = next(
        one
        for lane in found.lanes
        if bar in lane.bars
        for one in lane.bars
        if one.start == bar.end and one.phase != "IDLE"
    )
    return bar.length - (after.shift - bar.shift)
