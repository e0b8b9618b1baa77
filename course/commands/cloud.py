"""`lambdalab cloud`: the cloud alone, in the foreground."""

from __future__ import annotations

import click


@click.command(short_help="Run the cloud alone.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=4566,
    show_default=True,
    help="Where the cloud listens; 0: any free port.",
)
def cloud(port: int) -> None:
    """Run the cloud in the foreground; it says `ready` and where when it accepts requests.

    Any AWS SDK and the AWS CLI work against it with AWS_ENDPOINT_URL set to that address. Ctrl-C stops it.
    """
    from course.cloud import serve

    serve(port)
