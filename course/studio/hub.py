"""JupyterLab as a JupyterHub starts it: the hub says where to listen and who may come in, the rest is as ever.

The hub's variables reach that server alone. https://jupyterhub.readthedocs.io/en/stable/reference/spawners.html
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from course.errors import UserError
from course.studio import jupyter, ports

MODULE = "jupyterhub.singleuser"
WHERE = "JUPYTERHUB_SERVICE_URL"
EVERYWHERE = ("", "0.0.0.0", "::")
FOLDER = "JUPYTERHUB_ROOT_DIR"
"""Where a hub would have JupyterLab work; ours works among the labs."""


def service(environment: Mapping[str, str]) -> str:
    """The address at which the hub wants the server, with the learner's prefix. Raises UserError without a hub."""
    if find_spec("jupyterhub") is None:
        raise UserError("JupyterHub is not installed; run: pip install jupyterhub (of the hub's version)")
    found = environment.get(WHERE, "")
    if not found:
        raise UserError(
            f"{WHERE} is not set; `--hub` is for JupyterHub (docs/grading.md), leave it out to start by yourself"
        )
    return found


def server(workspace: Path, notebook: str, environment: Mapping[str, str]) -> jupyter.Server:
    """The learner's server. Raises UserError without a hub."""
    address = urlsplit(service(environment))
    host = ports.HOST if (address.hostname or "") in EVERYWHERE else address.hostname
    prefix = environment.get("JUPYTERHUB_SERVICE_PREFIX", address.path).rstrip("/")
    port = address.port or (443 if address.scheme == "https" else 80)
    hubs = {name: value for name, value in environment.items() if name.startswith(("JUPYTERHUB_", "JPY_API"))}
    hubs.pop(FOLDER, None)
    return jupyter.Server(
        MODULE,
        jupyter.common(workspace, notebook),
        hubs,
        f"{address.scheme}://{host}:{port}{prefix}/api",
        "",
    )
