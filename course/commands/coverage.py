"""`lambdalab coverage`: which rows of the source matrix the labs teach. For authors, in a checkout."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="List the rows that labs teach (for authors).")
@click.argument("lab", required=False)
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=Path(__file__).resolve().parents[2],
    help="The checkout [default: the one this command comes from].",
)
def coverage(lab: str | None, root: Path) -> int:
    """Compare the rows marked in solutions/*/lab.md with those that solutions/rows.json gives each lab; of LAB (its
    number), also where each row is taught.

    Exits with 1 when a lab that exists does not teach a row of its own.
    """
    from course.lab.coverage import covered, wanted
    from course.lab.shelf import slug, slugs
    from course.lab.source import read

    solutions = root / "solutions"
    rows = wanted(solutions)
    missing = 0
    for name in [slug(lab, solutions)] if lab else slugs(solutions):
        path = solutions / name / "lab.md"
        found = covered(read(path), rows)
        missing += len(found.missing)
        click.echo(f"{name}: {len(found.marked)} rows marked, {len(found.missing)} missing")
        if lab:
            for row, line in found.marked.items():
                click.echo(f"  {row}  {path.relative_to(root)}:{line}")
        if found.missing:
            click.echo(f"  missing: {' '.join(found.missing)}")
        if found.unlisted:
            click.echo(f"  marked, but not in the head: {' '.join(found.unlisted)}")
        if found.unmarked:
            click.echo(f"  in the head, but not marked: {' '.join(found.unmarked)}")
    return 1 if missing else 0
