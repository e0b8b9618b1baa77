"""What rules say of their bad examples happens: deployed here, they fail as the rule says, and mended they work."""

from __future__ import annotations

import json

import pytest

from lint_rules import Config, Project, Safety, fix, load_rules
from lint_rules.engine.markdown import sections

RECORD = {"messageId": "m", "body": "b"}
MARSHAL = "Runtime.MarshalError"
FAILS = {
    "async-handler": ({}, MARSHAL),
    "handler-signature": ({}, "TypeError"),
    "handler-is-generator": ({"Records": [RECORD]}, MARSHAL),
    "non-serializable-return": ({"tags": ["a"]}, MARSHAL),
    "sys-exit-in-handler": ({}, "Runtime.ExitError"),
    "interactive-or-argv": ({}, "EOFError"),
    "context-attr-unknown": ({}, "AttributeError"),
}
"""The event that a bad example gets, and the type of error that it must end with."""
WORK_WHEN_MENDED = {
    "async-handler",
    "handler-signature",
    "non-serializable-return",
    "sys-exit-in-handler",
    "context-attr-unknown",
}


def bad(name: str) -> dict[str, str]:
    """The files of the first bad example of a rule."""
    parts = {section.title: section for section in sections(load_rules()[name].doc)}
    return dict(parts["Bad"].examples()[0][0])


@pytest.mark.parametrize("name", FAILS)
def test_a_bad_example_fails_as_its_rule_says(name, deploy, invoke):
    event, error = FAILS[name]
    deploy(bad(name)["app.py"])
    answer = invoke(event=event)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == error


@pytest.mark.parametrize("name", sorted(WORK_WHEN_MENDED))
def test_the_mended_example_works(name, deploy, invoke):
    event, _ = FAILS[name]
    mended = fix(Project.of(bad(name)), Config(select=(name,)), Safety.UNSAFE).project
    deploy(mended.documents["app.py"].raw)
    assert invoke(event=event).error is None


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        ("{1, 2}", True),
        ("{'at': __import__('datetime').datetime.now()}", True),
        ("__import__('uuid').uuid4()", True),
        ("__import__('datetime').timedelta(1)", True),
        ("(n for n in 'ab')", True),
        ("map(str, [1])", True),
        ("range(3)", True),
        ("{'a': 1}.keys()", True),
        ("{(1, 2): 3}", True),
        ("{__import__('decimal').Decimal(1): 3}", True),
        ("bytearray(b'x')", True),
        ("__import__('collections').deque([1])", True),
        ("__import__('io').StringIO('x')", True),
        ("__import__('re').compile('x')", True),
        ("open(__file__)", True),
        ("__import__('pathlib').Path('x')", True),
        ("1j", True),
        ("{'raw': b'\\xff'}", True),
        ("{'raw': b'text'}", False),
        ("b'\\xff'", False),
        ("__import__('decimal').Decimal('1.5')", False),
        ("__import__('collections').Counter('aab')", False),
        ("__import__('collections').namedtuple('P', 'x')(1)", False),
        ("(1, 2)", False),
        ("float('nan')", False),
    ],
)
def test_the_runtimes_encoder_takes_and_refuses_what_the_rule_believes(deploy, invoke, value, refused):
    source = f"def handler(event, context):\n    return {value}\n"
    deploy(source)
    answer = invoke()
    assert (answer.error is not None) == refused
    assert not refused or answer.payload["errorType"] == MARSHAL


def test_a_call_at_import_runs_before_the_first_event(deploy, invoke):
    source = "seen = []\n\n\ndef handler(event, context):\n    seen.append(event)\n    return seen\n"
    deploy(source + "\n\nhandler('desk', None)\n")
    assert invoke(event="real").payload == ["desk", "real"]


def test_what_is_put_into_a_shared_default_is_there_in_the_next_invocation(deploy, invoke):
    deploy(bad("mutable-default-argument")["app.py"])
    event = {"Records": [RECORD]}
    assert [invoke(event=event).payload for _ in range(2)] == [["b"], ["b", "b"]]


def test_a_time_of_the_import_stays(deploy, invoke):
    deploy("import time\n\nnow = time.time_ns()\n\n\ndef handler(event, context):\n    return now\n")
    assert invoke().payload == invoke().payload


def test_a_variable_of_the_environment_stays_set(deploy, invoke):
    source = "import os\n\n\ndef handler(event, context):\n    before = os.environ.get('TENANT')\n"
    deploy(source + "    os.environ['TENANT'] = event\n    return before\n")
    assert [invoke(event=name).payload for name in ("a", "b")] == [None, "a"]


def test_a_reserved_variable_is_refused(deploy, api):
    with pytest.raises(api.exceptions.InvalidParameterValueException, match="AWS_REGION"):
        deploy("", Environment={"Variables": {"AWS_REGION": "eu-west-1"}})


def test_what_is_appended_to_a_fixed_file_stays(deploy, invoke):
    source = (
        "def handler(event, context):\n    with open('/tmp/log', 'a') as file:\n        file.write(event)\n"
    )
    deploy(source + "    return open('/tmp/log').read()\n")
    assert [invoke(event=text).payload for text in ("a", "b")] == ["a", "ab"]


def test_a_return_in_finally_hides_the_exception(deploy, invoke):
    deploy("def handler(event, context):\n    try:\n        1 / 0\n    finally:\n        return 'fine'\n")
    assert invoke().payload == "fine"


def test_a_message_whose_error_is_only_logged_is_deleted(deploy, queue, mapped, send, left, cloud):
    source = bad("swallowed-exception-in-async-source")["app.py"]
    deploy(source, Environment={"Variables": {"AWS_MAX_ATTEMPTS": "1"}}, Timeout=10)
    url, arn = queue(VisibilityTimeout="60")
    mapped(arn)
    send(url, json.dumps({"id": 1}))
    assert left(url) == (0, 0)
