"""The program as the command line library sees it: subcommands, help, completion, and a hint for every slip."""

from __future__ import annotations

import os
from importlib import import_module

import click

from lint_rules.engine.errors import UsageError, did_you_mean

_COMMANDS = {
    "check": "Look for defects in files and folders.",
    "fix": "Mend what can be mended without changing behaviour.",
    "explain": "Say what a rule is about.",
    "rules": "List the rules.",
    "config": "Show the settings, or the schema of the configuration.",
    "iam": "Say what functions need of AWS, and write the policy that fits.",
    "baseline": "List what is found today, to be told only of what is new.",
    "server": "Serve editors: findings as you type, fixes, and explanations.",
    "clean": "Remove what is kept between runs.",
}
_EPILOG = (
    "Completion of options and rules: put this into the start-up file of your shell (bash, zsh, fish):"
    ' eval "$(_LAMBDALINT_COMPLETE=bash_source lambdalint)"'
)


def do(args: list[str]) -> int:
    """Run the command line and return the exit code. Raises UsageError for the user's mistakes."""
    try:
        code = command.main(args, prog_name="lambdalint", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.NoSuchOption as error:
        hint = did_you_mean(error.option_name, error.possibilities or ())
        raise UsageError(f"no option {error.option_name}.{hint or ' See `lambdalint --help`.'}") from None
    except click.ClickException as error:
        raise UsageError(" ".join(error.format_message().split())) from None
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None


class _Commands(click.Group):
    """Subcommands, each in the module of its name, imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        found = getattr(import_module(f"lint_rules.commands.{cmd_name}"), cmd_name)
        assert isinstance(found, click.Command)
        return found

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
    epilog=_EPILOG,
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
