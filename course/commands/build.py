"""`lambdalab build`: the notebooks, derived from their sources. For authors, in a checkout."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Derive the notebooks from solutions/ (for authors).")
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option("--check", is_flag=True, help="Write nothing; name the notebooks that are stale.")
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=Path(__file__).resolve().parents[2],
    help="The checkout [default: the one this command comes from].",
)
def build(labs: tuple[str, ...], check: bool, root: Path) -> int:
    """Derive labs/ and the solution notebooks from every solutions/*/lab.md, or of each LAB (its number) alone.

    With --check, exits with 1 when one is stale.
    """
    from course.lab.build import build_all

    changed = build_all(root, check, labs)
    for path in changed:
        click.echo(f"{'stale' if check else 'wrote'}: {path.relative_to(root)}")
    if not changed:
        click.echo("All notebooks are up to date.")
    return 1 if check and changed else 0
