"""The shape of a handler, as far as characters tell: a look at a text that spares parsing it.

What it says no to holds no function of a handler's shape; what it says yes to may hold one.
"""

from __future__ import annotations

from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from re import Match

EVENTS = frozenset({"event", "_event", "evt", "events", "lambda_event"})
EVENT_LIKE = EVENTS | {"e", "_", "request", "req", "payload", "data", "message", "input", "record", "body"}
"""Names of a first parameter, in lower case."""

MARKS = frozenset({
    *("event_source", "inject_lambda_context", "capture_lambda_handler", "log_metrics", "event_parser"),
    *("idempotent", "batch_processor", "async_batch_processor"),
})  # fmt: skip
"""Decorators of Powertools for AWS Lambda that belong on handlers."""

APPLICATIONS = ("Chalice", "Mangum")
"""Classes of applications whose functions Lambda calls."""

CONTEXTS = frozenset({"context", "_context", "ctx", "_ctx", "lambda_context", "ctxt"})
CONTEXT_LIKE = CONTEXTS | {"c", "_", "__", "_c", "unused", "_unused"}
"""Names of a second parameter, in lower case."""

_BEGINNINGS = ("\ndef", "\nasync")
_DEFINITION = regex(r"\n(?:async[\s\\]+)?def\b[\s\\]*\w+[\s\\]*(?:\([\s\\]*(\w*)|[^\s\\(])")
_CONTEXT = regex(rf"\b(?:{'|'.join(sorted(CONTEXT_LIKE))})\b")
_HEADER = 1000
"""Characters in which the second parameter stands."""
_ODD_BEGINNINGS = ("\rdef", "\rasync", "\fdef", "\fasync")


def may_hold_handler(text: str) -> bool:
    """Whether a text may define a function that looks like a handler, at module level."""
    # To look for one character takes next to nothing, for two or more a tenth of a millisecond in a long text.
    odd = "\r" in text or "\f" in text
    if odd and any(beginning in text for beginning in _ODD_BEGINNINGS):
        return True
    if text.startswith(("def", "async")):
        text = "\n" + text
    for beginning in _BEGINNINGS:
        at = text.find(beginning)
        while at != -1:
            found = _DEFINITION.match(text, at)
            if found and _may_take_an_event(text, found):
                return True
            at = text.find(beginning, at + 4)
    return _may_be_marked(text) or any(name in text for name in APPLICATIONS)


def _may_be_marked(text: str) -> bool:
    """Whether a decorator at the beginning of a line may mark a handler."""
    at = 0 if text.startswith("@") else text.find("\n@")
    while at != -1:
        end = text.find("\n", at + 1)
        line = text[at : end if end != -1 else len(text)]
        if not line.isascii() or "\\" in line or any(word in line for word in MARKS):
            return True
        at = text.find("\n@", at + 1)
    return False


def _may_take_an_event(text: str, definition: Match[str]) -> bool:
    first, end = definition[1], definition.end()
    if not first:
        return text[end : end + 1] not in (")", "*", ":")
    if not first.isascii():
        return True
    if first.lower() not in EVENT_LIKE:
        return False
    # Before the first bracket closes, a colon ends the line of a comment, or stands before an annotation.
    closing = text.find(":\n", max(text.find(")", end), end), end + _HEADER)
    header = text[end : closing if closing != -1 else end + _HEADER]
    return not header.isascii() or _CONTEXT.search(header.lower()) is not None
