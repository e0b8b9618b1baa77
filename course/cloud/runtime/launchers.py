"""How an execution environment is started.

`ExecLauncher` starts a fresh interpreter for each environment, so a cold start is a real import. The handler
runs on the interpreter that runs this cloud, whatever version the function's `Runtime` names; the runtime's name
is still what `AWS_EXECUTION_ENV` shows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from course.cloud.model import Function
from course.cloud.runtime.process import Process

_BOOTSTRAP = Path(__file__).parent / "child" / "bootstrap.py"


class Launcher(Protocol):
    """Starts the process of an environment."""

    def start(self, function: Function, variables: Mapping[str, str], folder: Path) -> Process:
        """Raises OSError if the system cannot start another process."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class ExecLauncher:
    """A new interpreter for each environment."""

    def start(self, function: Function, variables: Mapping[str, str], folder: Path) -> Process:
        # -B: a code folder is read-only on Lambda, so nothing may appear in it. -s: no user site-packages.
        return Process([sys.executable, "-B", "-s", str(_BOOTSTRAP)], variables, folder)

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
    tmp: Path,
    initialization_type: str = "on-demand",
) -> dict[str, str]:
    """The environment variables of a runtime: Lambda's own over the function's, and nothing of ours but the
    endpoint of this cloud. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin", "/opt/bin"]
        ),
        "AWS_ENDPOINT_URL": endpoint,
        # What /tmp is to a handler. A literal "/tmp" still names the machine's own.
        "TMPDIR": str(tmp),
        **dict(function.environment),
        **credentials,
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
        "LAMBDA_TASK_ROOT": str(function.code),
    }
