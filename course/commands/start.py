"""`lambdalab start`: the cloud and JupyterLab, opened on a lab."""

from __future__ import annotations

from pathlib import Path

import click

from course.commands._complete import labs
from course.commands._folder import in_folder


@click.command(short_help="Open a lab in JupyterLab, with the cloud running.")
@click.argument("lab", default="01", shell_complete=labs)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8888,
    show_default=True,
    help="Where JupyterLab listens; 0: any free port.",
)
@click.option(
    "--cloud-port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Where the cloud listens; 0: any free port.",
)
@in_folder
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open the lab in your browser.")
@click.option(
    "--hub", is_flag=True, help="JupyterHub starts this and says where JupyterLab listens (docs/grading.md)."
)
def start(lab: str, port: int, cloud_port: int, folder: Path, browser: bool, hub: bool) -> int:
    """Open LAB (its number; 01 if left out) in JupyterLab, with the cloud running.

    The notebooks of all labs are copied to your folder when they are not there yet; what is there is never overwritten.
    Ctrl-C stops everything.
    """
    from course.studio.studio import run

    return run(lab, folder, port=port, cloud_port=cloud_port, browser=browser, under_hub=hub, say=click.echo)
