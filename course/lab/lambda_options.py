"""The options of `%%lambda FILE [options]`, and what they mean for `create_function`."""

from __future__ import annotations

import argparse
import re
import shlex
from dataclasses import dataclass, field
from typing import Any, NoReturn

from course.errors import UserError
from course.lab.file_cell import HEAD

USAGE = "%%lambda app.py --function NAME --handler app.handler --timeout 10 --memory 256 --env KEY=VALUE"
NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Options:
    """The file to write and, with a `function`, how to deploy it: its handler, further files, and settings as
    `create_function` takes them."""

    file: str
    function: str | None = None
    handler: str = ""
    others: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """All files of the package."""
        return (self.file, *(name for name in self.others if name != self.file))


def parse(line: str) -> Options:
    """The options after `%%lambda`. Raises UserError that says what is wrong."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UserError(f"%%lambda: {error}; for example: {USAGE}") from None
    given = _parser().parse_args(words)
    if HEAD.match(f"%%lambda {given.file}") is None:
        raise UserError(f"%%lambda writes a file beside the notebook, so `{given.file}` cannot be its name")
    settings: dict[str, Any] = {}
    for key, value in (("Runtime", given.runtime), ("Role", given.role)):
        if value is not None:
            settings[key] = value
    for key, value in (("Timeout", given.timeout), ("MemorySize", given.memory)):
        if value is not None:
            settings[key] = value
    if given.env:
        settings["Environment"] = {"Variables": dict(_pair(text) for text in given.env)}
    if given.function is None and (settings or given.handler or given.others):
        raise UserError("%%lambda needs `--function NAME` to deploy anything")
    stem = given.file.rpartition(".")[0] or given.file
    return Options(
        given.file, given.function, given.handler or f"{stem}.handler", tuple(given.others or ()), settings
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not NAME.fullmatch(name):
        raise UserError(f"%%lambda: `--env` takes NAME=VALUE, not `{text}`")
    return name, value


class _Parser(argparse.ArgumentParser):
    """Tells of a mistake instead of ending the kernel."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"%%lambda: {message}; for example: {USAGE}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="%%lambda", add_help=False, allow_abbrev=False)
    parser.add_argument("file")
    parser.add_argument("--function")
    parser.add_argument("--handler")
    parser.add_argument("--with", dest="others", action="append")
    parser.add_argument("--runtime")
    parser.add_argument("--role")
    parser.add_argument("--timeout", type=int)
    parser.add_argument("--memory", type=int)
    parser.add_argument("--env", action="append")
    return parser
