"""Filter patterns find what CloudWatch Logs documents they find, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from course.cloud.sources.log_patterns import LogPattern

TEXT = "[ERROR] 400 BAD REQUEST Invalid ARGUMENTS: timed-out"
EVENT: dict[str, Any] = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "errorCode": 400,
    "latency": 0.25,
    "nothing": None,
    "on": True,
    "off": False,
    "a b": 1,
}
LINE = '127.0.0.1 Prod frank [10/Oct/2026:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'


@pytest.mark.parametrize(
    ("pattern", "met"),
    [
        ("", True),
        (" ", True),
        ("ERROR", True),
        ("error", False),
        ("ERROR ARGUMENTS", True),
        ("ERROR WARNING", False),
        ("?WARNING ?ARGUMENTS", True),
        ("?WARNING ?INFO", False),
        ("ERROR -ARGUMENTS", False),
        ("ERROR -WARNING", True),
        ('"BAD REQUEST"', True),
        ('"REQUEST BAD"', False),
        ('-"BAD REQUEST"', False),
        ('?"REQUEST BAD" ?"BAD REQUEST"', True),
        ("ERROR ?WARNING", True),
        ("%4\\d\\d BAD%", True),
        ("%5\\d\\d BAD%", False),
        ('"[ERROR]"', True),
    ],
)
def test_terms(pattern: str, met: bool) -> None:
    assert (LogPattern(pattern).match(TEXT) is not None) is met


@pytest.mark.parametrize(
    ("pattern", "met"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ("{$.eventType=UpdateTrail}", True),
        ('{ $.eventType = "Update*" }', True),
        ('{ $.eventType = "*Trail" }', True),
        ('{ $.eventType = "updatetrail" }', False),
        ('{ $.eventType != "UpdateTrail" }', False),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[1] = "value" }', False),
        ('{ $.arrayKey[*] = "another value" }', True),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.errorCode = 400 }", True),
        ("{ $.errorCode >= 400 }", True),
        ("{ $.errorCode > 400 }", False),
        ("{ $.errorCode = 4* }", True),
        ("{ $.latency < 2.5e-1 }", False),
        ("{ $.latency <= 2.5e-1 }", True),
        ("{ $.nothing IS NULL }", True),
        ("{ $.on IS TRUE }", True),
        ("{ $.on IS FALSE }", False),
        ("{ $.off IS FALSE }", True),
        ("{ $.missing NOT EXISTS }", True),
        ("{ $.on NOT EXISTS }", False),
        ('{ $.missing = "x" }', False),
        ('{ $.missing != "x" }', False),
        ("{ $.['a b'] = 1 }", True),
        ('{ ($.errorCode = 400) && ($.eventType = "UpdateTrail") }', True),
        ('{ $.errorCode = 500 || $.eventType = "UpdateTrail" }', True),
        ('{ $.errorCode = 500 && $.on IS TRUE || $.eventType = "UpdateTrail" }', True),
        ('{ $.errorCode = 500 && ($.on IS TRUE || $.eventType = "UpdateTrail") }', False),
        ("{ $.eventType = %Update.+l% }", True),
    ],
)
def test_json(pattern: str, met: bool) -> None:
    assert (LogPattern(pattern).match(json.dumps(EVENT)) is not None) is met


@pytest.mark.parametrize("message", ["plain text", "[1]", "3", '{"eventType": "UpdateTrail"'])
def test_what_is_no_object_meets_no_json_pattern(message: str) -> None:
    assert LogPattern("{ $.a NOT EXISTS }").match(message) is None


@pytest.mark.parametrize(
    ("pattern", "met"),
    [
        ("[ip, user, username, timestamp, request, status_code, bytes]", True),
        ("[ip, user, username, timestamp, request, status_code]", False),
        ("[ip, user, username, timestamp, request, status_code = 4*, bytes]", True),
        ("[ip, user, username, timestamp, request, status_code = 5*, bytes]", False),
        ("[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", True),
        ("[..., status_code = 404, bytes]", True),
        ("[ip != 127.0.0.1, ...]", False),
        ("[ip = %127\\.0\\.0\\.[1-9]%, ...]", True),
        ("[..., status_code = 404 || status_code = 410, bytes > 1000]", True),
        ("[..., status_code = 404 && status_code != 404, bytes]", False),
        ("[..., bytes > 2000]", False),
        ("[a, ..., b, c, d, e, f, g, h]", False),
    ],
)
def test_fields(pattern: str, met: bool) -> None:
    assert (LogPattern(pattern).match(LINE) is not None) is met


def test_fields_are_named_as_the_pattern_names_them() -> None:
    found = LogPattern("[ip, ..., request, status, bytes]").match(LINE)
    assert found is not None
    assert found.fields == {
        "ip": "127.0.0.1",
        "2": "Prod",
        "3": "frank",
        "4": "10/Oct/2026:13:25:15 -0700",
        "request": "GET /index.html HTTP/1.0",
        "status": "404",
        "bytes": "1534",
    }


@pytest.mark.parametrize(
    "pattern",
    [
        '"unclosed',
        "{ $.a }",
        "{ $.a = }",
        "{ a = 1 }",
        "{ $.a = 1 && }",
        "{ ($.a = 1 }",
        "{ $.a > x }",
        "{ $.a IS EMPTY }",
        "[a, ..., b, ...]",
        "[a >]",
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        LogPattern(pattern)
