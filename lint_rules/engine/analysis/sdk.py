"""What boto3's methods send to AWS: operations and their parameters, waiters, and the objects of its resources.

Reads the dated snapshots `data/boto3_operations.txt` and `data/boto3_resources.txt`, of each the services that
are asked for.
"""

from __future__ import annotations

import os
from functools import lru_cache

from lint_rules.engine.typed import NamedTuple

_DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data")


_TOKENS = {
    "rds": ("generate_db_auth_token",),
    "dsql": ("generate_db_connect_auth_token", "generate_db_connect_admin_auth_token"),
}
"""Methods of clients that sign a token and send nothing; who takes the token checks the signer's permissions.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html"""


class Operation(NamedTuple):
    """An operation of a service, with the names of its parameters."""

    service: str
    name: str
    parameters: frozenset[str]
    required: frozenset[str]


class Request(NamedTuple):
    """What a method of a resource sends: the operation, parameters with the identifiers that fill them, and the type
    of object it gives."""

    operation: str
    filled: tuple[tuple[str, str], ...]
    gives: str


class ResourceType(NamedTuple):
    """A type of object of `boto3.resource`. `identifiers` are those that make one, in order; `attributes` those that
    are loaded when first read."""

    name: str
    identifiers: tuple[str, ...]
    load: Request | None
    attributes: frozenset[str]
    actions: dict[str, Request]
    collections: dict[str, Request]
    batch: dict[str, Request]
    waiters: dict[str, str]
    others: dict[str, Request]


def operation_named(service: str, method: str) -> str | None:
    """The name of the operation that a client's method calls; None for a method of a service in the snapshot that
    calls none. Of other services the method's name is taken at its word."""
    if method in _TOKENS.get(service, ()):
        return "".join(part.capitalize() for part in method.split("_"))
    known = _operations(service)
    found = known.get(method.replace("_", "").lower())
    if found is not None:
        return found.name
    return None if known else "".join(part.capitalize() for part in method.split("_"))


def operations_like(method: str, keywords: frozenset[str]) -> list[Operation]:
    """The operations a call on an unknown object may be: the method's name is right, every keyword is a parameter
    and none that is required is missing."""
    wanted = method.replace("_", "").lower()
    return [
        operation
        for operation in _by_name().get(wanted, ())
        if keywords <= operation.parameters and operation.required <= keywords
    ]


def waited_for(service: str, waiter: str) -> str | None:
    """The operation that a waiter calls; its name may be written in either way."""
    return _waiters(service).get(waiter.replace("_", "").lower())


def waiter_names(service: str) -> list[str]:
    """The waiters of a service, as `get_waiter` takes them."""
    lines = section("boto3_operations.txt", service)
    return [line.split(" ")[1] for line in lines if line.startswith("w ")]


def operation_names(service: str) -> list[str]:
    """The operations of a service in the snapshot."""
    return [operation.name for operation in _operations(service).values()]


def operation_of(service: str, name: str) -> Operation | None:
    """An operation of a service in the snapshot."""
    return _operations(service).get(name.lower())


@lru_cache(maxsize=64)
def resource_types(service: str) -> dict[str, ResourceType]:
    """The types of objects of a service by name, the service itself under "-"."""
    types: dict[str, ResourceType] = {}
    made = ResourceType("-", (), None, frozenset(), {}, {}, {}, {}, {})
    for line in section("boto3_resources.txt", service):
        kind, *words = line.split(" ")
        if kind == "t":
            made = types[words[0]] = ResourceType(
                words[0], tuple(words[1:]), None, frozenset(), {}, {}, {}, {}, {}
            )
        elif kind == "l":
            made = types[made.name] = made._replace(load=_request(words))
        elif kind == "v":
            made = types[made.name] = made._replace(attributes=frozenset(words))
        elif kind == "w":
            made.waiters[words[0]] = words[1]
        elif kind == "h":
            made.others[words[0]] = _request(["", *words[1:]])
        else:
            {"a": made.actions, "m": made.collections, "b": made.batch}[kind][words[0]] = _request(words[1:])
    return types


def _request(words: list[str]) -> Request:
    gives = next((word[1:] for word in words if word.startswith(">")), "")
    pairs = [word.partition("=") for word in words if "=" in word]
    return Request(words[0], tuple((target, source) for target, _, source in pairs), gives)


@lru_cache(maxsize=3)
def _text(name: str) -> str:
    with open(os.path.join(_DATA, name), encoding="ascii") as file:
        return file.read()


def section(name: str, service: str) -> list[str]:
    """The lines about a service in a snapshot."""
    text = _text(name)
    start = text.find(f"\n= {service}\n")
    if start == -1:
        return []
    end = text.find("\n= ", start + 1)
    return text[start + 1 : end if end != -1 else len(text)].splitlines()[1:]


def _read(service: str, lines: list[str]) -> dict[str, Operation]:
    found = {}
    for line in lines:
        if not line.startswith("w "):
            name, *words = line.split(" ")
            parameters = frozenset(word.rstrip("!") for word in words)
            required = frozenset(word[:-1] for word in words if word.endswith("!"))
            found[name.lower()] = Operation(service, name, parameters, required)
    return found


@lru_cache(maxsize=512)
def _operations(service: str) -> dict[str, Operation]:
    return _read(service, section("boto3_operations.txt", service))


@lru_cache(maxsize=512)
def _waiters(service: str) -> dict[str, str]:
    words = [line.split(" ") for line in section("boto3_operations.txt", service) if line.startswith("w ")]
    return {name.replace("_", "").lower(): operation for _, name, operation in words}


@lru_cache(maxsize=1)
def _by_name() -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for part in _text("boto3_operations.txt").split("\n= ")[1:]:
        service, *lines = part.splitlines()
        for name, operation in _read(service, lines).items():
            found.setdefault(name, []).append(operation)
    return found
