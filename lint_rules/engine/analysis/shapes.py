"""The shape of a handler, as far as characters tell: a look at a text that spares parsing it.

What it says no to holds no function of a handler's shape; what it says yes to may hold one.
"""

from __future__ import annotations

from lint_rules.engine.regex import regex

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

# The line break comes first, since the engine of `re` looks for a leading literal faster than for anything else.
_DEFINITIONS = tuple(
    regex(rf"\n{word}\b[\s\\]*\w+[\s\\]*(?:\([\s\\]*(\w*)|[^\s\\(])") for word in ("def", r"async[\s\\]+def")
)
_ODD_BEGINNINGS = ("\rdef", "\rasync", "\fdef", "\fasync")


def may_hold_handler(text: str) -> bool:
    """Whether a text may define a function that looks like a handler, at module level."""
    if text.startswith(("def", "async")) or any(beginning in text for beginning in _ODD_BEGINNINGS):
        return True
    for pattern in _DEFINITIONS:
        for found in pattern.finditer(text):
            first = found[1]
            if not first or first.lower() in EVENT_LIKE or not first.isascii():
                return True
    return any(word in text for word in MARKS) or any(name in text for name in APPLICATIONS)
