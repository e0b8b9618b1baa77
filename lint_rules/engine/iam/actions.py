"""IAM actions: which exist, what resources they take, and which condition keys limit them.

Reads the dated snapshot `data/iam_actions.txt` at the first question, and of it the services that are asked
for. An action newer than the snapshot is unknown, not wrong.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from lint_rules.engine.typed import NamedTuple

_SNAPSHOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data", "iam_actions.txt")

_ONE_OF = frozenset({"apigateway", "es", "events", "execute-api", "s3"})
"""Services whose optional resource types are alternatives, of which every request names one."""

_EVERYWHERE = frozenset(
    {
        # The interfaces do not exist yet when the role is written.
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
        "ec2:assignprivateipaddresses",
        "ec2:attachnetworkinterface",
        "ec2:createnetworkinterface",
        "ec2:deletenetworkinterface",
        "ec2:detachnetworkinterface",
        "ec2:unassignprivateipaddresses",
        # As in AWSLambdaBasicExecutionRole; the group does not exist yet either.
        "logs:createloggroup",
        # As in AmazonS3ObjectLambdaExecutionRolePolicy; the access point names the function, not the reverse.
        "s3-object-lambda:writegetobjectresponse",
    }
)
"""Actions that AWS's own policies for Lambda functions grant on every resource, for lack of a name to
give."""


class ActionFacts(NamedTuple):
    """One action. `level` is "Read", "List", "Write", "Tagging" or "Permissions management"; `resources` are the
    types of resources it takes, each with whether every request names one; `needs` are actions that must be
    allowed besides, such as iam:PassRole."""

    name: str
    level: str
    resources: tuple[tuple[str, bool], ...]
    keys: tuple[str, ...]
    needs: tuple[str, ...]


class _Service:
    """The lines of one service by the action's name in lower case; a line is read when somebody asks for it."""

    def __init__(self) -> None:
        self.arns: dict[str, str] = {}
        self.lines: dict[str, tuple[str, list[str]]] = {}
        self._read: dict[str, ActionFacts] = {}

    @property
    def names(self) -> list[str]:
        """The names of its actions."""
        return [line.partition(" ")[0] for line, _ in self.lines.values()]

    def get(self, name: str) -> ActionFacts | None:
        """What is known of an action, by its name in lower case."""
        found = self._read.get(name)
        if found is None and name in self.lines:
            found = self._read[name] = _action(*self.lines[name])
        return found


_LEVELS = {"R": "Read", "L": "List", "W": "Write", "T": "Tagging", "P": "Permissions management"}


def action_facts(action: str) -> ActionFacts | None:
    """What is known of an action such as s3:GetObject, in any case; None if the snapshot does not hold it."""
    service, _, name = action.lower().partition(":")
    return _service(service).get(name)


def actions_of(service: str) -> tuple[str, ...]:
    """The names of a service's actions, without the service; none for an unknown service."""
    return tuple(_service(service.lower()).names)


def matching_actions(pattern: str) -> tuple[str, ...]:
    """The actions of the snapshot that a pattern of one service grants: s3:Get* gives s3:GetObject and more.
    None of a pattern over all services, such as `*`, which grants too many to name."""
    service, _, name = pattern.lower().partition(":")
    shape = re.compile("".join(_WILD.get(char, re.escape(char)) for char in name) + r"\Z")
    return tuple(f"{service}:{name}" for name in _service(service).names if shape.match(name.lower()))


def resource_patterns(service: str) -> dict[str, str]:
    """The resource types of a service, each with the pattern of its ARN, such as
    arn:${Partition}:sqs:${Region}:${Account}:${QueueName}."""
    return _service(service.lower()).arns


def snapshot_date() -> str:
    """The day the snapshot was taken, as 2026-10-27."""
    found = re.search(r"^# Source: .* (\d{4}-\d\d-\d\d)\.$", _snapshot()[""], re.MULTILINE)
    return found[1] if found else ""


def takes_resources(pattern: str) -> bool | None:
    """Whether a grant of `pattern`, such as s3:GetObject or s3:Get*, could name resources instead of `*`.

    Of a pattern with wildcards, whether most of the actions it matches can. None for what the snapshot does
    not hold.
    """
    service, colon, name = pattern.partition(":")
    if not colon or "*" in service or "?" in service:
        return None
    actions = _service(service.lower())
    if "*" in name or "?" in name:
        shape = re.compile("".join(_WILD.get(char, re.escape(char)) for char in name.lower()) + r"\Z")
        matching = [facts for each in actions.lines if shape.match(each) and (facts := actions.get(each))]
        answers = [_takes(service, facts) for facts in matching]
        return sum(answers) * 2 > len(answers) if answers else None
    facts = actions.get(name.lower())
    return None if facts is None else _takes(service, facts)


_WILD = {"*": ".*", "?": "."}


def _takes(service: str, facts: ActionFacts) -> bool:
    name = facts.name.lower()
    if f"{service.lower()}:{name}" in _EVERYWHERE or not facts.resources:
        return False
    if any(required for _, required in facts.resources):
        return True
    return service.lower() in _ONE_OF and not name.endswith(("tagresource", "tagsforresource"))


@lru_cache(maxsize=1)
def _snapshot() -> dict[str, str]:
    """The snapshot's sections by service, and its head under an empty name."""
    with open(_SNAPSHOT, encoding="ascii") as file:
        head, *sections = file.read().split("\n= ")
    return {"": head} | {section[: section.index("\n")]: section for section in sections}


@lru_cache(maxsize=256)
def _service(service: str) -> _Service:
    made = _Service()
    keys: list[str] = []
    before = f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}"
    for line in (_snapshot().get(service, "") if service else "").splitlines()[1:]:
        first, _, rest = line.partition(" ")
        if first == "r":
            kind, arn = rest.split(" ")
            made.arns[kind] = before + arn if arn.startswith(":") else arn
        elif first == "k":
            keys = rest.split(" ")
        else:
            made.lines[first.lower()] = line, keys
    return made


def _action(line: str, keys: list[str]) -> ActionFacts:
    rest, _, needs = line.partition(">")
    words, _, numbers = rest.partition("|")
    name, level, *types = words.split(" ")
    return ActionFacts(
        name,
        _LEVELS[level],
        tuple((kind.rstrip("?"), not kind.endswith("?")) for kind in types),
        tuple(keys[int(number)] for number in numbers.split(",")) if numbers else (),
        tuple(needs.split(" ")) if needs else (),
    )
