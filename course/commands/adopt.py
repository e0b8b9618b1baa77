"""`lambdalab adopt`: a lab's source from another tool's notebook."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Make a lab of an nbgrader or otter-assign notebook.")
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The lab's source, such as solutions/12_queues/lab.md.",
)
def adopt(notebook: Path, target: Path) -> int:
    """Carry answers, tests and points of NOTEBOOK over into our format, and list what could not be."""
    from course.grading import adopting

    for line in adopting.adopt(notebook, target):
        click.echo(f"to see to: {line}")
    click.echo(f"written: {target}")
    return 0
