"""The commands that lint, as the command line library shows and completes them: made from the table of options."""

from __future__ import annotations

from collections.abc import Callable

import click

from lint_rules.commands.completion import complete_peers, complete_rules
from lint_rules.commands.options import OPTIONS, Option, Request
from lint_rules.engine.typed import Any

_COMPLETIONS = {"rules": complete_rules, "peers": complete_peers}

Runs = Callable[[Request], int]


def linting_command(name: str, help: str, runs: Runs, without: tuple[str, ...] = ()) -> click.Command:
    """A command with all options but some. `runs` gets the request and returns the exit code."""

    def callback(**values: Any) -> int:
        return runs(Request(**values))

    params: list[click.Parameter] = [
        click.Argument(["paths"], nargs=-1, metavar="PATHS...", type=click.Path()),
        *(_param(option) for option in OPTIONS if option.field not in without),
    ]
    first, _, _ = help.partition("\n")
    return click.Command(name, params=params, callback=callback, help=help, short_help=first)


def _param(option: Option) -> click.Option:
    if not option.takes:
        flags = list(option.flags)
        if option.opposite:
            flags[0] += "/" + option.opposite
        plain = Request._field_defaults[option.field]
        return click.Option(
            [*flags, option.field], is_flag=True, default=plain, help=option.help, show_default=False
        )
    kind: Any = (
        click.Choice(option.choices) if option.choices else click.IntRange(0) if option.number else str
    )
    if option.completes == "file":
        kind = click.Path()
    return click.Option(
        [*option.flags, option.field],
        metavar=None if option.choices else option.takes,
        type=kind,
        default=Request._field_defaults[option.field],
        help=option.help,
        shell_complete=_COMPLETIONS.get(option.completes),
    )
