"""AWS's managed policies: what a role has that attaches one by name.

Reads the dated snapshot `data/iam_managed.txt` at the first question. It leaves out very long policies, so a
policy that is not here may exist.
"""

from __future__ import annotations

import os
from functools import lru_cache

from lint_rules.engine.typed import Any

_SNAPSHOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "iam_managed.txt")


def managed_policy(named: str) -> dict[str, Any] | None:
    """The document of a managed policy, given its ARN or its name; None for one that is not known."""
    found = _line(_name(named))
    if found is None:
        return None
    import json

    return {"Version": "2012-10-17", "Statement": json.loads(found.split(" ", 2)[2])}


def managed_policy_arn(named: str, partition: str = "aws") -> str | None:
    """The ARN of a managed policy, given its name; None for one that is not known."""
    found = _line(_name(named))
    if found is None:
        return None
    name, path, _ = found.split(" ", 2)
    return f"arn:{partition}:iam::aws:policy{path}{name}"


def _name(named: str) -> str:
    return named.rpartition("/")[2] if named.startswith("arn:") and ":iam::aws:policy/" in named else named


@lru_cache(maxsize=1024)
def _line(name: str) -> str | None:
    text = _snapshot()
    start = text.find(f"\n{name} ")
    return None if start == -1 or not name else text[start + 1 : text.index("\n", start + 1)]


@lru_cache(maxsize=1)
def _snapshot() -> str:
    with open(_SNAPSHOT, encoding="ascii") as file:
        return file.read()
