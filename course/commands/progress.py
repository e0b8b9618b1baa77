"""`lambdalab progress`: what a learner has done."""

from __future__ import annotations

from pathlib import Path

import click

from course.commands._folder import in_folder


@click.command(short_help="Show what you have done.")
@in_folder
def progress(folder: Path) -> None:
    """Show your points, checks and hints in every lab."""
    from course.lab.learner import progress_text

    click.echo(progress_text(folder))
