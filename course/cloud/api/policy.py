"""Resource policies as values: statements, principals and conditions as Lambda writes them.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from course.cloud import quotas
from course.cloud.api.stored import Parameters
from course.cloud.errors import InvalidParameterValue, PolicyTooLong, ResourceConflict, ResourceNotFound

_ACCOUNT = re.compile(r"\d{12}")
_IDENTITY = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:.+")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com(\.cn)?|amazon\.com)")


@dataclass(frozen=True)
class Policy:
    """The statements on one resource, each as the JSON object that is answered."""

    statements: tuple[Parameters, ...]
    revision: str

    def document(self) -> str:
        """The policy as JSON."""
        return compact({"Version": "2012-10-17", "Id": "default", "Statement": list(self.statements)})


def compact(content: Parameters) -> str:
    """JSON without blanks, as the service writes it."""
    return json.dumps(content, separators=(",", ":"))


def principal(given: str) -> str | Parameters:
    """The Principal element. Raises InvalidParameterValue for what is neither identity nor service."""
    if given == "*":
        return given
    if _ACCOUNT.fullmatch(given):
        return {"AWS": f"arn:aws:iam::{given}:root"}
    if _IDENTITY.fullmatch(given):
        return {"AWS": given}
    if _SERVICE.fullmatch(given):
        return {"Service": given}
    raise InvalidParameterValue(
        "The provided principal was invalid. Please check the principal and try again."
    )


def added(policy: Policy | None, statement: Parameters, revision: str) -> Policy:
    """The policy with one more statement. Raises ResourceConflict or PolicyTooLong."""
    statements = policy.statements if policy else ()
    if any(other.get("Sid") == statement["Sid"] for other in statements):
        raise ResourceConflict(
            f"The statement id ({statement['Sid']}) provided already exists. Please provide a new statement id, "
            "or remove the existing statement."
        )
    return fitting(Policy((*statements, statement), revision))


def fitting(policy: Policy) -> Policy:
    """The policy itself. Raises PolicyTooLong."""
    size = len(policy.document())
    if size > quotas.RESOURCE_POLICY:
        raise PolicyTooLong(
            f"The final policy size ({size}) is bigger than the limit ({quotas.RESOURCE_POLICY})."
        )
    return policy


def removed(policy: Policy, sid: str, revision: str) -> Policy | None:
    """The policy without a statement; None if that was the last one. Raises ResourceNotFound."""
    statements = tuple(other for other in policy.statements if other.get("Sid") != sid)
    if len(statements) == len(policy.statements):
        raise ResourceNotFound(f"Statement {sid} is not found in resource policy.")
    return Policy(statements, revision) if statements else None
