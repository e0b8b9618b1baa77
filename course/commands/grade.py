"""`lambdalab grade`: what learners handed in, graded."""

from __future__ import annotations

import sys
from pathlib import Path

import click

SALT = "brightbean"


@click.command(short_help="Grade what learners handed in.")
@click.argument("submissions", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--bundle",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The check bundle of the lab, from `lambdalab release`.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("grades"),
    show_default=True,
    help="The folder of verdicts, tables and reports.",
)
@click.option("--workers", type=click.IntRange(1), help="How many at once.  [default: one a processor]")
@click.option(
    "--salt", default=SALT, show_default=True, help="Makes each learner's inputs; keep it for a class."
)
@click.option("--again", is_flag=True, help="Grade also what has a verdict already.")
@click.option(
    "--force", is_flag=True, help="Run hidden checks although this system cannot isolate learners' code."
)
@click.option(
    "--scheduler", default="", metavar="ADDRESS", help="Grade on the Dask cluster of this scheduler."
)
def grade(
    submissions: tuple[Path, ...],
    bundle: Path,
    folder: Path,
    workers: int | None,
    salt: str,
    again: bool,
    force: bool,
    scheduler: str,
) -> int:
    """Grade SUBMISSIONS: notebooks, folders and zip archives, as nbgrader and Moodle lay them out, too.

    Each verdict is added to `verdicts.jsonl` at once, so that a run that was cut off goes on where it was.
    """
    from course.grading import run

    def tell(line: str) -> None:
        click.echo(line, err=True)

    order = run.Order(submissions, bundle, folder, workers, salt, again, force, scheduler)
    with click.progressbar(length=0, label="grading", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        summary = run.grade(order, tell, progress)
    click.echo(summary)
    return 0
