"""`lambdalab history`: the answers to an exercise that were kept."""

from __future__ import annotations

from pathlib import Path

import click

from course.commands._complete import exercises, labs
from course.commands._folder import in_folder


@click.command(short_help="List the answers that you had checked.")
@click.argument("lab", shell_complete=labs)
@click.argument("exercise", shell_complete=exercises)
@in_folder
def history(lab: str, exercise: str, folder: Path) -> None:
    """List the answers to EXERCISE of LAB that were kept. `lambdalab restore` brings one back."""
    from course.lab.learner import history_text

    click.echo(history_text(lab, exercise, folder))
