"""The command `lambdalint`: its subcommands, and what becomes of everything that goes wrong.

Exit code 0 means clean, 1 findings, 2 a mistake of the user or of ours, 130 an interrupt. No traceback
reaches a terminal: the user's mistakes are one line, ours are one line and a file to send.

A plain `check` is read and run without the command line library, whose import takes longer than linting; for
everything else, help and slips among it, `program` has the whole of it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from lint_rules.engine.errors import UsageError
from lint_rules.engine.typed import NoReturn


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit."""
    given = sys.argv[1:] if args is None else list(args)
    code = _run(given)
    if args is None and given[:1] == ["check"] and "--scheduler" not in given:
        # Taking the trees of a large run apart takes as long as making them took, for nothing. All is written by
        # now, and nothing of a check is left to be closed.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _run(args: list[str]) -> int:
    # Syntax trees live to the end of the run. The collector would walk them again and again and free nothing,
    # which more than doubles the time of parsing.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _outcome(args)
    finally:
        if collecting:
            gc.enable()


def _outcome(args: list[str]) -> int:
    try:
        code = _do(args)
        sys.stdout.flush()
        return code
    except UsageError as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read has gone; without this the interpreter would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception as error:
        from lint_rules.commands.report_bug import report_bug

        return _failed(report_bug(error))


def _do(args: list[str]) -> int:
    if args[:1] == ["check"] and "_LAMBDALINT_COMPLETE" not in os.environ:
        from lint_rules.commands.arguments import read

        request = read(args[1:])
        if request is not None:
            from lint_rules.commands.run import run

            return run(request)
    from lint_rules.commands.program import do

    return do(args)


def _failed(line: str) -> int:
    from lint_rules.commands.terminal import tell

    tell(f"error: {line}")
    return 2
