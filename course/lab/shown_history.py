"""Shows the answers to an exercise that were kept, each with its text to open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from html import escape

from course.lab.kept_answers import Kept
from course.lab.render import PRE, Shown, note


def show(number: str, exercise: str, answers: Sequence[Kept]) -> Shown:
    """All of them, the newest first; `number` is the lab's."""
    if not answers:
        return note(f"No answer to `{exercise}` was kept yet; each one that you check is.")
    lines = [f"{_count(len(answers))} to {exercise}, the newest first:"]
    items = []
    for one in reversed(answers):
        at = datetime.fromtimestamp(one.at, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        line = f"{one.number}  {at}  {one.verdict or 'not checked'}  {', '.join(one.files)}"
        lines.append(f"  {line}")
        texts = "".join(
            f'<p><code>{escape(name)}</code></p><pre style="{PRE}">{escape(text)}</pre>'
            for name, text in one.files.items()
        )
        items.append(f"<details><summary>{escape(line)}</summary>{texts}</details>")
    last = answers[-1].number
    here, there = f'lab.restore("{exercise}", {last})', f"lambdalab restore {number} {exercise} {last}"
    after = f"`{here}` puts one back; in a terminal: `{there}`"
    html = f"<section><p>{escape(lines[0])}</p>{''.join(items)}{note(after).html}</section>"
    return Shown("\n".join([*lines, after]), html)


def _count(number: int) -> str:
    return f"{number} answer{'' if number == 1 else 's'}"
