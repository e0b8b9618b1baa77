"""JupyterLab as the studio runs it: calm, alone, and apart from the user's own Jupyter.

It asks no server in the world for news, updates or extensions. All it keeps lies below the workspace, and the
user's own JupyterLab settings (theme, shortcuts) are where it begins, but they are never written. The token
stands in a file that only the user can read, since others can see a command line.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import quote

from course.studio.ports import HOST

OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # Pages are for reading: a double click shows them as they are meant.
    "@jupyterlab/docmanager-extension:plugin": {
        "autosaveInterval": 20,
        "defaultViewers": {"markdown": "Markdown Preview"},
    },
}


@dataclass(frozen=True)
class Server:
    """A JupyterLab to be started: a Python `module`, the `content` of its configuration file and `variables` for it
    alone, where it answers once it runs, and the `address` to open; "" when somebody else shows that."""

    module: str
    content: Mapping[str, object]
    variables: Mapping[str, str]
    answers_at: str
    address: str


def alone(workspace: Path, notebook: str, port: int, token: str, browser: bool) -> Server:
    """A JupyterLab for whoever has the token."""
    content = settings(workspace, notebook, port, token, browser)
    return Server("jupyterlab", content, {}, f"http://{HOST}:{port}/api", url(port, notebook, token))


def url(port: int, notebook: str, token: str) -> str:
    """The address that opens a notebook, whose path is relative to the workspace."""
    return f"http://{HOST}:{port}/lab/tree/{quote(notebook)}?token={token}"


def settings(workspace: Path, notebook: str, port: int, token: str, browser: bool) -> dict[str, object]:
    """The content of the configuration file of a JupyterLab for whoever has the token."""
    content = common(workspace, notebook)
    content["ServerApp"] |= {
        "ip": HOST,
        "port": port,
        "port_retries": 0,
        "open_browser": browser,
        "password_required": False,
    }
    content["LabApp"]["open_browser"] = browser
    return {**content, "IdentityProvider": {"token": token}}


def common(workspace: Path, notebook: str) -> dict[str, dict[str, object]]:
    """What every JupyterLab of ours has in its configuration file, whoever may open it."""
    return {
        "ServerApp": {
            "root_dir": str(workspace),
            "default_url": f"/lab/tree/{quote(notebook)}",
            "allow_root": True,  # containers often have no other user
            # Without it shells are login shells, which forget where our commands are.
            "terminado_settings": {
                "shell_command": [os.environ.get("SHELL") or shutil.which("bash") or "sh"]
            },
        },
        # The search starts other programs.
        "LanguageServerManager": {"autodetect": False, "language_servers": language_servers()},
        "LabApp": {
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",  # the other one asks PyPI
            "default_url": f"/lab/tree/{quote(notebook)}",
        },
    }


def language_servers() -> dict[str, object]:
    """lambdalint's language server for jupyter-lsp, if it can run here: squiggles under what is typed."""
    found: dict[str, object] = {}
    for entry in entry_points(group="jupyter_lsp_spec_v1", name="lambdalint"):
        found |= entry.load()(None)
    return found


def prepare(home: Path, content: Mapping[str, object], environment: Mapping[str, str]) -> dict[str, str]:
    """Write the configuration below `home` and give the environment variables that lead JupyterLab there.

    `environment` is the user's. Raises OSError.
    """
    config, own = home / "config", home / "settings"
    (config / "labconfig").mkdir(parents=True, exist_ok=True)
    if not own.exists():
        with contextlib.suppress(OSError, shutil.Error):
            shutil.copytree(_settings_of_the_user(environment), own)
    own.mkdir(exist_ok=True)
    _write_private(config / "jupyter_server_config.json", content)
    _write_private(config / "labconfig" / "default_setting_overrides.json", OVERRIDES)
    return {
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_CONFIG_PATH": str(config),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(own),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel `python3` is this Python's, not one from the user's home
        "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(home / "ipython"),
    }


def _settings_of_the_user(environment: Mapping[str, str]) -> Path:
    if found := environment.get("JUPYTERLAB_SETTINGS_DIR"):
        return Path(found)
    config = environment.get("JUPYTER_CONFIG_DIR") or Path("~/.jupyter").expanduser()
    return Path(config, "lab", "user-settings")


def _write_private(path: Path, content: Mapping[str, object]) -> None:
    """Write JSON that only the user can read, also where a file of other rights lay."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
