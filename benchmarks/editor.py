"""How soon an editor has its findings after a key press, and what the server holds in memory.

    python benchmarks/editor.py [FILE] [--presses 60]

FILE is a Python file of about 500 lines; without one it is made of a handler and the functions that it calls. A real
server is started and told of one key press after another in the middle of the file. The CPU that it took for each is
the figure to keep; the time until its findings have come is moved by the machine's other work. Targets: 15 ms, 60 MiB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from lint import ENVIRONMENT

HANDLER = '''import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    """Do all of it."""
    done = []
    for record in event["Records"]:
        body = json.loads(record["body"])
        done += [step(body) for step in ({steps})]
    return {"done": len(done)}
'''
STEP = '''

def step_{number}(body):
    """One of the steps."""
    key = body.get("key", "{number}")
    try:
        table.put_item(Item={{"id": key, "step": {number}}})
    except table.meta.client.exceptions.ConditionalCheckFailedException as error:
        print("known", error)
        return None
    return key
'''


def written(lines: int) -> str:
    """A module of so many lines."""
    steps = [
        STEP.format(number=number) for number in range((lines - HANDLER.count("\n")) // STEP.count("\n"))
    ]
    names = ", ".join(f"step_{number}" for number in range(len(steps)))
    return HANDLER.replace("{steps}", names) + "".join(steps)


def typed(text: str, keys: int) -> str:
    """The text after so many keys in the line in its middle."""
    middle = text.index("\n", len(text) // 2)
    return text[:middle] + "#" * keys + text[middle:]


class Editor:
    """A client that knows one file."""

    def __init__(self, path: Path, text: str) -> None:
        self.uri = path.as_uri()
        self.server = subprocess.Popen(
            [sys.executable, "-m", "lint_rules", "server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
        )
        self._send("initialize", {"processId": None, "rootUri": path.parent.as_uri(), "capabilities": {}}, 1)
        self._until(lambda said: said.get("id") == 1)
        self._send("initialized", {})
        document = {"uri": self.uri, "languageId": "python", "version": 0, "text": text}
        self._send("textDocument/didOpen", {"textDocument": document})
        self.findings = self._published(0)

    def press(self, number: int, text: str) -> float:
        """Change the text; seconds until the findings in it have come."""
        began = time.perf_counter()
        document = {"uri": self.uri, "version": number}
        self._send("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})
        self.findings = self._published(number)
        return time.perf_counter() - began

    def cpu(self) -> float:
        """Seconds of CPU that the server has taken."""
        fields = Path(f"/proc/{self.server.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MiB that the server holds."""
        lines = Path(f"/proc/{self.server.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def close(self) -> None:
        """End the server."""
        self._send("shutdown", None, 2)
        self._until(lambda said: said.get("id") == 2)
        self._send("exit", None)
        self.server.wait(10)

    def _published(self, version: int) -> int:
        said = self._until(
            lambda said: (
                said.get("method") == "textDocument/publishDiagnostics"
                and said["params"].get("version") == version
            )
        )
        return len(said["params"]["diagnostics"])

    def _send(self, method: str, params: Any, number: int | None = None) -> None:
        assert self.server.stdin is not None
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message if number is None else {**message, "id": number}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def _until(self, wanted: Any) -> Any:
        assert self.server.stdout is not None
        while True:
            length = 0
            while (line := self.server.stdout.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                sys.exit("the server has gone")
            said = json.loads(self.server.stdout.read(length))
            if wanted(said):
                return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--presses", type=int, default=60)
    options = parser.parse_args()
    text = options.file.read_text(encoding="utf-8") if options.file else written(500)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder).resolve() / "app.py"
        path.write_text(text, encoding="utf-8")
        editor = Editor(path, text)
        for number in range(1, 6):
            editor.press(number, typed(text, number))
        before = editor.cpu()
        waits = [editor.press(number, typed(text, number)) for number in range(6, options.presses + 6)]
        cpu = (editor.cpu() - before) / options.presses
        print(
            f"{text.count(chr(10))} lines, {editor.findings} findings, {options.presses} key presses, load "
            f"{os.getloadavg()[0]:.1f}\nCPU {cpu * 1000:.1f} ms a key press (target 15); findings after "
            f"{median(waits) * 1000:.1f} ms; {editor.memory():.0f} MiB (target 60)"
        )
        editor.close()


if __name__ == "__main__":
    main()
