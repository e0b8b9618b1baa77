"""IAM actions: which exist, and which can be limited to named resources.

Reads the dated snapshot `data/iam_actions.txt` at the first question. An action newer than the snapshot is
unknown, not wrong.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

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


def takes_resources(pattern: str) -> bool | None:
    """Whether a grant of `pattern`, such as s3:GetObject or s3:Get*, could name resources instead of `*`.

    Of a pattern with wildcards, whether most of the actions it matches can. None for what the snapshot does
    not hold.
    """
    service, colon, name = pattern.partition(":")
    if not colon or "*" in service or "?" in service:
        return None
    actions = _actions(service.lower())
    if "*" in name or "?" in name:
        shape = re.compile("".join(_WILD.get(char, re.escape(char)) for char in name.lower()) + r"\Z")
        answers = [_takes(service, action, mark) for action, mark in actions.items() if shape.match(action)]
        return sum(answers) * 2 > len(answers) if answers else None
    mark = actions.get(name.lower())
    return None if mark is None else _takes(service, name, mark)


_WILD = {"*": ".*", "?": "."}


def _takes(service: str, name: str, mark: str) -> bool:
    if f"{service}:{name}".lower() in _EVERYWHERE:
        return False
    if mark == "?":
        return service.lower() in _ONE_OF and not name.lower().endswith(("tagresource", "tagsforresource"))
    return mark == "+"


@lru_cache(maxsize=1)
def _snapshot() -> str:
    with open(_SNAPSHOT, encoding="ascii") as file:
        return file.read()


@lru_cache(maxsize=256)
def _actions(service: str) -> dict[str, str]:
    """The actions of a service in lower case, each with the sign of its group; none for an unknown
    service."""
    text = _snapshot()
    start = text.find(f"\n{service} ")
    if start == -1:
        return {}
    end = text.find("\n", start + 1)
    found: dict[str, str] = {}
    sign = ""
    for word in text[start + 1 : end].split()[1:]:
        if word in ("+", "?", "-"):
            sign = word
        else:
            found[word.lower()] = sign
    return found
