"""From an SDK call to the IAM actions it needs.

An action is nearly always called like the operation, under the service's prefix; the rest is in the tables
`data/iam_services.txt` (generated) and `data/iam_exceptions.txt` (kept by hand). A call for which no action is
known to exist has none here, and the caller is told so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache

from lint_rules.engine.iam.actions import action_facts
from lint_rules.engine.typed import Any, NamedTuple

_DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data")


class _Action(NamedTuple):
    name: str
    parameter: str
    present: bool


def actions_of_call(
    service: str, operation: str, parameters: Mapping[str, Any] | None = None
) -> tuple[str, ...] | None:
    """The actions that a call needs, such as ("s3:ListBucket",) for s3 and ListObjectsV2. `service` is boto3's
    name of it; `operation` may be written as a method, list_objects_v2.

    With `parameters` only what these ask for; without, all that the operation may need at its simplest: no
    action that depends on a parameter, unless none else is there. None when the actions are not known, and
    an empty tuple when the call needs no permission.
    """
    wanted = operation.replace("_", "").lower()
    listed = _exceptions().get(f"{service}.{wanted}")
    if listed is not None:
        return tuple(dict.fromkeys(action.name for action in listed if _applies(action, parameters)))
    facts = action_facts(f"{prefix_of(service)}:{wanted}")
    return None if facts is None else (f"{prefix_of(service)}:{facts.name}",)


def prefix_of(service: str) -> str:
    """The prefix of a service's actions: `states` for stepfunctions."""
    return _prefixes().get(service, service)


def _applies(action: _Action, parameters: Mapping[str, Any] | None) -> bool:
    if not action.parameter:
        return True
    if parameters is None:
        return not action.present
    return (next(values_at(parameters, action.parameter), None) is not None) == action.present


def values_at(parameters: Mapping[str, Any], path: str) -> Iterator[Any]:
    """The values under a path such as Targets[].RoleArn, without those that are not set."""
    name, dot, rest = path.partition(".")
    each = name.endswith("[]")
    value = parameters.get(name.removesuffix("[]"))
    for item in value if each and isinstance(value, (list, tuple)) else (value,):
        if dot and isinstance(item, Mapping):
            yield from values_at(item, rest)
        elif not dot and item is not None and item != "":
            yield item


def _lines(name: str) -> Iterator[list[str]]:
    with open(os.path.join(_DATA, name), encoding="ascii") as file:
        for line in file:
            if not line.startswith("#"):
                yield line.split()


@lru_cache(maxsize=1)
def _prefixes() -> dict[str, str]:
    return {words[0]: words[1] for words in _lines("iam_services.txt") if "." not in words[0]}


@lru_cache(maxsize=1)
def _exceptions() -> dict[str, tuple[_Action, ...]]:
    found: dict[str, tuple[_Action, ...]] = {}
    for name in ("iam_services.txt", "iam_exceptions.txt"):
        for call, *actions in _lines(name):
            service, dot, operation = call.partition(".")
            if dot:
                found[f"{service}.{operation.lower()}"] = (
                    tuple(map(_action, actions)) if actions != ["-"] else ()
                )
    return found


def _action(text: str) -> _Action:
    name, _, parameter = text.partition("@")
    return _Action(name, parameter.removeprefix("!"), not parameter.startswith("!"))


def paths_for(service: str, operation: str, action: str) -> tuple[str, ...]:
    """The parameters for whose sake a call needs the action: Role of lambda's CreateFunction for iam:PassRole."""
    listed = _exceptions().get(f"{service}.{operation.replace('_', '').lower()}", ())
    return tuple(each.parameter for each in listed if each.name == action and each.present and each.parameter)


@lru_cache(maxsize=1)
def listed_calls() -> dict[str, tuple[str, ...]]:
    """Every call of the tables, in lower case, with all actions it may need."""
    return {call: tuple(action.name for action in actions) for call, actions in _exceptions().items()}
