"""What a handler does wrong ends its invocation as on AWS, and the cloud lives on."""

from __future__ import annotations

import re

import pytest

FINE = "def handler(event, context): return 'fine'"
REQUEST = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def invokes(cloud):
    return [record for record in cloud.ledger.records() if record.phase == "INVOKE"]


def test_an_exception_is_told_with_type_message_and_place(cloud, deploy, invoke):
    deploy("def handler(event, context):\n    raise ValueError('bad ünï')")
    answer = invoke()
    assert (answer.status, answer.error, answer.version) == (200, "Unhandled", "$LATEST")
    assert answer.payload == {
        "errorMessage": "bad ünï",
        "errorType": "ValueError",
        "requestId": answer.request,
        "stackTrace": ["  File \"/var/task/app.py\", line 2, in handler\n    raise ValueError('bad ünï')\n"],
    }
    assert "[ERROR] ValueError: bad ünï" in answer.log
    assert 'File "/var/task/app.py", line 2, in handler' in answer.log
    assert "Status:" not in answer.report
    (record,) = invokes(cloud)
    assert (record.outcome, record.error_type) == ("error", "ValueError")


def test_after_an_exception_the_environment_stays_warm(cloud, deploy, invoke):
    deploy("def handler(event, context):\n    if event.get('fail'): raise KeyError('k')\n    return 1")
    assert invoke(event={"fail": True}).payload["errorType"] == "KeyError"
    assert invoke().payload == 1
    assert [record.cold for record in invokes(cloud)] == [True, False]


@pytest.mark.parametrize(
    ("value", "named"),
    [("{1, 2}", "set"), ("object()", "object"), ("b'x' * 3, print", "builtin_function_or_method")],
)
def test_what_is_no_json_is_a_marshal_error(deploy, invoke, value, named):
    deploy(f"def handler(event, context): return {value}")
    answer = invoke()
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.MarshalError"
    if "," not in value:
        assert answer.payload["errorMessage"] == (
            f"Unable to marshal response: Object of type {named} is not JSON serializable"
        )
    else:
        assert answer.payload["errorMessage"].startswith("Unable to marshal response: ")


@pytest.mark.parametrize(
    ("source", "handler", "kind", "message"),
    [
        (
            "import nosuch",
            "app.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'nosuch'",
        ),
        (
            FINE,
            "absent.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'absent': No module named 'absent'",
        ),
        (FINE, "app.absent", "Runtime.HandlerNotFound", "Handler 'absent' missing on module 'app'"),
        (
            FINE,
            "app",
            "Runtime.MalformedHandlerName",
            "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "def handler(event context):\n    pass",
            "app.handler",
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module 'app': ",
        ),
    ],
    ids=["import", "module", "name", "malformed", "syntax"],
)
def test_code_that_cannot_be_loaded_is_told_by_its_kind(
    cloud, deploy, invoke, source, handler, kind, message
):
    deploy(source, Handler=handler)
    answer = invoke()
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert answer.payload["errorType"] == kind
    assert answer.payload["errorMessage"].startswith(message)
    assert "/tmp/" not in answer.body.decode()
    assert [record.outcome for record in cloud.ledger.records() if record.phase == "INIT"] == [
        "error",
        "error",
    ]


def test_an_exception_at_import_has_its_own_type_and_no_request(deploy, invoke, recorded):
    deploy("raise Exception('Runtime startup fails')")
    answer = invoke()
    fact = recorded("failures")["exception at import"]
    stack = answer.payload.pop("stackTrace")
    assert answer.payload == fact["payload"]
    assert stack[-1] == fact["last of stackTrace"]
    assert stack[0].endswith("return _bootstrap._gcd_import(name[level:], package, level)\n")


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("sys.exit(0)", "Runtime exited without providing a reason"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit('words')", "Runtime exited with error: exit status 1"),
        ("os._exit(77)", "Runtime exited with error: exit status 77"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
        ("os.kill(os.getpid(), 15)", "Runtime exited with error: signal: terminated"),
        ("os.abort()", "Runtime exited with error: signal: aborted"),
        ("ctypes.string_at(0)", "Runtime exited with error: signal: segmentation fault"),
    ],
)
@pytest.mark.parametrize("place", ["handler", "import"])
def test_a_runtime_that_ends_is_told_by_how_it_ended(cloud, deploy, invoke, ending, said, place):
    head = "import ctypes, os, sys\n"
    body = f"{ending}\n" if place == "import" else ""
    deploy(f"{head}{body}def handler(event, context):\n    {ending}")
    answer = invoke()
    assert (answer.status, answer.error) == (200, "Unhandled")
    assert answer.payload == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {answer.request} Error: {said}",
    }
    assert "\tStatus: error\tError Type: Runtime.ExitError" in answer.report
    assert invokes(cloud)[-1].error_type == "Runtime.ExitError"


def test_after_an_exit_the_next_invocation_is_cold(cloud, deploy, invoke):
    deploy(
        "import os\ndef handler(event, context):\n    if event.get('exit'): os._exit(1)\n    return 'fine'"
    )
    assert invoke().payload == "fine"
    assert invoke(event={"exit": 1}).error == "Unhandled"
    assert invoke().payload == "fine"
    assert [record.cold for record in invokes(cloud)] == [True, False, True]
    assert [record.outcome for record in invokes(cloud)] == ["ok", "exited", "ok"]


def test_a_failed_init_is_run_again_with_the_next_invocation(cloud, deploy, invoke):
    deploy("print('loading')\nraise RuntimeError('no')")
    answers = [invoke(), invoke()]
    assert [answer.payload["errorType"] for answer in answers] == ["RuntimeError", "RuntimeError"]
    assert answers[0].request != answers[1].request
    assert len([record for record in cloud.ledger.records() if record.phase == "INIT"]) == 4


def test_a_response_that_is_too_large_is_refused(deploy, invoke, recorded):
    deploy("def handler(event, context): return 'x' * event", Timeout=20, MemorySize=512)
    largest = 6 * 1024 * 1024 + 100 - 2
    assert len(invoke(event=largest).payload) == largest
    answer = invoke(event=largest + 1)
    assert answer.error == "Unhandled"
    assert answer.payload == recorded("failures")["response too large"]["payload"]
    assert len(invoke(event=10).payload) == 10


def test_bad_output_does_not_hide_the_answer(deploy, invoke):
    deploy(
        "import sys\ndef handler(event, context):\n"
        "    sys.stdout.buffer.write(bytes(range(256)) * 40)\n    return 'fine'"
    )
    answer = invoke()
    assert answer.payload == "fine"
    assert re.search(f"END RequestId: {REQUEST}\n", answer.log)


def test_closed_output_does_not_end_the_function(cloud, deploy, invoke):
    deploy(
        "import os, sys\ndef handler(event, context):\n    print('before', flush=True)\n"
        "    for fd in (0, 1, 2):\n        os.close(fd)\n    return 'fine'"
    )
    answer = invoke()
    assert answer.payload == "fine"
    assert "before" in answer.log
    assert invoke().status == 200
    deploy(FINE, name="other")
    assert invoke("other").payload == "fine"


def test_megabytes_of_output_are_cut_with_a_note(deploy, invoke):
    deploy(
        "def handler(event, context):\n    for _ in range(300):\n        print('x' * 100_000)\n    return 'fine'",
        Timeout=20,
    )
    answer = invoke()
    assert answer.payload == "fine"
    assert re.search(r"\[lambdalab\] \d+ bytes of output dropped after 8388608 bytes", answer.log)
    assert answer.log.splitlines()[-1].startswith("REPORT")
    assert len(answer.log.encode()) <= 4096


def test_a_handler_that_meddles_with_the_runtime_api_harms_itself_only(cloud, deploy, invoke):
    source = """
import os, socket
JUNK = [
    b"\\x00" * 100,
    b"GET / HTTP/1.1\\r\\n\\r\\n",
    b"POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\\r\\nContent-Length: 2\\r\\n\\r\\n{}",
    b"POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n",
]
def handler(event, context):
    host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
    for junk in JUNK:
        with socket.create_connection((host, int(port))) as link:
            link.sendall(junk)
    return "fine"
"""
    deploy(source)
    assert invoke().payload == "fine"
    assert invoke().payload == "fine"


def test_an_environment_that_nobody_used_for_ten_minutes_is_gone_and_one_used_before_that_is_not(
    cloud, deploy, invoke
):
    deploy("COUNT = []\ndef handler(event, context):\n    COUNT.append(1)\n    return len(COUNT)")
    assert invoke().payload == 1
    cloud.clock.advance(590)
    assert invoke().payload == 2
    cloud.clock.advance(590)
    assert invoke().payload == 3
    cloud.clock.advance(610)
    assert invoke().payload == 1
    assert [record.cold for record in invokes(cloud)] == [True, False, False, True]
    (ended,) = cloud.ledger.entries("environment.ended")
    assert ended.because == "nobody used it for a while"
