"""`lambdalab progress`: what a learner has done."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Show what you have done.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("my-labs"),
    show_default=True,
    help="Where your work is kept.",
)
def progress(folder: Path) -> None:
    """Show your points, checks and hints in every lab."""
    from course.lab.learner import progress_text

    click.echo(progress_text(folder))
