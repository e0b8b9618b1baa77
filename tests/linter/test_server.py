"""The language server as an editor meets it: a process, and messages on its standard input and output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pygls", reason="the extra lambdalint[server] is not installed")

BAD = """\
import boto3


def handler(event, context):
    s3 = boto3.client("s3", region_name="😀")
    return s3.list_buckets()
"""
WIDE = BAD.replace("s3 = boto3", "x = '😀'; s3 = boto3")
FIXABLE = "x = 1  # noqa: LAM899\n"
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.run
      CodeUri: .
"""


class Editor:
    """A client of the protocol: requests are answered in order, and what is told is kept by address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lint_rules", "server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.diagnostics: dict[str, list[dict]] = {}
        self.logged: list[str] = []
        self.capabilities = self.ask(
            "initialize",
            processId=None,
            rootUri=folder.as_uri(),
            capabilities={"notebookDocument": {"synchronization": {}}},
        )["capabilities"]
        self.tell("initialized")

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def ask(self, method: str, **params: object) -> dict:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    def tell(self, method: str, **params: object) -> None:
        self._send({"method": method, "params": params})

    def open(self, name: str, text: str, language: str = "python") -> list[dict]:
        document = {"uri": self.uri(name), "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        return self.found(self.uri(name))

    def type(self, name: str, text: str, version: int) -> list[dict]:
        document = {"uri": self.uri(name), "version": version}
        self.tell("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])
        return self.found(self.uri(name))

    def found(self, uri: str) -> list[dict]:
        """The next diagnostics for an address."""
        self.diagnostics.pop(uri, None)
        while uri not in self.diagnostics:
            self._read()
        return self.diagnostics[uri]

    def actions(self, uri: str, where: dict, **context: object) -> list[dict]:
        return self.ask(
            "textDocument/codeAction",
            textDocument={"uri": uri},
            range=where,
            context={"diagnostics": [], **context},
        )

    def close(self) -> int:
        self.ask("shutdown")
        self.tell("exit")
        self._process.stdin.close()
        code = self._process.wait(10)
        self._process.stdout.close()
        return code

    def _send(self, message: dict) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self._process.stdin.flush()

    def _read(self) -> dict:
        length = 0
        while line := self._process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message = json.loads(self._process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        if message.get("method") == "window/logMessage":
            self.logged.append(message["params"]["message"])
        return message


@pytest.fixture
def editor(tmp_path):
    made = Editor(tmp_path)
    yield made
    assert made.close() == 0


def applied(text: str, edits: list[dict]) -> str:
    """The text after edits, in an editor that counts UTF-16."""
    lines = text.splitlines(keepends=True)

    def offset(position):
        before = "".join(lines[: position["line"]])
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        return len(before) + len(line.encode("utf-16-le")[: position["character"] * 2].decode("utf-16-le"))

    for edit in sorted(edits, key=lambda edit: offset(edit["range"]["start"]), reverse=True):
        text = text[: offset(edit["range"]["start"])] + edit["newText"] + text[offset(edit["range"]["end"]) :]
    return text


def test_findings_come_and_go_as_one_types(editor):
    (found,) = editor.open("app.py", WIDE)
    assert (found["code"], found["source"], found["severity"]) == ("LAM101", "lambdalint", 2)
    start = found["range"]["start"]
    assert (start["line"], start["character"]) == (4, len("    x = '\U0001f600'; s3 = ") + 1)
    assert editor.type("app.py", "x = 1\n", 2) == []
    assert len(editor.type("app.py", BAD, 3)) == 1
    assert [d["code"] for d in editor.type("app.py", "def (", 4)] == ["LAM990"]
    editor.tell("textDocument/didClose", textDocument={"uri": editor.uri("app.py")})
    assert editor.found(editor.uri("app.py")) == []


def test_a_fix_is_offered_and_leads_where_the_command_line_leads(editor):
    (found,) = editor.open("app.py", BAD)
    actions = editor.actions(editor.uri("app.py"), found["range"])
    assert [action["title"] for action in actions][1] == "Allow client-init-in-handler here"
    assert "(may change behaviour)" in actions[0]["title"]
    assert not actions[0]["isPreferred"]
    text = applied(BAD, actions[0]["edit"]["changes"][editor.uri("app.py")])
    assert editor.type("app.py", text, 2) == []
    text = applied(BAD, actions[1]["edit"]["changes"][editor.uri("app.py")])
    assert "  # lambdalint: allow[client-init-in-handler]\n" in text
    assert editor.type("app.py", text, 3) == []


def test_all_safe_fixes_at_once_when_the_editor_asks_for_them(editor):
    editor.open("app.py", FIXABLE)
    uri = editor.uri("app.py")
    nowhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    (action,) = editor.actions(uri, nowhere, only=["source.fixAll"])
    assert action["kind"] == "source.fixAll.lambdalint"
    assert applied(FIXABLE, action["edit"]["changes"][uri]) == "x = 1\n"
    assert editor.actions(uri, nowhere, only=["refactor"]) == []
    assert editor.actions(uri, nowhere) == []


def test_hovering_explains(editor):
    (found,) = editor.open("app.py", BAD)
    hover = editor.ask(
        "textDocument/hover", textDocument={"uri": editor.uri("app.py")}, position=found["range"]["start"]
    )
    assert hover["contents"]["value"].startswith("# LAM101 client-init-in-handler\n")
    place = {"line": 0, "character": 0}
    assert (
        editor.ask("textDocument/hover", textDocument={"uri": editor.uri("app.py")}, position=place) is None
    )


def test_files_on_disk_and_open_ones_bear_on_each_other(editor):
    (editor.folder / "template.yaml").write_text(TEMPLATE)
    odd = BAD.replace("def handler(event, context)", "def run(a, b)")
    assert [d["code"] for d in editor.open("app.py", odd)] == ["LAM101"]
    editor.open("template.yaml", TEMPLATE.replace("app.run", "app.other"), "yaml")
    assert editor.type("app.py", odd + "\n", 2) == []


def test_the_configuration_counts_and_is_read_again_after_saving(editor):
    assert len(editor.open("app.py", BAD)) == 1
    (editor.folder / "lambdalint.toml").write_text('ignore = ["LAM101"]\n')
    editor.tell("textDocument/didSave", textDocument={"uri": editor.uri("app.py")})
    assert editor.found(editor.uri("app.py")) == []
    (editor.folder / "lambdalint.toml").write_text('ignor = ["LAM101"]\n')
    editor.tell("textDocument/didSave", textDocument={"uri": editor.uri("app.py")})
    editor.ask(
        "textDocument/hover", textDocument={"uri": editor.uri("app.py")}, position={"line": 0, "character": 0}
    )
    assert any('has no key "ignor". Did you mean "ignore"?' in line for line in editor.logged)


def test_what_has_no_file_yet_is_looked_at_alone(editor):
    uri = "untitled:Untitled-1"
    editor.tell(
        "textDocument/didOpen", textDocument={"uri": uri, "languageId": "python", "version": 1, "text": BAD}
    )
    assert [d["code"] for d in editor.found(uri)] == ["LAM101"]


def test_cells_of_a_notebook_have_findings_of_their_own(editor):
    cells = [
        ("md", 1, "# hi"),
        ("one", 2, "import boto3\n%pip install x"),
        ("two", 2, BAD.partition("\n\n\n")[2]),
    ]
    uri = editor.uri("lab.ipynb")
    editor.tell(
        "notebookDocument/didOpen",
        notebookDocument={
            "uri": uri,
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [{"kind": kind, "document": f"{uri}#{name}"} for name, kind, _ in cells],
        },
        cellTextDocuments=[
            {"uri": f"{uri}#{name}", "languageId": "python", "version": 1, "text": text}
            for name, kind, text in cells
            if kind == 2
        ],
    )
    (found,) = editor.found(f"{uri}#two")
    assert (found["code"], found["range"]["start"]["line"]) == ("LAM101", 1)
    assert editor.diagnostics[f"{uri}#one"] == []
    actions = editor.actions(f"{uri}#two", found["range"])
    assert {*actions[0]["edit"]["changes"]} <= {f"{uri}#one", f"{uri}#two"}
    editor.tell(
        "notebookDocument/didClose",
        notebookDocument={"uri": uri},
        cellTextDocuments=[{"uri": f"{uri}#one"}, {"uri": f"{uri}#two"}],
    )
    assert editor.found(f"{uri}#two") == []


def test_it_says_what_it_can(editor):
    assert editor.capabilities["hoverProvider"]
    assert editor.capabilities["codeActionProvider"]["codeActionKinds"] == [
        "quickfix",
        "source.fixAll.lambdalint",
    ]
    assert "notebookDocumentSync" in editor.capabilities
