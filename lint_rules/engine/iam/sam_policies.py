"""SAM's policy templates: what DynamoDBCrudPolicy and its like allow.

Reads the snapshot `data/sam_policies.txt` at the first question.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache

from lint_rules.engine.typed import Any, NamedTuple

_SNAPSHOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "sam_policies.txt")


class SamPolicy(NamedTuple):
    """A policy template: its name, its parameters, and its statements as JSON, with `${Parameter}` in it."""

    name: str
    parameters: tuple[str, ...]
    text: str

    def document(self, values: Mapping[str, str]) -> dict[str, Any]:
        """The policy document with the values that are known; `${Name}` stays for those that are not. Names
        such as AWS::Region are values too."""
        import json

        return {"Version": "2012-10-17", "Statement": _filled(json.loads(self.text), values)}


def sam_policy(name: str) -> SamPolicy | None:
    """The template of this name; None if SAM has none."""
    return _templates().get(name)


def sam_policy_names() -> tuple[str, ...]:
    """The names of all templates, in order."""
    return tuple(_templates())


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, str) and "${" in value:
        for name, text in values.items():
            value = value.replace(f"${{{name}}}", text)
    elif isinstance(value, list):
        return [_filled(item, values) for item in value]
    elif isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    return value


@lru_cache(maxsize=1)
def _templates() -> dict[str, SamPolicy]:
    found: dict[str, SamPolicy] = {}
    with open(_SNAPSHOT, encoding="ascii") as file:
        for line in file:
            if not line.startswith("#"):
                name, parameters, text = line.rstrip("\n").split(" ", 2)
                listed = () if parameters == "-" else tuple(parameters.split(","))
                found[name] = SamPolicy(name, listed, text)
    return found
