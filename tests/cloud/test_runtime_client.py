"""awslambdaric behaves the same with its C part and with what stands in for that where there is none."""

from __future__ import annotations

import base64
import json
import os
import sys
import threading

import pytest

from course.cloud import Cloud, examine
from course.cloud.runtime.child import runtime_client
from course.cloud.runtime.child.bootstrap import has_native_client
from course.cloud.runtime.runtime_api import Link

TRUST = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
}
HANDLER = """
import os, sys
client = getattr(sys.modules["runtime_client"], "__file__", "") or ""

def handler(event, context):
    what = event.get("what")
    if what == "client":
        return client.rpartition(".")[2]
    if what == "context":
        return [
            context.aws_request_id, context.client_context.custom, context.invoked_function_arn,
            context.identity.cognito_identity_id, os.environ["_X_AMZN_TRACE_ID"],
            2000 < context.get_remaining_time_in_millis() <= 3000,
        ]
    if what == "raise":
        raise ValueError("schön\\nand more")
    if what == "set":
        return {1}
    if what == "exit":
        sys.exit(3)
    if what == "pid":
        return os.getpid()
    if what == "hostile":
        import http.client, socket
        socket.setdefaulttimeout(0.01)
        http.client.HTTPConnection = socket.socket = None
        return "done"
    return event
"""
KINDS = ("auto", "python")


@pytest.fixture(
    scope="module", params=[("exec", "auto"), ("exec", "basic"), ("zygote", "auto")], ids="-".join
)
def clouds(request, pack):
    """What a function answers with the C part and without it: `ask(kind, event)`."""
    launcher, isolation = request.param

    def ask(cloud, event, **arguments):
        answer = cloud.client("lambda").invoke(FunctionName="f", Payload=json.dumps(event), **arguments)
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")

    found = {}
    events = [{"what": what} for what in ("client", "raise", "set", "pid", "pid", "hostile", "pid", "exit")]
    for kind in KINDS:
        with Cloud(seed=7, launcher=launcher, isolation=isolation, runtime_client=kind) as cloud:
            role = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))[
                "Role"
            ]["Arn"]
            cloud.client("lambda").create_function(
                FunctionName="f",
                Runtime="python3.12",
                Handler="app.handler",
                Role=role,
                Code={"ZipFile": pack(app=HANDLER)},
            )
            large = {"text": "ü" * 900_000}
            context = base64.b64encode(b'{"custom": {"a": 1}}').decode()
            found[kind] = [ask(cloud, event) for event in [*events, large]]
            found[kind].append(ask(cloud, {"what": "context"}, ClientContext=context))
    return found


def test_each_cloud_had_the_client_that_was_asked_for(clouds):
    assert clouds["auto"][0] == (("so", None) if sys.platform == "linux" else ("py", None))
    assert clouds["python"][0] == ("py", None)


def test_errors_are_reported_alike(clouds):
    for number, kind in ((1, "ValueError"), (2, "Runtime.MarshalError"), (7, "Runtime.ExitError")):
        one, other = (clouds[name][number] for name in KINDS)
        assert one[0]["errorType"] == kind
        for payload, _ in (one, other):
            payload.pop("requestId", None)
        one[0]["errorMessage"], other[0]["errorMessage"] = (
            payload["errorMessage"].partition("Error: ")[2] or payload["errorMessage"]
            for payload, _ in (one, other)
        )
        assert one == other


def test_the_connection_outlives_invocations_and_a_handler_that_breaks_what_it_could_rest_on(clouds):
    for name in KINDS:
        pids = [clouds[name][number][0] for number in (3, 4, 6)]
        assert clouds[name][5] == ("done", None)
        assert len(set(pids)) == 1


def test_large_events_and_results_pass(clouds):
    assert clouds["python"][8] == clouds["auto"][8]
    assert len(clouds["python"][8][0]["text"]) == 900_000


def test_the_context_arrives_whole(clouds):
    for name in KINDS:
        (request, custom, arn, identity, trace, time), error = clouds[name][9]
        assert (len(request), custom, identity, time, error) == (36, {"a": 1}, None, True, None)
        assert arn == "arn:aws:lambda:us-east-1:123456789012:function:f"
        assert trace.startswith("Root=1-")


def test_the_c_part_is_looked_for_where_packages_lie(tmp_path):
    assert not has_native_client([str(tmp_path)])
    (tmp_path / "runtime_client.py").touch()
    assert has_native_client([str(tmp_path)])


def test_the_doctor_says_which_client_handlers_run_on(monkeypatch):
    def says():
        return next(found for found in examine.examine() if found.what == "runtime")

    monkeypatch.setattr(examine, "has_native_client", lambda places: False)
    assert says().well
    assert "its C part is for Linux, ours in Python stands in" in says().says
    monkeypatch.delattr(os, "fork")
    assert not says().well
    assert "WSL 2" in says().says


@pytest.mark.parametrize(
    ("status", "call", "complaint"),
    [
        (403, lambda: runtime_client.next(), "Failed to get next"),
        (
            413,
            lambda: runtime_client.post_invocation_result("1", b"x", "text/plain"),
            "Failed to post invocation response",
        ),
        (400, lambda: runtime_client.post_error("1", "{}", "{}", "2"), "Failed to post invocation error"),
    ],
)
def test_a_refusal_raises_what_the_c_part_raises(status, call, complaint, monkeypatch):
    link = Link()
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", link.address)
    monkeypatch.setattr(runtime_client, "_connection", None)
    with serving(link, status), pytest.raises(RuntimeError, match=complaint):
        call()


def test_nobody_there_is_an_error_and_not_a_wait(monkeypatch):
    link = Link()
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", link.address)
    monkeypatch.setattr(runtime_client, "_connection", None)
    link.close()
    with pytest.raises(RuntimeError, match="Failed to get next"):
        runtime_client.next()


class serving:
    """Answers the first request with a status, and closes everything at the end."""

    def __init__(self, link, status):
        self.link, self.status = link, status
        self.thread = threading.Thread(target=self.run)

    def run(self):
        import select

        while True:
            for descriptor in select.select(self.link.descriptors(), [], [], 5)[0]:
                for request in self.link.receive(descriptor):
                    self.link.answer(request, self.status)
                    return

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.thread.join()
        self.link.close()
