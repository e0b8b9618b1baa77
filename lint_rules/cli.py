"""The command `lambdalint`: its subcommands, and what becomes of everything that goes wrong.

Exit code 0 means clean, 1 findings, 2 a mistake of the user or of ours, 130 an interrupt. No traceback
reaches a terminal: the user's mistakes are one line, ours are one line and a file to send.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from lint_rules.commands.report_bug import report_bug
from lint_rules.engine.errors import UsageError, did_you_mean

_COMMANDS = {
    "check": "Look for defects in files and folders.",
    "explain": "Say what a rule is about.",
    "rules": "List the rules.",
}


class _Commands(click.Group):
    """Subcommands that are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "check":
            from lint_rules.commands.check import check

            return check
        if cmd_name == "explain":
            from lint_rules.commands.explain import explain

            return explain
        if cmd_name == "rules":
            from lint_rules.commands.rules import rules

            return rules
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-"):
            if os.path.exists(name) or name.endswith((".py", ".ipynb", ".yaml", ".yml", ".json")):
                raise UsageError(f'no command "{name}". Did you mean `lambdalint check {name}`?')
            hint = did_you_mean(name, _COMMANDS) or f" There are {', '.join(_COMMANDS)}."
            raise UsageError(f'no command "{name}".{hint}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"lambdalint {version('lambdalint')}")
        ctx.exit()


@click.command(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Completion of options and rules: put this into the start-up file of your shell (bash, zsh, fish):"
    ' eval "$(_LAMBDALINT_COMPLETE=bash_source lambdalint)"',
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """A linter for AWS Lambda functions in Python and the templates that deploy them."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    sys.exit(_run(list(args) if args is not None else None))


def _run(args: list[str] | None) -> int:
    # Syntax trees live to the end of the run. The collector would walk them again and again and free nothing,
    # which more than doubles the time of parsing.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _outcome(args)
    finally:
        if collecting:
            gc.enable()


def _outcome(args: list[str] | None) -> int:
    try:
        code = command.main(args, prog_name="lambdalint", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except UsageError as error:
        return _failed(str(error))
    except click.NoSuchOption as error:
        hint = did_you_mean(error.option_name, error.possibilities or ())
        return _failed(f"no option {error.option_name}.{hint or ' See `lambdalint --help`.'}")
    except click.ClickException as error:
        return _failed(error.format_message())
    except (KeyboardInterrupt, click.exceptions.Abort):
        return 130
    except BrokenPipeError:
        # Whoever read has gone; without this the interpreter would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception as error:
        return _failed(report_bug(error))


def _failed(line: str) -> int:
    click.echo(f"error: {line}", err=True)
    return 2
