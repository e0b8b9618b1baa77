"""`lambdalab restore`: an answer that was kept, back in its place."""

from __future__ import annotations

from pathlib import Path

import click

from course.commands._complete import exercises, labs
from course.commands._folder import in_folder


@click.command(short_help="Bring back an answer that you had checked.")
@click.argument("lab", shell_complete=labs)
@click.argument("exercise", shell_complete=exercises)
@click.argument("number", type=click.IntRange(1))
@in_folder
def restore(lab: str, exercise: str, number: int, folder: Path) -> None:
    """Put answer NUMBER to EXERCISE of LAB back into its files; what they hold now is kept first."""
    from course.lab.desk import Desk
    from course.lab.kept_answers import restore

    desk = Desk.at(lab, folder)
    for name in restore(desk, exercise, number).files:
        click.echo(f"restored: {desk.folder / name}")
