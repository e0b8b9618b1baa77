"""The command `lambdalab`: its subcommands, and what becomes of everything that goes wrong.

A subcommand is a file in `course/commands`; it is imported when it is used or listed. Exit code 0 means done
and right, 1 that something is not right yet, 2 a mistake of the user or of ours, 130 an interrupt. No
traceback reaches a terminal: the user's mistakes are one line, ours are one line and a file to send.
"""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from course import commands
from course.errors import UserError

INSTALL = 'pip install "lambdalint[course]"'


class _Commands(click.Group):
    """Subcommands found in `course/commands`: the file `start` holds the command `start`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        found = (module.name for module in pkgutil.iter_modules(commands.__path__))
        return sorted(name for name in found if not name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = getattr(import_module(f"course.commands.{cmd_name}"), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], known, n=1)
            hint = f"did you mean `lambdalab {near[0]}`?" if near else f"there are {', '.join(known)}"
            raise UserError(f"no command `{args[0]}`; {hint}")
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"lambdalab {version('lambdalint')}")
        ctx.exit()


@click.command(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Completion of commands and options: put this into the start-up file of your shell (bash, zsh,"
    ' fish): eval "$(_LAMBDALAB_COMPLETE=bash_source lambdalab)"',
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
    """A course on AWS Lambda, with a cloud that runs on this machine.

    Begin with `lambdalab start`.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    sys.exit(_run(list(args) if args is not None else None))


def _run(args: list[str] | None) -> int:
    try:
        code = command.main(args, prog_name="lambdalab", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except UserError as error:
        return _failed(str(error))
    except click.ClickException as error:
        return _failed(f"{error.format_message()} See `lambdalab --help`.")
    except (KeyboardInterrupt, click.exceptions.Abort):
        return 130
    except BrokenPipeError:
        # Whoever read has gone; without this the interpreter would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name in ("", "course", "lint_rules"):
            return _failed(_report(error))
        return _failed(f"the Python package `{name}` is not installed; {INSTALL} brings all the course needs")
    except Exception as error:
        return _failed(_report(error))


def _failed(line: str) -> int:
    click.echo(f"error: {line}", err=True)
    return 2


def _report(error: BaseException) -> str:
    """Save the traceback in a temporary file, and name it in one line."""
    import contextlib
    import tempfile
    import traceback

    where = ""
    with (
        contextlib.suppress(OSError),
        tempfile.NamedTemporaryFile(
            "w", prefix="lambdalab-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as file,
    ):
        file.write("".join(traceback.format_exception(error)))
        where = f" and attach {file.name}"
    what = f"{type(error).__name__}: {str(error)[:200]}".replace("\n", " ")
    return f"internal error: {what}; please report it{where}"


if __name__ == "__main__":
    main()
