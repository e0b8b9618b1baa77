"""What answers of AWS's operations hold that JSON does not: datetimes and streams, as botocore makes them."""

from __future__ import annotations

import os
from functools import lru_cache

_PLACE = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "data", "boto3_outputs.txt"
)


def unsendable(service: str, operation: str) -> tuple[str, str] | None:
    """The first member of an operation's answer that is no JSON, and "a datetime" or "a stream"; None where the
    snapshot knows of none."""
    return _outputs(service).get(operation)


@lru_cache(maxsize=1)
def unsendable_methods() -> frozenset[str]:
    """The methods of clients, without underscores and in lower case, whose answers may hold such a member."""
    with open(_PLACE, encoding="ascii") as file:
        return frozenset(word.lower() for line in file if line[0] != "#" for word in line.split()[3:])


@lru_cache(maxsize=64)
def _outputs(service: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    with open(_PLACE, encoding="ascii") as file:
        for line in file:
            if line.startswith(f"{service} "):
                _, kind, member, *operations = line.split()
                words = (member, "a stream" if kind == "s" else "a datetime")
                found.update((operation, words) for operation in operations)
    return found
