"""An editor stops a handler at a breakpoint: the Debug Adapter Protocol over a socket, as editors speak it."""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
import time

import pytest

from course.cloud import serve as serve_cloud
from course.errors import UserError

pytest.importorskip("debugpy")

HANDLER = """
ready = "imported"
def handler(event, context):
    total = event["n"] * 2
    return {"total": total, "left": context.get_remaining_time_in_millis() > 60_000}
"""


class Editor:
    """One session of the Debug Adapter Protocol."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._stream = self._socket.makefile("rb")
        self._number = 0
        self._seen = []

    def send(self, command, **arguments):
        self._number += 1
        message = {"seq": self._number, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(message).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return self._number

    def wait(self, fits):
        """The next message for which something holds; others are kept."""
        for message in self._seen:
            if fits(message):
                self._seen.remove(message)
                return message
        while True:
            length = 0
            while (line := self._stream.readline().strip()) or not length:
                name, _, value = line.partition(b":")
                assert line or not length, "the debugger hung up"
                if name.lower() == b"content-length":
                    length = int(value)
            message = json.loads(self._stream.read(length))
            if fits(message):
                return message
            self._seen.append(message)

    def event(self, name):
        return self.wait(lambda message: message.get("event") == name).get("body")

    def ask(self, command, **arguments):
        number = self.send(command, **arguments)
        answer = self.wait(lambda message: message.get("request_seq") == number)
        assert answer["success"], answer
        return answer.get("body")

    def close(self):
        self._stream.close()
        self._socket.close()


@pytest.fixture
def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def attach(served, line):
    """Attach as the printed line says, with a breakpoint in app.py."""
    found = re.fullmatch(
        r"f waits for an editor to attach to 127\.0\.0\.1:(\d+); its code is (\S+) there \(docs/debugging\.md\)\n",
        served.read(),
    )
    assert found
    editor = Editor(int(found[1]))
    editor.ask("initialize", adapterID="test", pathFormat="path", linesStartAt1=True)
    attached = editor.send("attach", justMyCode=True)
    editor.event("initialized")
    source = {"path": f"{found[2]}/app.py"}
    (point,) = editor.ask("setBreakpoints", source=source, breakpoints=[{"line": line}])["breakpoints"]
    assert point["verified"]
    editor.ask("configurationDone")
    editor.wait(lambda message: message.get("request_seq") == attached)
    return editor, int(found[1])


@pytest.mark.parametrize("how", ["--launcher=exec", "--launcher=zygote", "--isolation=basic"])
def test_an_editor_stops_a_handler_for_longer_than_its_timeout(serve, free_port, how):
    served = serve(how, "--debug", "f", "--debug-port", str(free_port))
    served.place(HANDLER, Timeout=1)
    served.place("def handler(event, context): return 'not held up'", name="other")
    assert served.invoke(name="other") == "not held up"
    answers = []
    threading.Thread(target=lambda: answers.append(served.invoke({"n": 4})), daemon=True).start()
    editor, port = attach(served, line=5)
    assert port == free_port
    stopped = editor.event("stopped")
    assert stopped["reason"] == "breakpoint"
    frame = editor.ask("stackTrace", threadId=stopped["threadId"])["stackFrames"][0]
    assert (frame["name"], frame["line"]) == ("handler", 5)
    assert (
        editor.ask("evaluate", expression="(total, ready)", frameId=frame["id"])["result"]
        == "(8, 'imported')"
    )
    time.sleep(1.2)
    assert answers == []
    editor.ask("continue", threadId=stopped["threadId"])
    until = time.monotonic() + 20
    while not answers and time.monotonic() < until:
        time.sleep(0.02)
    assert answers == [{"total": 8, "left": True}]
    # The editor stays attached: the same environment stops again.
    threading.Thread(target=lambda: answers.append(served.invoke({"n": 5})), daemon=True).start()
    stopped = editor.event("stopped")
    editor.ask("disconnect", terminateDebuggee=False)
    editor.close()
    while len(answers) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert answers[1]["total"] == 10


def test_an_environment_that_waits_for_an_editor_ends_with_the_cloud(serve, free_port):
    served = serve("--debug", "f", "--debug-port", str(free_port))
    served.place(HANDLER, Timeout=1)
    threading.Thread(target=lambda: _quietly(served), daemon=True).start()
    assert "waits for an editor" in served.read()
    served.process.terminate()
    assert served.process.wait(20) == 0


def _quietly(served):
    try:
        served.invoke({"n": 1})
    except Exception:  # the cloud goes away: that is the test
        return


def test_two_environments_at_once_wait_at_two_ports(serve, free_port):
    served = serve("--debug", "f", "--debug-port", str(free_port))
    served.place(HANDLER)
    for _ in range(2):
        threading.Thread(target=lambda: _quietly(served), daemon=True).start()
    ports = {int(re.search(r":(\d+);", served.read())[1]) for _ in range(2)}
    assert free_port in ports
    assert len(ports) == 2


def test_without_debugpy_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "debugpy", None)
    with pytest.raises(UserError, match=r'pip install "lambdalint\[debug\]"'):
        serve_cloud(debug="f")


def test_the_variables_of_the_debugger_are_not_the_handlers(serve, free_port):
    served = serve("--debug", "f", "--debug-port", str(free_port))
    served.place("import os\nn = 1\ndef handler(event, context):\n    return sorted(os.environ)")
    answers = []
    threading.Thread(target=lambda: answers.append(served.invoke()), daemon=True).start()
    editor, _ = attach(served, line=2)
    stopped = editor.event("stopped")  # in the import, before any handler
    editor.ask("continue", threadId=stopped["threadId"])
    until = time.monotonic() + 20
    while not answers and time.monotonic() < until:
        time.sleep(0.02)
    editor.close()
    assert [name for name in answers[0] if "LAMBDALAB" in name or "PYDEVD" in name] == []


def test_a_tag_lets_a_function_wait_for_an_editor_until_it_is_taken_away(serve, free_port):
    served = serve()
    served.place(HANDLER, Timeout=1)
    assert served.invoke({"n": 1})["total"] == 2
    api, arn = served.client("lambda"), "arn:aws:lambda:us-east-1:123456789012:function:f"
    api.tag_resource(Resource=arn, Tags={"lambdalab:debug": str(free_port)})
    answers = []
    threading.Thread(target=lambda: answers.append(served.invoke({"n": 4})), daemon=True).start()
    editor, port = attach(served, line=5)
    assert port == free_port
    stopped = editor.event("stopped")
    editor.ask("continue", threadId=stopped["threadId"])
    until = time.monotonic() + 20
    while not answers and time.monotonic() < until:
        time.sleep(0.02)
    assert answers == [{"total": 8, "left": True}]
    editor.close()
    api.untag_resource(Resource=arn, TagKeys=["lambdalab:debug"])
    assert served.invoke({"n": 5}) == {"total": 10, "left": False}
