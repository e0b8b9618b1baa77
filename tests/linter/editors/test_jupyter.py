"""What JupyterLab finds of us when we are installed: a language server to start, and an extension to load."""

from __future__ import annotations

import json
import subprocess
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

from lint_rules.commands import jupyter

EXTENSION = Path(__file__).parents[3] / "labextension"


def test_jupyter_lsp_finds_a_server_that_it_takes(tmp_path):
    pytest.importorskip("pygls", reason="the extra lambdalint[server] is not installed")
    schema = pytest.importorskip("jupyter_lsp.schema", reason="JupyterLab is not installed")
    (entry,) = entry_points(group="jupyter_lsp_spec_v1", name="lambdalint")
    found = entry.load()(None)
    assert [*schema.LANGUAGE_SERVER_SPEC_MAP.iter_errors(found)] == []
    (server,) = found.values()
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"processId": None, "capabilities": {}},
    }
    bye = [{"jsonrpc": "2.0", "id": 2, "method": "shutdown"}, {"jsonrpc": "2.0", "method": "exit"}]
    asked = [json.dumps(message).encode() for message in [hello, *bye]]
    done = subprocess.run(
        server["argv"],
        input=b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(text), text) for text in asked),
        stdout=subprocess.PIPE,
        cwd=tmp_path,
        timeout=60,
        check=True,
    )
    assert b'"name":"lambdalint"' in done.stdout.replace(b": ", b":")
    assert [*tmp_path.iterdir()] == []


def test_without_what_the_server_needs_there_is_none(monkeypatch):
    monkeypatch.setattr(jupyter, "find_spec", lambda name: None)
    assert jupyter.specification() == {}


def test_the_extension_is_the_version_we_are_and_names_the_file_it_brings():
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    assert package["version"] == version("lambdalint")
    script = EXTENSION / package["jupyterlab"]["_build"]["load"]
    assert f'_JUPYTERLAB["{package["name"]}"] =' in script.read_text(encoding="utf-8")
