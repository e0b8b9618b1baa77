"""`lambdalab hint`: the next of an exercise's three hints."""

from __future__ import annotations

from pathlib import Path

import click

from course.commands._complete import exercises, labs
from course.commands._folder import in_folder


@click.command(short_help="Get the next hint.")
@click.argument("lab", shell_complete=labs)
@click.argument("exercise", shell_complete=exercises)
@in_folder
def hint(lab: str, exercise: str, folder: Path) -> None:
    """Show the next of three hints for EXERCISE of LAB."""
    from course.lab.learner import hint_text

    click.echo(hint_text(lab, exercise, folder))
