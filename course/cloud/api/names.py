"""The ways to name a function: its name, a partial ARN or an ARN, each with or without a qualifier.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html#API_GetFunction_RequestSyntax
"""

from __future__ import annotations

import re
from typing import NamedTuple

from course.cloud import quotas
from course.cloud.errors import AccessDenied, InvalidParameterValue, ResourceNotFound

_REFERENCE = re.compile(
    r"(?:arn:[^:]+:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?"
    r"(?:function:)?(?P<name>[^:]+)(?::(?P<qualifier>.+))?"
)


class Reference(NamedTuple):
    """A function of this account and Region. `qualifier` is None when nothing named a version."""

    name: str
    qualifier: str | None


def resolve(reference: str, qualifier: str | None, *, region: str, account: str) -> Reference:
    """What a `FunctionName`, already of the right form, and a `Qualifier` name together.

    Raises ResourceNotFound for another Region, AccessDenied for another account and InvalidParameterValue for
    two qualifiers that differ or a name that is too long.
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ResourceNotFound(f"Function not found: {reference}")
    name, own = found["name"], found["qualifier"]
    if len(name) > quotas.FUNCTION_NAME:
        raise InvalidParameterValue(
            f"1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {quotas.FUNCTION_NAME}"
        )
    if found["region"] not in (None, region):
        raise ResourceNotFound(
            f"Functions from '{found['region']}' are not reachable in this region ('{region}')"
        )
    if found["account"] not in (None, account):
        raise AccessDenied(
            f"This cloud has one account, {account}; there is no function in {found['account']}."
        )
    if own and qualifier and own != qualifier:
        raise InvalidParameterValue(
            "The derived qualifier from the function name does not match the specified qualifier."
        )
    return Reference(name, qualifier or own)


def only_function(reference: Reference) -> str:
    """The name of a function that must come without a version or alias. Raises InvalidParameterValue."""
    if reference.qualifier not in (None, "$LATEST"):
        raise InvalidParameterValue(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
            "operation. Please specify either a function name or an unqualified function ARN."
        )
    return reference.name
