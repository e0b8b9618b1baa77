"""What Lambda makes sure of before it takes a function: that the role may do what the settings will ask of it.

The sentences are the service's own, as published for queues, topics and networks. Nothing is asked while policies are
not enforced.
"""

from __future__ import annotations

from course.cloud.api.account import Account
from course.cloud.api.stored import Parameters
from course.cloud.errors import InvalidParameterValue
from course.cloud.iam.rights import CANNOT_JOIN, NETWORK, cannot_send, sending


def check_rights(account: Account, name: str, configuration: Parameters) -> None:
    """Raises InvalidParameterValue for a dead-letter queue or a network that the role has no rights for."""
    if not account.rights.enabled:
        return
    role = configuration["Role"]
    check_target(account, name, role, (configuration.get("DeadLetterConfig") or {}).get("TargetArn") or "")
    joins = (configuration.get("VpcConfig") or {}).get("SubnetIds")
    if joins and account.rights.require_role(role, name, NETWORK) is not None:
        raise InvalidParameterValue(CANNOT_JOIN)


def check_target(account: Account, name: str, role: str, target: str) -> None:
    """Raises InvalidParameterValue if the role may not send to a target. Buckets are not asked ahead."""
    asked = sending(target) if account.rights.enabled and ":s3:" not in target else None
    if asked is not None and account.rights.require_role(role, name, asked) is not None:
        raise InvalidParameterValue(cannot_send(target))
