"""Markdown for a terminal: headings bold, code indented and set off. As much as rules use, no more."""

from __future__ import annotations

import re

import click


def styled(page: str) -> str:
    """The page with styles instead of markers."""
    out = []
    code = False
    for line in page.splitlines():
        if line.startswith("```"):
            code = not code
        elif code:
            out.append("    " + click.style(line, fg="cyan") if line else "")
        elif line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            out.append(click.style(line.lstrip("# "), bold=True, underline=level == 1))
        else:
            out.append(re.sub(r"`([^`]+)`", lambda match: click.style(match[1], fg="cyan"), line))
    return "\n".join(out) + "\n"
