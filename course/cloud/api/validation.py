"""Checks an operation's input against botocore's model, with the sentences AWS uses.

One message lists every breach: `2 validation errors detected: Value ... at ... failed to satisfy constraint:
Member must ...; Value ...`. Texts follow answers of the real service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from course.cloud import quotas
from course.cloud.api.protocol import model
from course.cloud.errors import InvalidRequestContent, ValidationFailed

_TYPES = {
    "string": str,
    "structure": dict,
    "map": dict,
    "list": list,
    "integer": int,
    "long": int,
    "boolean": bool,
    "double": (int, float),
    "float": (int, float),
}

_ELSEWHERE = ("runtime",)
"""What the service checks behind its front end, with other words."""


_FIRST = "at 'compatibleRuntimes'"
"""What the service names first; the rest comes in the order of the model."""

_ORDERS = {"RecursiveLoop": ("Terminate", "Allow")}
"""Where the service was seen to name values in another order than its model."""


def validate(operation: str, parameters: dict[str, Any]) -> None:
    """Raises ValidationFailed, or InvalidRequestContent for a value of the wrong type."""
    shape = model().operation_model(operation).input_shape
    if shape is None:
        return
    breaches = sorted(_structure(shape, parameters, ""), key=lambda breach: _FIRST not in breach)
    if breaches:
        count = f"{len(breaches)} validation error{'s' if len(breaches) > 1 else ''} detected"
        raise ValidationFailed(f"{count}: {'; '.join(breaches)}")


def _structure(shape: Any, value: dict[str, Any], path: str) -> Iterator[str]:
    required, members = _parts(shape.name)
    for name in required:
        if value.get(name) is None:
            yield f"Value null at '{_at(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in members:
        if value.get(name) is not None and _at(path, name) not in _ELSEWHERE:
            yield from _member(member, value[name], _at(path, name))


@lru_cache(maxsize=1024)
def _parts(name: str) -> tuple[list[str], list[tuple[str, Any]]]:
    shape = model().shape_for(name)
    return list(shape.required_members), list(shape.members.items())


def _member(shape: Any, value: Any, path: str) -> Iterator[str]:
    kind = shape.type_name
    expected = _TYPES.get(kind)
    if expected is not None and (
        not isinstance(value, expected) or (isinstance(value, bool) and kind not in ("boolean",))  # type: ignore[arg-type]
    ):
        raise InvalidRequestContent(f"Could not parse request body into json: {path} is not a {kind}")
    if kind == "structure":
        yield from _structure(shape, value, path)
        return
    constraints = _breaches(shape, value)
    for constraint in constraints:
        yield f"Value '{_show(value)}' at '{path}' failed to satisfy constraint: {constraint}"
    if kind == "list":
        if shape.member.type_name == "structure":
            for index, item in enumerate(value):
                yield from _structure(shape.member, item, f"{path}.{index + 1}.member")
        elif shape.member.name == "Runtime" and any(_breaches(shape.member, item) for item in value):
            # Behind its front end again: the runtimes that may still be chosen, though it accepts the older ones.
            yield (
                f"Value '{_show(value)}' at '{path}' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(quotas.RUNTIMES)}]"
            )
        elif any(_breaches(shape.member, item) for item in value):
            yield (
                f"Value '{_show(value)}' at '{path}' failed to satisfy constraint: "
                f"Member must satisfy constraint: [{', '.join([*_all(shape.member), *_present(shape.member)])}]"
            )
    elif kind == "map":
        if any(_breaches(shape.key, key) for key in value):
            yield (
                f"Value '{_show(value)}' at '{path}' failed to satisfy constraint: "
                f"Map keys must satisfy constraint: [{', '.join(_all(shape.key))}]"
            )
        if any(_breaches(shape.value, item) for item in value.values()):
            number = [] if shape.value.type_name == "string" else _present(shape.value)
            yield (
                f"Value '{_show(value)}' at '{path}' failed to satisfy constraint: "
                f"Map value must satisfy constraint: [{', '.join([*_all(shape.value), *number])}]"
            )


def _present(shape: Any) -> list[str]:
    # In the service's answers this ends the list for architectures, runtimes and layers, not for subnets and groups.
    return [] if shape.name in ("SubnetId", "SecurityGroupId") else ["Member must not be null"]


def _breaches(shape: Any, value: Any) -> list[str]:
    return [sentence for sentence, holds in _constraints(shape) if not holds(value)]


def _all(shape: Any) -> list[str]:
    return [sentence for sentence, _ in _constraints(shape)]


@lru_cache(maxsize=4096)
def _cached(name: str) -> list[tuple[str, Any]]:
    return _make(model().shape_for(name))


def _constraints(shape: Any) -> list[tuple[str, Any]]:
    return _cached(shape.name)


def _make(shape: Any) -> list[tuple[str, Any]]:
    facts, made = shape.metadata, []
    length = shape.type_name in ("string", "list", "map", "blob")
    if (top := facts.get("max")) is not None:
        sentence = "Member must have " + ("length" if length else "value") + f" less than or equal to {top}"
        made.append((sentence, (lambda value: len(value) <= top) if length else (lambda value: value <= top)))
    if (bottom := facts.get("min")) is not None:
        sentence = (
            "Member must have " + ("length" if length else "value") + f" greater than or equal to {bottom}"
        )
        made.append(
            (sentence, (lambda value: len(value) >= bottom) if length else (lambda value: value >= bottom))
        )
    if pattern := facts.get("pattern"):
        compiled = re.compile(_python(pattern))
        said = pattern[1:-1] if shape.name == "LayerVersionArn" else pattern  # the model has one more pair
        sentence = f"Member must satisfy regular expression pattern: {said}"
        made.append((sentence, lambda value: compiled.fullmatch(value) is not None))
    if values := getattr(shape, "enum", None):
        sentence = f"Member must satisfy enum value set: [{', '.join(_ORDERS.get(shape.name, values))}]"
        made.append((sentence, lambda value: value in values))
    return made


def _python(pattern: str) -> str:
    """A pattern of the model, whose dialect is Java's, for Python: all that it has of Unicode are these classes."""
    return pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w\s")


def _at(path: str, name: str) -> str:
    own = name[:1].lower() + name[1:]
    return f"{path}.{own}" if path else own


def _show(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_show(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, bytes):
        return "java.nio.HeapByteBuffer"
    return str(value)
