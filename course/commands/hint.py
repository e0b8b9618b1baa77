"""`lambdalab hint`: the next of an exercise's three hints."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Get the next hint.")
@click.argument("lab")
@click.argument("exercise")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("my-labs"),
    show_default=True,
    help="Where your work is kept.",
)
def hint(lab: str, exercise: str, folder: Path) -> None:
    """Show the next of three hints for EXERCISE of LAB."""
    from course.lab.learner import hint_text

    click.echo(hint_text(lab, exercise, folder))
