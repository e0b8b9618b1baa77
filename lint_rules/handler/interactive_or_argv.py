"""LAM009."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule

_ASKS = ("input", "getpass.getpass")
_PARSES = ("argparse.ArgumentParser().parse_args", "argparse.ArgumentParser().parse_known_args")


@rule(
    "LAM009",
    looks_at=Handler,
    severity="warning",
    since="0.1",
    triggers=("input", "getpass", "argparse", "argv"),
)
def interactive_or_argv(handler: Handler) -> Iterator[Finding]:
    """Code behind the handler asks a person, or reads the arguments of a command line.

    ## Why it matters
    In Lambda nobody sits at a keyboard and nobody types a command: `input()` and `getpass()` raise EOFError at once,
    and `sys.argv` holds what started the runtime, not what belongs to this event.

    ## Bad
    ```python file="app.py"
    import sys


    def handler(event, context):
        name = input("Who? ")  # expect: interactive-or-argv
        return {"hello": name, "bucket": sys.argv[1]}  # expect: interactive-or-argv
    ```

    ## Good
    ```python file="app.py"
    import os


    def handler(event, context):
        return {"hello": event["name"], "bucket": os.environ["BUCKET"]}
    ```

    The same file may be a command, too.
    ```python file="app.py"
    import argparse


    def handler(event, context):
        return work(event["name"])


    def work(name):
        return {"hello": name}


    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("name")
        print(work(parser.parse_args().name))
    ```

    ## When not to fix
    The code sets `sys.argv` itself before a library reads it.

    ## See also
    AWS: "Working with environment variables" in the Lambda Developer Guide.
    """
    for call in handler.calls(*_ASKS):
        yield Finding(
            f"`{call.code}` asks a person, and in Lambda there is none: it raises EOFError", call.span
        )
    for call in handler.calls(*_PARSES):
        if not call.has_arguments:
            yield Finding(
                f"`{call.code}` reads the command line, which is not the event's: it ends the process or gives "
                "defaults; take the values from the event or the environment",
                call.span,
            )
    if not handler.writes("sys.argv"):
        for span in handler.reads("sys.argv"):
            yield Finding(
                "`sys.argv` holds what started the runtime; take the values from the event or the environment",
                span,
            )
