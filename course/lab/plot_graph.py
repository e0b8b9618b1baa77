"""A picture of what leads to what: boxes in columns, arrows between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course.lab.canvas import INK, canvas, count, framed
from course.lab.plot import NOTHING
from course.lab.render import Shown, note

BOX = "#DCEBF5"
Arrow = tuple[str, str, str]


def plot_graph(arrows: Sequence[Arrow], *, title: str) -> Shown:
    """Arrows (from, to, what passes), boxes named by them. An arrow back to an earlier box is drawn as a curve."""
    if not arrows:
        return note(NOTHING)
    columns = _columns(arrows)
    deepest = max(columns.values()) + 1
    by_column: dict[int, list[str]] = {}
    for name, column in columns.items():
        by_column.setdefault(column, []).append(name)
    tallest = max(len(names) for names in by_column.values())
    places = {
        name: (float(column), (index + 0.5) * tallest / len(names))
        for column, names in by_column.items()
        for index, name in enumerate(names)
    }
    with canvas(0.8 + 0.85 * tallest) as drawn:
        axes = drawn.axes
        drawn_boxes: dict[str, Any] = {}
        # Boxes come before arrows, also in what is drawn: an arrow ends at a box that knows its place by then.
        for name, (x, y) in places.items():
            box = {"boxstyle": "round,pad=0.45", "facecolor": BOX, "edgecolor": INK, "linewidth": 0.8}
            label = axes.text(
                x, y, name, ha="center", va="center", fontsize=9, bbox=box, color="black", zorder=2
            )
            drawn_boxes[name] = label.get_bbox_patch()
        for place, (start, end, what) in enumerate(arrows):
            (x1, y1), (x2, y2) = places[start], places[end]
            back = x2 <= x1
            turn, above = (0.05, 0.14) if start == end else (0.0, 0.0)  # a loop stands on the roof of its box
            axes.annotate(
                "",
                xy=(x2 - turn, y2 - above),
                xytext=(x1 + turn, y1 - above),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": INK,
                    "patchA": None if turn else drawn_boxes[start],
                    "patchB": None if turn else drawn_boxes[end],
                    "shrinkA": 2,
                    "shrinkB": 2,
                    "connectionstyle": f"arc3,rad={2.2 if turn else 0.35 if back else 0.0}",
                },
            )
            lift = (0.66 if turn else 0.51 + 0.2 * (place % 2)) if back else 0.16 if y1 == y2 else 0.0
            # On a slanting arrow the word stands in a gap of the line.
            gap = None if lift else {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
            middle = ((x1 + x2) / 2, (y1 + y2) / 2 - lift)
            axes.text(*middle, what, ha="center", va="center", fontsize=8, color=INK, bbox=gap, zorder=4)
        axes.set_xlim(-0.5, deepest - 0.5)
        axes.set_ylim(tallest, 0)
        axes.set_axis_off()
        svg = drawn.svg()
    words = "; ".join(f"{start} to {end}" + (f" ({what})" if what else "") for start, end, what in arrows)
    return framed(
        svg, title, f"{count(len(arrows), 'arrow')}: {words}.", ("from", "to", "what passes"), list(arrows)
    )


def _columns(arrows: Sequence[Arrow]) -> dict[str, int]:
    """The column of each box: behind all that lead to it, arrows that close a circle aside."""
    names = list(dict.fromkeys(name for start, end, _ in arrows for name in (start, end)))
    after: dict[str, list[str]] = {name: [end for start, end, _ in arrows if start == name] for name in names}
    column = dict.fromkeys(names, 0)

    def place(name: str, depth: int, path: frozenset[str]) -> None:
        column[name] = max(column[name], depth)
        for follower in after[name]:
            if follower not in path and depth < len(names):
                place(follower, depth + 1, path | {follower})

    leads = {end for start, end, _ in arrows if start != end}
    for name in [name for name in names if name not in leads] or names[:1]:
        place(name, 0, frozenset({name}))
    return column
