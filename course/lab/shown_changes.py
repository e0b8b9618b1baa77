"""Shows what a deployment changed: settings as a table, code as a diff that opens."""

from __future__ import annotations

from html import escape

from course.lab import render
from course.lab.deployment import Deployed
from course.lab.render import PRE, Shown


def show(deployed: Deployed) -> Shown:
    """The deployment in a sentence, and its changes where there are any."""
    changes = deployed.changes
    text = [deployed.sentence]
    html = [render.note(deployed.sentence).html]
    if changes.settings:
        text += [f"  {name}: {before} -> {after}" for name, before, after in changes.settings]
        rows = "".join(
            f"<tr><th scope='row'>{escape(name)}</th><td>{escape(before)}</td><td>{escape(after)}</td></tr>"
            for name, before, after in changes.settings
        )
        head = "".join(f'<th scope="col">{title}</th>' for title in ("setting", "before", "now"))
        html.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
    for name, added, removed, diff in changes.files:
        summary = f"{name}: {_lines(added)} added, {removed} removed"
        text += [f"  {summary}", *(f"    {line}" for line in diff.splitlines())]
        html.append(
            f'<details><summary>{escape(summary)}</summary><pre style="{PRE}">{escape(diff)}</pre></details>'
        )
    return Shown("\n".join(text), "".join(html))


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"
