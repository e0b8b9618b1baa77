"""Condition blocks: every operator of the policy language, with `IfExists`, `ForAllValues:` and `ForAnyValue:`.

All operators and all keys of a block must hold; of a key's values one must match, and with a negated operator
none may. A key the request lacks does not match, so negated operators hold then.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lint_rules.engine.iam.comparisons import OPERATORS, Matcher
from lint_rules.engine.iam.variables import Context
from lint_rules.engine.typed import NamedTuple

_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
_SETS = {"forallvalues": "all", "foranyvalue": "any"}


class UnknownOperator(ValueError):
    """A condition names an operator that does not exist."""


class Test(NamedTuple):
    """One key of a condition block with its operator and the values it is compared with."""

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: str
    if_exists: bool
    negated: bool
    match: Matcher

    def holds(self, context: Context) -> bool:
        """Whether the request passes."""
        given = context.get(self.key.lower())
        if given is None or given == ():
            if self.operator == "null":
                return "true" in self.values
            if self.if_exists or self.quantifier == "all":
                return True
            return self.negated and self.quantifier != "any"
        if self.operator == "null":
            return "false" in self.values
        found = (given,) if isinstance(given, str) else given
        negated = self.negated
        if self.quantifier == "all":
            return all(self.match(value, context) != negated for value in found)
        if self.quantifier == "any":
            return any(self.match(value, context) != negated for value in found)
        return any(self.match(value, context) for value in found) != negated


def tests(block: Mapping[str, Mapping[str, object]], variables: bool) -> tuple[Test, ...]:
    """The tests of a Condition element. Raises UnknownOperator for an operator that does not exist."""
    return tuple(
        _test(operator, key, _texts(values), variables)
        for operator, keys in block.items()
        for key, values in keys.items()
    )


def is_operator(name: str) -> bool:
    """Whether the policy language has this operator, with what may stand before and after it."""
    _, base, _, _ = _read(name)
    return base in OPERATORS or base == "null"


def _read(name: str) -> tuple[str, str, bool, bool]:
    """Quantifier, operator without negation, negated, if-exists."""
    lowered = name.lower()
    before, colon, rest = lowered.partition(":")
    quantifier = _SETS.get(before, "?") if colon else ""
    base = rest if colon else lowered
    if_exists = base.endswith("ifexists") and base != "nullifexists"
    if if_exists:
        base = base[: -len("ifexists")]
    positive = _NEGATED.get(base, base)
    return quantifier, "" if quantifier == "?" else positive, positive != base, if_exists


def _test(name: str, key: str, values: tuple[str, ...], variables: bool) -> Test:
    quantifier, base, negated, if_exists = _read(name)
    if base == "null":
        lowered = tuple(value.lower() for value in values)
        return Test("null", key, lowered, quantifier, False, False, _never)
    prepare = OPERATORS.get(base)
    if prepare is None:
        raise UnknownOperator(name)
    return Test(base, key, values, quantifier, if_exists, negated, prepare(values, variables))


def _never(value: str, context: Context) -> bool:
    return False


def _texts(values: object) -> tuple[str, ...]:
    if isinstance(values, (list, tuple)):
        return tuple(text(value) for value in values)
    return (text(values),)


def text(value: object) -> str:
    """A JSON scalar as policies compare it: true and false in lower case, numbers in digits."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def normal(context: Mapping[str, object]) -> dict[str, str | tuple[str, ...]]:
    """A context with its keys in lower case and every value a text or a tuple of texts."""
    out: dict[str, str | tuple[str, ...]] = {}
    for key, value in context.items():
        if isinstance(value, str):
            out[key.lower()] = value
        elif isinstance(value, (list, tuple, set, frozenset)):
            out[key.lower()] = tuple(text(item) for item in _ordered(value))
        elif value is not None:
            out[key.lower()] = text(value)
    return out


def _ordered(values: Iterable[object]) -> list[object]:
    return sorted(values, key=str) if isinstance(values, (set, frozenset)) else list(values)
