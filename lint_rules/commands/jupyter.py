"""How jupyter-lsp starts the language server: it asks the entry point `jupyter_lsp_spec_v1`, so nobody configures it.

What a specification says: https://jupyterlab-lsp.readthedocs.io/en/latest/Contributing.html
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

from lint_rules.engine.typed import Any


def specification(manager: object = None) -> dict[str, dict[str, Any]]:
    """The one server we have, by its name; none without pygls, since it could not start.

    `lambdalint` among the languages is what our extension of JupyterLab calls the cells that write files.
    """
    if find_spec("pygls") is None:
        return {}

    return {
        "lambdalint": {
            "version": 2,
            "display_name": "lambdalint",
            "argv": [sys.executable, "-m", "lint_rules", "server"],
            "languages": ["python", "yaml", "json", "lambdalint"],
            "mime_types": ["text/x-python", "text/x-ipython", "text/x-yaml", "application/json"],
            "requires_documents_on_disk": False,
        }
    }
