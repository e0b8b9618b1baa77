"""`lambdalab gradebook`: tables and reports of what was graded."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Make tables and reports of what was graded.")
@click.argument("folder", default="grades", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--csv",
    "formats",
    multiple=True,
    type=click.Choice(["canvas", "moodle", "nbgrader"]),
    help="A table for this system; may be repeated.  [default: all]",
)
@click.option(
    "--roster",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A CSV file that says who the learners are: learner, id, name, email.",
)
@click.option("--title", default="The class", show_default=True, help="Stands over the report of the class.")
@click.option("--show-hidden", is_flag=True, help="Tell learners what was observed in hidden checks.")
def gradebook(
    folder: Path, formats: tuple[str, ...], roster: Path | None, title: str, show_hidden: bool
) -> int:
    """Make of the verdicts in FOLDER a table for each system, and a report for the class and each learner."""
    from course.grading import gradebook as book
    from course.grading import tables

    known = tables.roster(roster) if roster else {}
    for path in book.write(folder, known, formats or tables.FORMATS, title, show_hidden=show_hidden):
        click.echo(f"written: {path}")
    return 0
