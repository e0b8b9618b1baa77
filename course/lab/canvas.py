"""A picture with its words: SVG for those who see it, alternative text and a table with the same numbers for all.

Okabe and Ito's colours, which colour-blind people tell apart, and a second sign for each meaning: a marker, a dash or a
hatch. The same numbers give the same bytes.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

from course.lab.render import Shown

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (5, 5)))
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "++", "--", "oo")
INK = "#222222"
FIT: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "lambdalab",
    "hatch.linewidth": 0.6,
    "font.size": 10,
}
WIDTH = 8.6
SHORT = 12
"""Rows of a table that is open from the start."""


class Canvas:
    """An empty picture; draw on `axes`, then take `svg`."""

    def __init__(self, height: float) -> None:
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        self.figure = Figure(figsize=(WIDTH, height), facecolor="white", layout="constrained")
        FigureCanvasSVG(self.figure)
        self.axes: Any = self.figure.add_subplot()
        for side in ("top", "right"):
            self.axes.spines[side].set_visible(False)

    def legend(self, handles: Sequence[Any] | None = None, columns: int = 3) -> None:
        """Say below the picture what the signs mean."""
        shown = self.axes.get_legend_handles_labels()[0] if handles is None else handles
        self.figure.legend(handles=shown, loc="outside lower left", ncols=columns, frameon=False, fontsize=9)

    def svg(self) -> bytes:
        """The picture."""
        output = io.BytesIO()
        self.figure.savefig(output, format="svg", metadata={"Date": None})
        return output.getvalue()


@contextmanager
def canvas(height: float) -> Iterator[Canvas]:
    """A canvas of so many inches, to be used up inside."""
    import matplotlib

    # Text stays text: the reader's own fonts draw it, it can be read aloud, and no font is looked for here.
    with matplotlib.rc_context(FIT):
        yield Canvas(height)


def framed(
    svg: bytes, title: str, alternative: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> Shown:
    """The picture with its caption and its table; `alternative` says what the title does not."""
    alt = " ".join(part for part in (title, alternative, "The table below says the same.") if part)
    picture = base64.b64encode(svg).decode()
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    opened = " open" if len(rows) <= SHORT else ""
    html = (
        f'<figure style="margin:0"><img style="max-width:100%;height:auto;background:#fff" '
        f'alt="{escape(alt, quote=True)}" src="data:image/svg+xml;base64,{picture}">'
        f'<figcaption style="margin:.3em 0 .6em">{escape(title)}</figcaption></figure>'
        f'<details{opened}><summary>The same as a table</summary><div style="overflow-x:auto"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )
    words = [title, alternative] if alternative else [title]
    return Shown("\n".join([*words, *aligned([columns, *rows])]), html)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines of text, in columns."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def number(value: float) -> str:
    """A number as a reader wants it; what is none is a dash."""
    if not math.isfinite(value):
        return "-"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def count(some: int, word: str) -> str:
    """`3 lines`, `1 line`."""
    return f"{some} {word}{'' if some == 1 else 's'}"
