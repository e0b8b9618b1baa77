"""Draws a swim-lane: one lane an environment, with the same facts as a table below, for those who cannot see it.

Okabe and Ito's colours, and a hatch for each meaning, so that colour is never the only sign. What to draw is
decided in `lanes`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import Any

from course.errors import UserError
from course.lab import notebook_cloud, render
from course.lab.canvas import aligned
from course.lab.lanes import COLUMNS, Bar, Lanes, lanes, summary, table
from course.lab.render import Shown

# Face, hatch and what the legend says.
INIT = ("#E69F00", "////", "INIT: loading your code")
INVOKE = ("#56B4E9", "", "INVOKE: running the handler, with the number of the call")
FAILED = ("#D55E00", "xxxx", "INVOKE that ended in an error")
IDLE = ("#F2F2F2", "---", "idle: frozen, costs nothing")
INK = "#222222"


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
    text = summary(found)
    rows = table(found)
    picture = base64.b64encode(draw(found)).decode()
    header = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    html = (
        f'<figure style="margin:0"><img style="max-width:100%;background:#fff" '
        f'alt="{escape("Swim-lanes: " + text + " The table has the times.", quote=True)}" '
        f'src="data:image/svg+xml;base64,{picture}"><figcaption>{escape(text)}</figcaption></figure>'
        f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"
    )
    return Shown("\n".join([text, *aligned([COLUMNS, *rows])]), html)


def draw(found: Lanes) -> bytes:
    """The picture as SVG; the same lanes give the same bytes."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    # Text stays text: the reader's own fonts draw it, and no font is looked for here.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "lambdalab", "hatch.linewidth": 0.6}):
        height = 1.5 + 0.42 * len(found.lanes)
        figure = Figure(figsize=(8.6, height), facecolor="white", layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        for row, lane in enumerate(found.lanes):
            for bar in lane.bars:
                face, hatch, _ = _style(bar)
                left, middle = bar.start - bar.shift, bar.start - bar.shift + _shown_length(bar, found) / 2
                thick = 0.28 if bar.phase == "IDLE" else 0.7
                axes.barh(
                    row,
                    _shown_length(bar, found),
                    left=left,
                    height=thick,
                    color=face,
                    hatch=hatch,
                    edgecolor=INK,
                    linewidth=0.6,
                )
                if bar.number:
                    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8} if bar.failed else None
                    axes.text(middle, row, str(bar.number), ha="center", va="center", color="black", bbox=box)
        for place, lost in found.cuts:
            axes.axvline(place, color=INK, linestyle=(0, (2, 2)), linewidth=0.8)
            axes.annotate(
                f"{lost / 1000:.1f} s pause, cut",
                (place, -0.55),
                ha="center",
                va="bottom",
                fontsize=8,
                annotation_clip=False,
            )
        axes.set_yticks(range(len(found.lanes)), [f"environment {lane.name}" for lane in found.lanes])
        axes.set_ylim(len(found.lanes) - 0.5, -0.6)
        axes.set_xlim(left=0)
        axes.set_xlabel("milliseconds since the first INIT" if not found.cuts else "milliseconds, pauses cut")
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(axis="y", length=0)
        any_failed = any(bar.failed for lane in found.lanes for bar in lane.bars)
        signs = [INIT, INVOKE, *([FAILED] if any_failed else []), IDLE]
        handles = [
            Patch(facecolor=face, hatch=hatch, edgecolor=INK, label=label) for face, hatch, label in signs
        ]
        figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False, fontsize=9)
        output = io.BytesIO()
        figure.savefig(output, format="svg", metadata={"Date": None})
    return output.getvalue()


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
