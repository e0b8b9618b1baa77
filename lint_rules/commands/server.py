"""`lambdalint server`: findings in editors, over the Language Server Protocol on standard input and output."""

from __future__ import annotations

import click


@click.command(short_help="Serve editors: findings as you type, fixes, and explanations.")
@click.option("--stdio", is_flag=True, help="Speak on standard input and output, as it does anyway.")
def server(stdio: bool) -> None:
    """Serve editors over the Language Server Protocol, on standard input and output.

    Findings as you type, quick fixes, all fixes at once (source.fixAll.lambdalint), and explanations on hovering.
    Editors start it themselves: point a generic client at the command `lambdalint server` for Python, YAML and JSON.
    """
    from lint_rules.engine.errors import UsageError

    try:
        from lint_rules.commands.language import serve
    except ImportError:
        raise UsageError('the server needs pygls: pip install "lambdalint[server]"') from None
    serve()
