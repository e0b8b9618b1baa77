"""What Lambda does in the name of a function's role: the actions and the resources that the role must allow.

Who wants to know asks a `Rights`, which is the guard; `EVERY_RIGHT` stands where nothing is enforced.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from lint_rules import Authorization

if TYPE_CHECKING:
    from lint_rules import Decision

_SENDING = {
    "sqs": ("sqs:SendMessage", "SendMessage on SQS"),
    "sns": ("sns:Publish", "Publish on SNS"),
    "events": ("events:PutEvents", "PutEvents on EventBridge"),
    "lambda": ("lambda:InvokeFunction", "InvokeFunction on Lambda"),
    "s3": ("s3:PutObject", "PutObject on S3"),
    "states": ("states:StartExecution", "StartExecution on StepFunctions"),
    "kinesis": ("kinesis:PutRecord", "PutRecord on Kinesis"),
}
_READING = ("GetRecords", "GetShardIterator", "DescribeStream")
_POLLING = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "kinesis": tuple(f"kinesis:{name}" for name in _READING),
    "dynamodb": tuple(f"dynamodb:{name}" for name in _READING),
}
"""https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html and its neighbours"""
_STREAMS = {
    "kinesis": "GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams",
    "dynamodb": "GetRecords, GetShardIterator, DescribeStream, and ListStreams",
}


class Rights(Protocol):
    """What roles and services may do."""

    @property
    def enabled(self) -> bool:
        """Whether anything is enforced now."""
        ...

    def require_role(self, role: str, session: str, one: Authorization, id: str = "") -> Decision | None:
        """What the role with that ARN lacks for it; None if it may. `id` is the request's, for the ledger."""
        ...

    def require_service(self, service: str, one: Authorization, id: str = "") -> Decision | None:
        """As `require_role`, for what another service asks of a resource with a policy."""
        ...


class EveryRight:
    """Nothing is enforced."""

    enabled = False

    def require_role(self, role: str, session: str, one: Authorization, id: str = "") -> Decision | None:
        return None

    def require_service(self, service: str, one: Authorization, id: str = "") -> Decision | None:
        return None


EVERY_RIGHT = EveryRight()


def sending(target_arn: str, key: str = "") -> Authorization | None:
    """What sending to a target asks; `key` is that of an object. None for what nothing can be sent to."""
    found = _SENDING.get(_service(target_arn))
    if found is None:
        return None
    return Authorization(found[0], f"{target_arn}/{key}" if key else target_arn, {})


def lacking_to_send(
    rights: Rights, principal: str, source_arn: str, target_arn: str, role: str = "", id: str = ""
) -> Decision | None:
    """What a service lacks to send to a target: in the name of a role, or by the policy of the target, which may
    ask for the resource it comes from and for its account."""
    asked = sending(target_arn)
    if asked is None:
        return None
    account = source_arn.split(":")[4] or target_arn.split(":")[4]
    context = {"aws:SourceArn": source_arn, "aws:SourceAccount": account}
    if role:
        trusted = Authorization("sts:AssumeRole", role, context)
        return rights.require_service(principal, trusted, id) or rights.require_role(
            role, principal.partition(".")[0], asked, id
        )
    if _service(target_arn) not in _WITH_POLICY:
        return None
    return rights.require_service(principal, asked._replace(context=context), id)


_WITH_POLICY = frozenset({"lambda", "sqs", "sns"})
"""Services whose resources say in a policy of their own which services may send to them."""


def cannot_send(target_arn: str) -> str:
    """Lambda's sentence about a role that lacks that, where a target is named."""
    return (
        f"The provided execution role does not have permissions to call {_SENDING[_service(target_arn)][1]}"
    )


def polling(source_arn: str) -> Iterator[Authorization]:
    """What reading from an event source asks."""
    stream, consumer, _ = source_arn.partition("/consumer/")
    if consumer:
        yield Authorization("kinesis:SubscribeToShard", source_arn, {})
        yield Authorization("kinesis:DescribeStream", stream, {})
        return
    for action in _POLLING.get(_service(source_arn), ()):
        yield Authorization(action, source_arn, {})


def cannot_poll(decision: Decision) -> str:
    """Lambda's sentence about a role that lacks that, where a mapping is created."""
    service, _, name = decision.action.partition(":")
    if service in _STREAMS:
        return (
            f"Cannot access stream {decision.resource}. Please ensure the role can perform the "
            f"{_STREAMS[service]} Actions on your stream in IAM."
        )
    return f"The provided execution role does not have permissions to call {name} on SQS"


NETWORK = Authorization("ec2:CreateNetworkInterface", "*", {})
"""What a function in a VPC asks. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"""
CANNOT_JOIN = "The provided execution role does not have permissions to call CreateNetworkInterface on EC2"


def _service(arn: str) -> str:
    return [*arn.split(":"), "", ""][2]
