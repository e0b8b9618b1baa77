"""Permissions boundaries of users, which moto's IAM has for roles only.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
"""

from __future__ import annotations

from typing import Any

from course.cloud.moto_bridge.managed_policies import known
from course.cloud.moto_bridge.patches import Function, addition, patch

RESPONSES = "moto.iam.responses"


@patch(RESPONSES, "IamResponse.create_user", "e570f973c4b9")
def _create_user(original: Function) -> Function:
    def create_user(self: Any) -> Any:
        arn = self._get_param("PermissionsBoundary")
        if arn:
            _check(self.backend, arn)
        answer = original(self)
        if arn:
            _bind(self.backend.get_user(self._get_param("UserName")), arn)
        return answer

    return create_user


@addition(RESPONSES, "IamResponse")
def put_user_permissions_boundary(self: Any) -> Any:
    """Bind a user."""
    from moto.core.responses import EmptyResult

    user, arn = self.backend.get_user(self._get_param("UserName")), self._get_param("PermissionsBoundary")
    _check(self.backend, arn)
    _bind(user, arn)
    return EmptyResult()


@addition(RESPONSES, "IamResponse")
def delete_user_permissions_boundary(self: Any) -> Any:
    """Unbind a user."""
    from moto.core.responses import EmptyResult

    self.backend.get_user(self._get_param("UserName")).permissions_boundary = None
    return EmptyResult()


def _bind(user: Any, arn: str) -> None:
    user.permissions_boundary = {
        "PermissionsBoundaryArn": arn,
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
    }


def _check(backend: Any, arn: str) -> None:
    from moto.iam.exceptions import NotFoundException

    if known(backend, arn) is None:
        raise NotFoundException(f"Policy {arn} does not exist or is not attachable.")
