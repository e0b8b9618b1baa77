"""`lambdalab check`: a learner's answers, checked from the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from course.commands._complete import exercises, labs
from course.commands._folder import in_folder
from course.lab.checks import CheckResult


@click.command(short_help="Check your answers.")
@click.argument("lab", shell_complete=labs)
@click.argument("exercise", required=False, shell_complete=exercises)
@in_folder
def check(lab: str, exercise: str | None, folder: Path) -> int:
    """Check your answers to LAB (its number), to one EXERCISE or to all.

    Exits with 0 when every check passed and with 1 when not.
    """
    from course.lab.learner import check_text

    grade, text = check_text(lab, folder, exercise, _tell if sys.stderr.isatty() else None)
    click.echo(text)
    return 0 if grade.passed else 1


def _tell(result: CheckResult) -> None:
    click.echo(f"{result.verdict.value}: {result.check.sentence}", err=True)
