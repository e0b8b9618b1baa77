"""The option `--folder` of every command for learners. In JupyterLab's terminals `start` has set its default."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
VARIABLE = "LAMBDALAB_FOLDER"


def in_folder(command: Command) -> Command:
    """Adds `--folder` to a command; it is passed on as `folder`, a Path."""
    return click.option(
        "--folder",
        type=click.Path(path_type=Path),
        envvar=VARIABLE,
        default=Path("my-labs"),
        show_default=True,
        help=f"Where your work is kept; {VARIABLE} sets another default.",
    )(command)
