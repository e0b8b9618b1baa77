"""`lambdalint clean`: remove what is kept between runs."""

from __future__ import annotations

import os

import click

from lint_rules.engine.sources.discover import SKIPPED_FOLDERS


@click.command(short_help="Remove what is kept between runs.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path())
def clean(paths: tuple[str, ...]) -> None:
    """Remove the caches below PATHS, or below the current folder, and those that the configuration names."""
    import shutil

    from lint_rules.commands.options import Request
    from lint_rules.commands.settings import Settings
    from lint_rules.engine.cache import FOLDER
    from lint_rules.engine.errors import UsageError

    for top in paths or (".",):
        if not os.path.isdir(top):
            raise UsageError(f"{top}: no such folder")
        first = Settings(Request(paths=(top,))).first
        named = first.cache_dir or os.path.join(first.root, FOLDER)
        found = [named] if _is_ours(named) else []
        for folder, folders, _ in os.walk(top):
            if FOLDER in folders and os.path.abspath(os.path.join(folder, FOLDER)) not in map(
                os.path.abspath, found
            ):
                found.append(os.path.join(folder, FOLDER))
            folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS and name != FOLDER]
        for folder in found:
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise UsageError(f"{folder}: cannot be removed: {error.strerror or error}") from None
            click.echo(f"removed {folder}")


def _is_ours(folder: str) -> bool:
    """Whether nothing of anybody else would go with it."""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return all(name in ("CACHEDIR.TAG", ".gitignore") or name.startswith("notes-") for name in names)
