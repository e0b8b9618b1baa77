"""Completion in the shell: the numbers of labs and the names of their exercises."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from course.errors import UserError


def labs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The numbers of the labs there are, with their titles."""
    from course.lab import shelf

    try:
        known = [shelf.lab(slug) for slug in shelf.slugs(shelf.folder())]
    except UserError:
        return []
    return [CompletionItem(lab.number, help=lab.title) for lab in known if lab.slug.startswith(incomplete)]


def exercises(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The exercises of the lab that was typed before, with their titles."""
    from course.lab import shelf

    try:
        found = shelf.lab(ctx.params.get("lab") or "").exercises
    except UserError:
        return []
    return [CompletionItem(one.name, help=one.title) for one in found if one.name.startswith(incomplete)]
