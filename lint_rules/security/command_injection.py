"""LAM801."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Handler, rule


@rule(
    "LAM801",
    looks_at=Handler,
    severity="error",
    since="0.1",
    triggers=("system", "popen", "subprocess", "spawn", "exec"),
)
def command_injection(handler: Handler) -> Iterator[Finding]:
    """A shell runs a command with text of the event in it.

    ## Why it matters
    To a shell `;`, `|`, `$(…)` and quotes are commands. Whoever sends the event decides what the function runs, with
    the function's role: its credentials stand in the environment variables, one `curl` away from being somebody
    else's.

    ## Bad
    ```python file="app.py"
    import subprocess


    def handler(event, context):
        name = event["name"]
        subprocess.run(f"convert /tmp/{name} /tmp/small.png", shell=True, check=True)  # expect: command-injection
    ```

    ## Good
    A list of arguments meets no shell.
    ```python file="app.py"
    import subprocess


    def handler(event, context):
        name = event["name"]
        subprocess.run(["convert", "--", f"/tmp/{name}", "/tmp/small.png"], check=True)
    ```

    Quoted text stays one argument.
    ```python file="app.py"
    import shlex
    import subprocess


    def handler(event, context):
        name = shlex.quote(event["name"])
        subprocess.run(f"grep -c {name} /opt/names.txt | tee /tmp/count", shell=True, check=True)
    ```

    ## When not to fix
    Only people who may do anything in the account can invoke the function.

    ## See also
    AWS: "Security in AWS Lambda". Python: "subprocess", security considerations.
    """
    if handler.is_custom_resource:
        return
    for sink in handler.injected("shell"):
        yield Finding(
            f"a shell runs text of the event in `{sink.name}`: its sender decides what else it runs; pass a list of "
            "arguments without a shell",
            sink.span,
        )
