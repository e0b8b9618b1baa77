"""AWS's managed policies in moto's IAM, each from the moment at which somebody names it.

moto has them all or none, and reading all for every cloud would cost it most of its start.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.reliance import relies_on

relies_on("moto.iam.models", {"AWSManagedPolicy": "4bfc36c80e1a"})
MODELS = "moto.iam.models"
_AWS = ":iam::aws:policy/"


def known(backend: Any, arn: str) -> Any:
    """The managed policy with that ARN, AWS's own or one of the account; None if there is none."""
    if _AWS in arn and arn not in backend.managed_policies:
        from moto.iam.models import AWSManagedPolicy

        name = arn.rpartition("/")[2]
        data = _all().get(name)
        if data is not None and arn.endswith(f":iam::aws:policy{data['Path']}{name}"):
            made = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
            backend.managed_policies[arn] = made
    return backend.managed_policies.get(arn)


def document(policy: Any) -> str:
    """The document of a managed policy's default version."""
    return next(
        str(version.document)
        for version in policy.versions
        if version.version_id == policy.default_version_id
    )


@patch(MODELS, "IAMBackend.attach_role_policy", "e8207b104371")
def _attach_to_role(original: Function) -> Function:
    return _naming(original)


@patch(MODELS, "IAMBackend.attach_user_policy", "79961b49037b")
def _attach_to_user(original: Function) -> Function:
    return _naming(original)


@patch(MODELS, "IAMBackend.attach_group_policy", "5ffcedbe4257")
def _attach_to_group(original: Function) -> Function:
    return _naming(original)


@patch(MODELS, "IAMBackend.get_policy", "1a91d19a957f")
def _get(original: Function) -> Function:
    return _naming(original)


def _naming(original: Function) -> Function:
    def named(self: Any, policy_arn: str, *more: Any, **members: Any) -> Any:
        known(self, policy_arn)
        return original(self, policy_arn, *more, **members)

    return named


@cache
def _all() -> dict[str, dict[str, Any]]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    found: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return found
