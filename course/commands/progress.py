"""`lambdalab progress`: what a learner has done."""

from __future__ import annotations

from pathlib import Path

import click

from course.commands._complete import labs
from course.commands._folder import in_folder


@click.command(short_help="Show what you have done.")
@click.argument("lab", required=False, shell_complete=labs)
@in_folder
def progress(lab: str | None, folder: Path) -> None:
    """Show your points in every lab; with LAB (its number) each exercise of it."""
    from course.lab.learner import progress_text

    click.echo(progress_text(folder, lab))
