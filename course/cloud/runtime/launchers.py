"""How an execution environment is started.

`ExecLauncher` starts a fresh interpreter for each environment, so a cold start is a real import. The handler
runs on the interpreter that runs this cloud, whatever version the function's `Runtime` names; the runtime's name
is still what `AWS_EXECUTION_ENV` shows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from course.cloud.model import Function
from course.cloud.runtime.process import Ends, Process, end_tree

BOOTSTRAP = Path(__file__).parent / "child" / "bootstrap.py"


class Launcher(Protocol):
    """Starts the process of an environment."""

    def start(self, variables: Mapping[str, str], folder: Path, world: dict[str, Any] | None) -> Process:
        """`world` is what `world.describe` gives, or None for no sandbox.

        Raises OSError if the system cannot start another process.
        """
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class ExecLauncher:
    """A new interpreter for each environment."""

    def start(self, variables: Mapping[str, str], folder: Path, world: dict[str, Any] | None) -> Process:
        children: list[subprocess.Popen[bytes]] = []

        def start(ends: Ends) -> int:
            # -B: a code folder is read-only on Lambda, so nothing may appear in it. -s: no user site-packages.
            command = [sys.executable, "-B", "-s", str(BOOTSTRAP), str(ends.death), str(ends.status)]
            child = subprocess.Popen(
                command if world is None else [*command, json.dumps(world)],
                env={**variables, "_LAMBDA_TELEMETRY_LOG_FD": str(ends.output)},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=ends.output,
                stderr=ends.output,
                pass_fds=ends,
                start_new_session=True,
            )
            children.append(child)
            return child.pid

        def wait(pid: int) -> None:
            try:
                children[0].wait(timeout=2)
            except subprocess.TimeoutExpired:
                end_tree(pid)  # the keeper itself was stopped or is held up; nothing below it may survive it
                children[0].wait()

        return Process(start, wait, sandboxed=world is not None)

    def close(self) -> None:
        return


def variables(
    function: Function,
    *,
    runtime_api: str,
    log_stream: str,
    region: str,
    endpoint: str,
    credentials: Mapping[str, str],
    tmp: Path | None,
    initialization_type: str = "on-demand",
) -> dict[str, str]:
    """The environment variables of a runtime: Lambda's own over the function's, and nothing of ours but the
    endpoint of this cloud. `tmp` stands in for /tmp where there is no sandbox.

    What this does not do: a sandbox is built, and a zygote forked, after the loader has read LD_LIBRARY_PATH, so a
    shared library in the package's `lib` is found by its name with the exec launcher without a sandbox only.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    stand_ins = {} if tmp is None else {"TMPDIR": str(tmp)}
    if tmp is not None and function.layers:
        stand_ins["_LAMBDALAB_OPT"] = str(function.layers[0])
    formats = {} if function.log_format == "Text" else {"AWS_LAMBDA_LOG_FORMAT": function.log_format}
    if function.log_levels[0]:
        formats["AWS_LAMBDA_LOG_LEVEL"] = function.log_levels[0]
    root = str(function.code) if tmp is not None else "/var/task"
    # From Amazon Linux 2023 on, which has no en_US; seen on the service on 2026-01-12, as all that stands here.
    locale = {} if function.runtime in ("python3.10", "python3.11") else {"LC_CTYPE": "C.UTF-8"}
    return {
        "LANG": "en_US.UTF-8",
        **locale,
        "TZ": ":UTC",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:"
        f"{root}:{root}/lib:{stand_ins.get('_LAMBDALAB_OPT', '/opt')}/lib",
        "PYTHONPATH": "/var/runtime",
        "PWD": root,
        "SHLVL": "0",
        "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "AWS_ENDPOINT_URL": endpoint,
        **stand_ins,
        **dict(function.environment),
        **credentials,
        **formats,
        "_HANDLER": function.handler,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization_type,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_REGION": region,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": root,
    }
