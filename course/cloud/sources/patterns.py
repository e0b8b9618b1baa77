"""Event patterns: the language in which EventBridge rules and event source mappings say which events they want.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html and
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax (both 2026-11)

A pattern has the shape of the event. Where the event has a value the pattern has an array of alternatives. All
fields must fit; of an array in the event it is enough that one element does.
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Test = Callable[[Any], bool]
_ABSENT = object()
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Pattern:
    """A pattern that was read; `shape` is it as JSON."""

    def __init__(self, text: str) -> None:
        """Raises ValueError, with a sentence, for a text that is no pattern."""
        try:
            self.shape = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"the pattern is not JSON: {error}") from None
        self._test = _fields(self.shape)

    def matches(self, event: Any) -> bool:
        """Whether the event, as JSON values, fits."""
        return self._test(event)


def _fields(shape: Any) -> Test:
    if not isinstance(shape, dict) or not shape:
        raise ValueError("a pattern is an object with at least one field")
    tests = [_either(rule) if name == "$or" else _field(name, rule) for name, rule in shape.items()]

    def fits(event: Any) -> bool:
        if isinstance(event, list):
            return any(fits(one) for one in event)
        return all(test(event if isinstance(event, Mapping) else {}) for test in tests)

    return fits


def _either(shapes: Any) -> Test:
    if not isinstance(shapes, list) or len(shapes) < 2:
        raise ValueError("$or takes an array of two patterns or more")
    tests = [_fields(shape) for shape in shapes]
    return lambda event: any(test(event) for test in tests)


def _field(name: str, rule: Any) -> Test:
    if isinstance(rule, dict):
        inner = _fields(rule)
        return lambda event: inner(event.get(name, {}))
    if not isinstance(rule, list) or not rule:
        raise ValueError(f"{name} takes an object or an array with at least one value")
    tests = [_alternative(one) for one in rule]
    return lambda event: any(test(value) for value in _values(event.get(name, _ABSENT)) for test in tests)


def _values(value: Any) -> Iterator[Any]:
    """The leaves to try. An object is none: to a pattern it looks as if there were nothing."""
    if isinstance(value, list):
        found = [leaf for one in value for leaf in _values(one) if leaf is not _ABSENT]
        yield from found or [_ABSENT]
    else:
        yield _ABSENT if isinstance(value, Mapping) else value


def _alternative(rule: Any) -> Test:
    if isinstance(rule, (str, bool)) or rule is None or _is_number(rule):
        return lambda value: _same(value, rule)
    if not isinstance(rule, dict) or len(rule) != 1:
        raise ValueError(f"an alternative is a value or an object with one operator, not {json.dumps(rule)}")
    ((name, argument),) = rule.items()
    made = _OPERATORS.get(name)
    if made is None:
        raise ValueError(f"there is no operator {name}")
    return made(argument)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value is not _ABSENT and bool(value == wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _of_text(name: str, make: Callable[[str], Callable[[str], bool]]) -> Callable[[Any], Test]:
    """An operator on strings, which takes one string."""

    def operator_of(argument: Any) -> Test:
        if not isinstance(argument, str):
            raise ValueError(f"{name} takes a string")
        test = make(argument)
        return lambda value: isinstance(value, str) and test(value)

    return operator_of


def _edge(name: str, at: Callable[[str, str], bool]) -> Callable[[Any], Test]:
    """`prefix` or `suffix`, of a string or, whatever its case, of {"equals-ignore-case": …}."""

    def operator_of(argument: Any) -> Test:
        if isinstance(argument, dict) and list(argument) == ["equals-ignore-case"]:
            plain = _of_text("equals-ignore-case", lambda text: lambda value: at(value.lower(), text.lower()))
            return plain(argument["equals-ignore-case"])
        return _of_text(name, lambda text: lambda value: at(value, text))(argument)

    return operator_of


def _wildcard(text: str) -> Callable[[str], bool]:
    if re.search(r"(?<!\\)(?:\\\\)*\*\*", text):
        raise ValueError("a wildcard has no two stars in a row")
    parts = re.findall(r"\\.|\*|[^\\*]+|\\$", text)
    pattern = "".join(
        ".*" if part == "*" else re.escape(part[1:] if part[:1] == "\\" and len(part) == 2 else part)
        for part in parts
    )
    compiled = re.compile(pattern, re.DOTALL)
    return lambda value: compiled.fullmatch(value) is not None


def _numeric(argument: Any) -> Test:
    pairs = list(zip(argument[::2], argument[1::2], strict=False)) if isinstance(argument, list) else []
    if not pairs or len(argument) not in (2, 4):
        raise ValueError("numeric takes one comparison or two, as [operator, number, …]")
    for sign, number in pairs:
        if sign not in _COMPARE or not _is_number(number):
            raise ValueError("numeric compares with =, <, <=, > or >= and a number")
    return lambda value: _is_number(value) and all(_COMPARE[sign](value, number) for sign, number in pairs)


def _exists(argument: Any) -> Test:
    if not isinstance(argument, bool):
        raise ValueError("exists takes true or false")
    return lambda value: (value is not _ABSENT) is argument


def _anything_but(argument: Any) -> Test:
    if isinstance(argument, dict):
        if len(argument) != 1 or (name := next(iter(argument))) not in _NEGATED:
            raise ValueError(f"anything-but takes values or one of {', '.join(_NEGATED)}")
        inner = argument[name]
        tests = [_OPERATORS[name](one) for one in (inner if isinstance(inner, list) else [inner])]
        if not tests:
            raise ValueError(f"{name} takes a string")
        return lambda value: isinstance(value, str) and not any(test(value) for test in tests)
    wanted = argument if isinstance(argument, list) else [argument]
    if not wanted or not all(
        isinstance(one, (str, bool)) or _is_number(one) or one is None for one in wanted
    ):
        raise ValueError("anything-but takes values")
    return lambda value: value is not _ABSENT and not any(_same(value, one) for one in wanted)


def _cidr(argument: Any) -> Test:
    try:
        network = ipaddress.ip_network(argument, strict=False)
    except (ValueError, TypeError):
        raise ValueError("cidr takes a range of addresses") from None

    def inside(value: Any) -> bool:
        try:
            return isinstance(value, str) and ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return inside


def _ignoring_case(argument: Any) -> Test:
    return _of_text("equals-ignore-case", lambda text: lambda value: value.lower() == text.lower())(argument)


_OPERATORS: dict[str, Callable[[Any], Test]] = {
    "prefix": _edge("prefix", str.startswith),
    "suffix": _edge("suffix", str.endswith),
    "equals-ignore-case": _ignoring_case,
    "wildcard": _of_text("wildcard", _wildcard),
    "numeric": _numeric,
    "exists": _exists,
    "anything-but": _anything_but,
    "cidr": _cidr,
}
_NEGATED = ("prefix", "suffix", "equals-ignore-case", "wildcard")
