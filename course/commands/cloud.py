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
@click.option(
    "--launcher",
    type=click.Choice(["exec", "zygote"]),
    default="exec",
    show_default=True,
    help="How environments start. exec: each a new interpreter, so that a cold start costs what it costs;"
    " zygote: a fork of one that has boto3 imported, fast.",
)
@click.option(
    "--isolation",
    type=click.Choice(["auto", "basic"]),
    default="auto",
    show_default=True,
    help="How far environments are kept apart. auto: as far as this system allows (see `lambdalab doctor`);"
    " basic: ordinary processes.",
)
@click.option(
    "--cpu",
    type=click.Choice(["off", "share"]),
    default="off",
    show_default=True,
    help="How fast handlers compute. off: as fast as they can; share: as fast as their memory buys"
    " (1,769 MB: one vCPU).",
)
@click.option(
    "--private",
    is_flag=True,
    help="Answer only your own programs, on a machine that others use too (Linux; see `lambdalab doctor`).",
)
@click.option(
    "--debug",
    metavar="FUNCTION",
    help="Let environments of this function wait for an editor to attach, without limits of time and memory.",
)
@click.option(
    "--debug-port",
    type=click.IntRange(1, 65535),
    default=5678,
    show_default=True,
    help="Where the editor attaches.",
)
def cloud(
    port: int, launcher: str, isolation: str, cpu: str, private: bool, debug: str | None, debug_port: int
) -> None:
    """Run the cloud in the foreground; it says `ready` and where when it accepts requests.

    Any AWS SDK and the AWS CLI work against it with AWS_ENDPOINT_URL set to that address. Ctrl-C stops it.
    """
    from course.cloud import serve

    serve(
        port,
        launcher=launcher,
        isolation=isolation,
        cpu=cpu,
        private=private,
        debug=debug,
        debug_port=debug_port,
    )
