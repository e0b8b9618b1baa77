"""An editor as the language server meets one: a process on the other side, and messages on its input and output."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


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
        self.shown: list[str] = []
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

    def memory(self) -> float:
        """MiB that the server holds."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

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
        if message.get("method") == "window/showMessage":
            self.shown.append(message["params"]["message"])
        return message


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    """An editor whose folder is the test's."""
    pytest.importorskip("pygls", reason="the extra lambdalint[server] is not installed")
    made = Editor(tmp_path)
    yield made
    assert made.close() == 0


@pytest.fixture(scope="session")
def applied() -> Callable[[str, list[dict]], str]:
    """The text after edits, in an editor that counts UTF-16."""
    return _applied


def _applied(text: str, edits: list[dict]) -> str:
    """The text after edits, in an editor that counts UTF-16."""
    lines = text.splitlines(keepends=True)

    def offset(position):
        before = "".join(lines[: position["line"]])
        line = lines[position["line"]] if position["line"] < len(lines) else ""
        return len(before) + len(line.encode("utf-16-le")[: position["character"] * 2].decode("utf-16-le"))

    for edit in sorted(edits, key=lambda edit: offset(edit["range"]["start"]), reverse=True):
        text = text[: offset(edit["range"]["start"])] + edit["newText"] + text[offset(edit["range"]["end"]) :]
    return text
