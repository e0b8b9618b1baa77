"""What the condition operators compare: texts, numbers, dates, booleans, bytes, addresses and ARNs.

Each entry of OPERATORS takes the values of a policy and gives a function that says whether one of them fits a
value of a request. What cannot be read as its type fits nothing.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from lint_rules.engine.iam.patterns import Pattern
from lint_rules.engine.iam.variables import Context, Variable, expand, split
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import Any

Matcher = Callable[[str, Context], bool]
Prepare = Callable[["tuple[str, ...]", bool], Matcher]

_DATE = regex(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?\Z")


def _equals(fold: Callable[[str], str]) -> Prepare:
    def prepare(values: tuple[str, ...], variables: bool) -> Matcher:
        parts = [split(value) if variables else (value,) for value in values]
        fixed = frozenset(fold(str(part[0])) for part in parts if len(part) == 1 and type(part[0]) is str)
        moving = [part for part in parts if any(isinstance(item, Variable) for item in part)]

        def match(value: str, context: Context) -> bool:
            folded = fold(value)
            if folded in fixed:
                return True
            for part in moving:
                text = expand(part, context)
                if text is not None and fold(text) == folded:
                    return True
            return False

        return match

    return prepare


def _like(arn: bool) -> Prepare:
    def prepare(values: tuple[str, ...], variables: bool) -> Matcher:
        patterns = [Pattern(value, arn=arn, variables=variables) for value in values]

        def match(value: str, context: Context) -> bool:
            return any(pattern.matches(value, context) for pattern in patterns)

        return match

    return prepare


def _ordered(read: Callable[[str], float | None], compare: Callable[[Any, Any], bool]) -> Prepare:
    def prepare(values: tuple[str, ...], variables: bool) -> Matcher:
        bounds = [bound for bound in map(read, values) if bound is not None]

        def match(value: str, context: Context) -> bool:
            given = read(value)
            return given is not None and any(compare(given, bound) for bound in bounds)

        return match

    return prepare


def number(text: str) -> float | None:
    """A number, or None for a text that is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return None if value != value else value


def moment(text: str) -> float | None:
    """Seconds since 1970 of a date in one of the W3C forms of ISO 8601, or of such a number; else None."""
    found = _DATE.match(text.strip().replace("t", "T").replace("z", "Z"))
    if found is None:
        return number(text)
    from datetime import datetime, timedelta, timezone

    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        at = datetime(
            *(int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0)),
            tzinfo=timezone.utc,
        )
    except ValueError:
        return None
    if zone and zone != "Z":
        away = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        at = at - away if zone[0] == "+" else at + away
    return at.timestamp() + float(fraction or 0)


def _binary(values: tuple[str, ...], variables: bool) -> Matcher:
    wanted = {data for data in map(_decoded, values) if data is not None}

    def match(value: str, context: Context) -> bool:
        return _decoded(value) in wanted

    return match


def _decoded(text: str) -> bytes | None:
    import base64

    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _addresses(values: tuple[str, ...], variables: bool) -> Matcher:
    import ipaddress

    networks: list[Any] = []
    for value in values:
        try:
            networks.append(ipaddress.ip_network(value.strip(), strict=False))
        except ValueError:
            continue

    def match(value: str, context: Context) -> bool:
        try:
            address = ipaddress.ip_address(value.strip())
        except ValueError:
            return False
        return any(address in network for network in networks if network.version == address.version)

    return match


OPERATORS: dict[str, Prepare] = {
    "stringequals": _equals(str),
    "stringequalsignorecase": _equals(str.casefold),
    "stringlike": _like(arn=False),
    "arnequals": _like(arn=True),
    "arnlike": _like(arn=True),
    "bool": _equals(str.lower),
    "binaryequals": _binary,
    "ipaddress": _addresses,
    "numericequals": _ordered(number, operator.eq),
    "numericlessthan": _ordered(number, operator.lt),
    "numericlessthanequals": _ordered(number, operator.le),
    "numericgreaterthan": _ordered(number, operator.gt),
    "numericgreaterthanequals": _ordered(number, operator.ge),
    "dateequals": _ordered(moment, operator.eq),
    "datelessthan": _ordered(moment, operator.lt),
    "datelessthanequals": _ordered(moment, operator.le),
    "dategreaterthan": _ordered(moment, operator.gt),
    "dategreaterthanequals": _ordered(moment, operator.ge),
}
"""Operators by name in lower case, without the negated ones."""
