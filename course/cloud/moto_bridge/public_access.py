"""S3's block of public access, and its own check of bucket policies, which makes way for the guard's.

What a bucket does not block is not blocked: unlike on AWS, a new bucket here blocks nothing.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.push import current
from course.cloud.moto_bridge.reliance import relies_on

relies_on("moto.s3.models", {"PublicAccessBlock": "6e1875dd04c4"})
_NARROWING = frozenset(
    {
        *("aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceaccount"),
        *("aws:sourceowner", "aws:userid", "aws:principalorgid", "aws:principalarn", "aws:principalaccount"),
        *("s3:dataaccesspointarn", "s3:dataaccesspointaccount"),
    }
)
"""Condition keys with which a statement for everybody is not public."""


@patch("moto.s3.models", "FakeBucket.get_permission", "7571412a3495")
def _get_permission(original: Function) -> Function:
    def get_permission(self: Any, action: str, resource: str) -> Any:
        push = current.it
        if push is None or not push.deliveries.rights.enabled:
            return original(self, action, resource)
        from moto.iam.access_control import PermissionResult

        return PermissionResult.PERMITTED  # who may not was refused at the door

    return get_permission


def refusal(account: str, bucket_name: str, document: str, called: str) -> str | None:
    """The sentence that refuses PutBucketPolicy for a bucket that takes no public policy."""
    bucket = _bucket(account, bucket_name)
    block = bucket.public_access_block if bucket is not None else None
    if block is None or not block.block_public_policy or not is_public(document):
        return None
    return (
        f'User: {called} is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::{bucket.name}" '
        "because public policies are blocked by the BlockPublicPolicy block public access setting."
    )


def restricted(bucket: Any, account: str) -> bytes | None:
    """The policy of a bucket, with what RestrictPublicBuckets adds to a public one: nobody from outside."""
    policy: bytes | None = bucket.policy
    block = bucket.public_access_block
    if policy is None or block is None or not block.restrict_public_buckets or not is_public(policy.decode()):
        return policy
    arn = f"arn:aws:s3:::{bucket.name}"
    outside = {
        "Sid": "RestrictPublicBuckets",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {
            "StringNotEquals": {"aws:PrincipalAccount": account},
            "Bool": {"aws:PrincipalIsAWSService": "false"},
        },
    }
    content = json.loads(policy)
    return json.dumps({**content, "Statement": [*_statements(content), outside]}).encode()


def is_public(document: str) -> bool:
    """Whether a policy lets in everybody, without a condition that says from where or who."""
    try:
        statements = list(_statements(json.loads(document)))
    except (ValueError, AttributeError):
        return False
    return any(statement.get("Effect") == "Allow" and _is_for_all(statement) for statement in statements)


def _is_for_all(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    if "*" not in (named if isinstance(named, list) else [named]):
        return False
    conditions = statement.get("Condition") or {}
    return not any(key.lower() in _NARROWING for keys in conditions.values() for key in keys)


def _statements(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = content.get("Statement") or []
    yield from found if isinstance(found, list) else [found]


def _bucket(account: str, name: str) -> Any:
    from moto.s3.models import s3_backends

    return s3_backends[account]["aws"].buckets.get(name)
