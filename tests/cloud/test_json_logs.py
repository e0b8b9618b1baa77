"""With the log format JSON the service's own lines are platform events, and levels say which lines are kept."""

from __future__ import annotations

import json

import pytest

QUIET = "def handler(event, context): return 1"


@pytest.fixture
def lines(cloud):
    """The messages of a function's log group, decoded where they are JSON objects."""

    def read(group="/aws/lambda/f"):
        found = []
        for event in cloud.client("logs").filter_log_events(logGroupName=group)["events"]:
            text = event["message"]
            found.append(json.loads(text) if text.startswith("{") else text)
        return found

    return read


def shape(value):
    """The names and types of a JSON value, in their order; whole numbers count as numbers."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    return "number" if isinstance(value, int | float) else type(value).__name__


def types(lines):
    return [line["type"] if isinstance(line, dict) and "type" in line else line for line in lines]


def test_a_cold_and_a_warm_invocation_have_the_lines_of_the_real_service(deploy, invoke, lines, recorded):
    facts = recorded("platform_events")
    deploy(QUIET, LoggingConfig={"LogFormat": "JSON"}, MemorySize=256)
    first, _ = invoke(), invoke()
    found = lines()
    names = ["initStart", "start", "report cold", "start", "report warm"]
    assert [shape(line) for line in found] == [shape(facts[name]) for name in names]
    init, start, report = (line["record"] for line in found[:3])
    assert init["instanceMaxMemory"] == facts["initStart"]["record"]["instanceMaxMemory"]
    assert init["functionName"] == "f"
    assert start["requestId"] == report["requestId"] == first.request
    assert start["functionArn"].endswith(":function:f")
    assert report["metrics"]["billedDurationMs"] >= report["metrics"]["durationMs"]
    assert [json.loads(line)["type"] for line in first.log.splitlines()] == [
        "platform.start",
        "platform.report",
    ]


def test_a_time_out_is_an_event_of_its_own(deploy, invoke, lines, recorded):
    facts = recorded("platform_events")
    deploy(
        "def handler(event, context):\n    while True: pass", LoggingConfig={"LogFormat": "JSON"}, Timeout=1
    )
    invoke()
    _, _, done, report = lines()
    assert shape(done) == shape(facts["runtimeDone timeout"])
    assert done["record"]["status"] == report["record"]["status"] == "timeout"
    assert list(report["record"]) == list(facts["report timeout"]["record"])
    assert report["record"]["metrics"]["durationMs"] == 1000.0


def test_an_exit_and_an_exception_are_errors(deploy, invoke, lines):
    deploy(
        "import os\ndef handler(event, context):\n    if event: os._exit(3)\n    raise KeyError('gone')",
        LoggingConfig={"LogFormat": "JSON", "LogGroup": "/own/group"},
    )
    invoke(event=0), invoke(event=1)
    reports = [line["record"] for line in lines("/own/group") if line.get("type") == "platform.report"]
    assert [(one["status"], one["errorType"]) for one in reports] == [
        ("error", "KeyError"),
        ("error", "Runtime.ExitError"),
    ]


def test_an_import_that_fails_is_reported(deploy, invoke, lines):
    deploy("import nothing_of_the_kind", LoggingConfig={"LogFormat": "JSON"})
    invoke()
    (report,) = [
        line["record"]
        for line in lines()
        if isinstance(line, dict) and line.get("type") == "platform.initReport"
    ]
    assert (report["phase"], report["status"]) == ("init", "error")
    assert report["errorType"] == "Runtime.ImportModuleError"


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("WARN", []),
        ("INFO", ["initStart", "start", "report"]),
        ("DEBUG", ["initStart", "initRuntimeDone", "initReport", "start", "runtimeDone", "report"]),
    ],
)
def test_the_system_level_decides_which_platform_events_are_written(deploy, invoke, lines, level, expected):
    deploy(QUIET, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": level})
    invoke()
    logged = [] if level == "WARN" else lines()
    assert types(logged) == [f"platform.{name}" for name in expected]


def test_failures_pass_the_system_level_warn(deploy, invoke, lines):
    deploy(
        "import os\ndef handler(event, context): os._exit(1)",
        LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"},
    )
    invoke()
    assert types(lines()) == ["platform.runtimeDone", "platform.report"]


LEVELS = """
import json, logging
def handler(event, context):
    for level in ("debug", "info", "warning", "error"):
        getattr(logging.getLogger(), level)("by logging")
    stamp = "2026-01-01T00:00:00Z"
    for level in ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"):
        print(json.dumps({"timestamp": stamp, "level": level, "message": "by print"}))
    print(json.dumps({"level": "DEBUG", "message": "without a time"}))
    print(json.dumps({"timestamp": stamp, "level": "LOUD", "message": "of no level"}))
    print("no json at all")
"""


@pytest.mark.parametrize(
    ("level", "logged", "printed", "others"),
    [
        ("DEBUG", ["DEBUG", "INFO", "WARNING", "ERROR"], ["DEBUG", "INFO", "WARN", "ERROR", "FATAL"], True),
        ("INFO", ["INFO", "WARNING", "ERROR"], ["INFO", "WARN", "ERROR", "FATAL"], True),
        ("WARN", ["WARNING", "ERROR"], ["WARN", "ERROR", "FATAL"], False),
        ("FATAL", [], ["FATAL"], False),
    ],
)
def test_the_application_level_decides_which_json_lines_of_the_code_are_kept(
    deploy, invoke, lines, level, logged, printed, others
):
    deploy(LEVELS, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": level})
    invoke()
    found = lines()
    own = [line for line in found if isinstance(line, dict) and "message" in line]
    assert [line["level"] for line in own if line["message"] == "by logging"] == logged
    assert [line["level"] for line in own if line["message"] == "by print"] == printed
    # Without a valid time and level a line counts as INFO.
    assert ("without a time" in [line["message"] for line in own]) is others
    assert ("of no level" in [line["message"] for line in own]) is others
    assert "no json at all\n" in found


def test_text_is_not_filtered(deploy, invoke, lines):
    deploy(LEVELS)
    invoke()
    assert len([line for line in lines() if isinstance(line, dict)]) == 8
