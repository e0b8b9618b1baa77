"""Events as JSON, and what the service says of those that are not.

It speaks in the words of its JSON parser; which of them are known from answers of the real service, and since
when, is in the tests' `recorded/errors.json`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from course.cloud.errors import InvalidRequestContent

_VALUE = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_SPACE = " \t\r\n"


def check_json(payload: bytes) -> None:
    """Raises InvalidRequestContent unless the payload is empty or JSON in UTF-8."""
    if not payload:
        return
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        raise _refused(*_stray_byte(payload, error)) from None
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _refused(*_complaint(text, error)) from None
    except RecursionError:
        raise _refused("Document nesting depth exceeds the maximum allowed", 1, 1) from None
    except ValueError as error:  # NaN and its kin
        token = str(error)
        place = text.find(token)
        raise _refused(f"Non-standard token '{token}'", *_place(text, place + len(token))) from None


def _no_number(token: str) -> Any:
    raise ValueError(token)


_DECODER = json.JSONDecoder(parse_constant=_no_number)


def _stray_byte(payload: bytes, error: UnicodeDecodeError) -> tuple[str, int, int]:
    before, byte = payload[: error.start].decode(), payload[error.start]
    line, column = _place(before, len(before))
    if not before.strip():
        control = byte < 0xA0
        shown = f"(CTRL-CHAR, code {byte})" if control else f"'{chr(byte)}' (code {byte} / {byte:#x})"
        return f"Unexpected character ({shown}): expected a valid value {_VALUE}", line, column
    if error.reason == "invalid start byte":
        return f"Invalid UTF-8 start byte {byte:#04x}", line, column + 1
    middle = payload[min(error.end, len(payload) - 1)]
    return f"Invalid UTF-8 middle byte {middle:#04x}", line, column + 1


def _complaint(text: str, error: json.JSONDecodeError) -> tuple[str, int, int]:
    at = error.pos
    rest = text[at:].lstrip(_SPACE)
    at = len(text) - len(rest)
    if not rest:
        return "Unexpected end-of-input", *_place(text, len(text))
    if error.msg == "Expecting value" and (token := re.match(r"\w+", rest)):
        # The parser has read one character past the token when it sees that it knows no such word.
        end = min(at + len(token[0]) + 1, len(text))
        return f"Unrecognized token '{token[0]}': was expecting {_VALUE}", *_place(text, end)
    wanted = {
        "Expecting value": f"expected a valid value {_VALUE}",
        "Expecting property name enclosed in double quotes": "was expecting double-quote to start field name",
        "Expecting ':' delimiter": "was expecting a colon to separate field name and value",
        "Expecting ',' delimiter": "was expecting comma to separate entries",
        "Extra data": "Expected space separating root-level values",
    }.get(error.msg, error.msg)
    return f"Unexpected character ('{rest[0]}' (code {ord(rest[0])})): {wanted}", *_place(text, at + 1)


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column, both from 1, of a position."""
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def _refused(complaint: str, line: int, column: int) -> InvalidRequestContent:
    return InvalidRequestContent(
        f"Could not parse request body into json: Could not parse payload into json: {complaint}\n"
        " at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
        f"line: {line}, column: {column}]"
    )
