"""Who makes a request, with the policies that follow from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import lint_rules

if TYPE_CHECKING:
    from lint_rules import Policy, PolicySet, Principal


@dataclass(frozen=True)
class Caller:
    """A principal and its policies. `session` is None where the session has none of its own."""

    principal: Principal
    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    context: Mapping[str, str] = field(default_factory=dict)
    """Condition keys that follow from the caller: its tags, and the like."""

    def policies(self, resource: Policy | None) -> PolicySet:
        """Everything that applies to a request of it on a resource with that policy."""
        return lint_rules.PolicySet(self.identity, resource, self.boundary, self.session)


class Identities(Protocol):
    """The users, roles and sessions of the account."""

    def caller(self, key: str, token: str) -> Caller | None:
        """Whose an access key is; None if nobody's. Raises Expired."""
        ...

    def role(self, arn: str, session: str) -> Caller | None:
        """A session of a role as Lambda has one; None without such a role."""
        ...

    def has_device(self, arn: str, serial: str) -> bool:
        """Whether an MFA device is a user's."""
        ...

    def tags(self, arn: str) -> Mapping[str, str]:
        """The tags of a user or role."""
        ...


class ResourcePolicies(Protocol):
    """The policies of resources."""

    def policy(self, service: str, resource: str) -> Policy | None:
        """The policy of the resource with that ARN."""
        ...


class Expired(Exception):
    """The session that a key belongs to is over."""
