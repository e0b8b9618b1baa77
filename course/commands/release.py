"""`lambdalab release`: what learners get of a lab, and what its grading needs."""

from __future__ import annotations

from pathlib import Path

import click

from course.commands._complete import labs


@click.command(short_help="Make the learners' notebook and the check bundle of a lab.")
@click.argument("lab", nargs=-1, required=True, shell_complete=labs)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("release"),
    show_default=True,
    help="Where to put them.",
)
@click.option(
    "--sources",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("solutions"),
    show_default=True,
    help="The folder with the authors' labs.",
)
def release(lab: tuple[str, ...], folder: Path, sources: Path) -> int:
    """Make of each LAB (its number) a notebook for learners and a check bundle for `lambdalab grade`.

    The bundle holds the hidden checks: keep it from learners. Neither holds the answers.
    """
    from course.grading import releasing

    for number in lab:
        for path in releasing.release(number, sources, folder):
            click.echo(f"written: {path}")
    return 0
