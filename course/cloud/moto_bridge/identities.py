"""The users, groups, roles and sessions of moto's IAM and STS, as callers with their policies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import lint_rules
from course.cloud.clock import Clock
from course.cloud.iam.caller import Caller, Expired
from course.cloud.moto_bridge.managed_policies import document, known
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.moto_bridge.sessions import Begun, TokenSession, begun, token_sessions

if TYPE_CHECKING:
    from lint_rules import Policy

relies_on(
    "moto.iam.models",
    {"User": "77205545dada", "Role": "3e4a0c1b1643", "Group": "a28bbe52c9ae", "AccessKey": "ed4c8a64d90e"},
)
relies_on("moto.sts.models", {"AssumedRole": "34cceb24be9f"})


class MotoIdentities:
    """Of one account. Policies are read when they are asked for: what is attached now counts now."""

    def __init__(self, account: str, clock: Clock) -> None:
        self._account = account
        self._clock = clock

    def caller(self, key: str, token: str) -> Caller | None:
        for user in list(self._iam().users.values()):
            for own in user.access_keys:
                if own.access_key_id == key:
                    return self._user(user) if own.status == "Active" else None
        from moto.sts.models import sts_backends

        for session in reversed(sts_backends[self._account]["aws"].assumed_roles):
            if session.access_key_id == key:
                if session.session_token != token:
                    return None
                return self._session(session)
        found = token_sessions(sts_backends[self._account]["aws"]).get(key)
        return self._token(found, token) if found is not None else None

    def has_device(self, arn: str, serial: str) -> bool:
        users = self._iam().users.values()
        return any(serial in user.mfa_devices for user in users if user.arn == arn)

    def role(self, arn: str, session: str) -> Caller | None:
        role = next((role for role in self._iam().roles.values() if role.arn == arn), None)
        if role is None:
            return None
        name = f"arn:aws:sts::{self._account}:assumed-role/{role.name}/{session}"
        principal = lint_rules.Principal.of(name, arn, f"{role.id}:{session}")
        return Caller(principal, _attached(role), self._boundary(role), None, _tagged(role.tags))

    def tags(self, arn: str) -> Mapping[str, str]:
        for found in (*self._iam().roles.values(), *self._iam().users.values()):
            if found.arn == arn:
                return _plain(found.tags)
        return {}

    def _iam(self) -> Any:
        from moto.iam.models import iam_backends

        return iam_backends[self._account]["aws"]

    def _user(self, user: Any) -> Caller:
        groups = [group for group in self._iam().groups.values() if user in group.users]
        policies = tuple(policy for owner in (user, *groups) for policy in _attached(owner))
        principal = lint_rules.Principal.of(user.arn, user_id=user.id)
        return Caller(principal, policies, self._boundary(user), None, _tagged(user.tags))

    def _session(self, session: Any) -> Caller | None:
        if session.expiration.replace(tzinfo=timezone.utc).timestamp() <= self._clock.now():
            raise Expired
        role = self.role(session.role_arn, session.session_name)
        if role is None:
            return None
        how = begun(session)
        context = {**role.context, **_told(how)}
        return Caller(role.principal, role.identity, role.boundary, self._own(how), context)

    def _token(self, session: TokenSession, token: str) -> Caller | None:
        if session.token != token:
            return None
        if session.expiration.replace(tzinfo=timezone.utc).timestamp() <= self._clock.now():
            raise Expired
        user = self.caller(session.user_key, "")
        if user is None:
            return None
        context = {**user.context, **_told(session.begun)}
        if not session.name:
            return Caller(user.principal, user.identity, user.boundary, None, context)
        arn = f"arn:aws:sts::{self._account}:federated-user/{session.name}"
        principal = lint_rules.Principal.of(arn, user.principal.arn, f"{self._account}:{session.name}")
        return Caller(principal, user.identity, user.boundary, self._own(session.begun) or (), context)

    def _own(self, how: Begun) -> tuple[Policy, ...] | None:
        """The policies of a session; None if it was given none."""
        found = []
        for given in how.policies:
            managed = known(self._iam(), given) if given.startswith("arn:") else None
            if managed is not None:
                found.append(compiled("session", managed.name, document(managed), given))
            else:
                found.append(compiled("session", "session policy", given))  # an ARN of nothing allows nothing
        return tuple(found) or None

    def _boundary(self, owner: Any) -> Policy | None:
        found = known(self._iam(), boundary_arn(owner))
        return compiled("boundary", found.name, document(found), found.arn) if found else None


def boundary_arn(owner: Any) -> str:
    """The ARN of the policy that bounds a user or a role; empty for none."""
    bound = getattr(owner, "permissions_boundary", None)
    return str(bound["PermissionsBoundaryArn"]) if bound else ""


def _attached(owner: Any) -> tuple[Policy, ...]:
    return tuple(policy for policy, _ in attached(owner))


def attached(owner: Any) -> Iterator[tuple[Policy, str]]:
    """The policies of a user, a group or a role, each with its text; inline ones have no ARN."""
    for name, own in owner.policies.items():
        text = policy_text(getattr(own, "policy_document", own))  # a dict, where a stack made the role
        yield compiled("identity", name, text), text
    for arn, policy in owner.managed_policies.items():
        text = document(policy)
        yield compiled("identity", policy.name, text, arn), text


def policy_text(document: Any) -> str:
    """A policy document as moto has it, as text."""
    return document if isinstance(document, str) else json.dumps(document)


@lru_cache(maxsize=1024)
def compiled(kind: str, name: str, document: str, arn: str = "") -> Policy:
    """A policy document, compiled once."""
    try:
        return lint_rules.parse_policy(document, kind, name, arn)
    except lint_rules.MalformedPolicy:
        return lint_rules.Policy(kind, name, arn, "2012-10-17", ())  # what cannot be read allows nothing


def _told(how: Begun) -> dict[str, str]:
    """Condition keys of a session."""
    told = {"aws:MultiFactorAuthPresent": "true" if how.mfa else "false", **_tagged(how.tags)}
    if how.function:
        told["lambda:SourceFunctionArn"] = how.function
    return {**told, "aws:SourceIdentity": how.source_identity} if how.source_identity else told


def _tagged(tags: Any) -> dict[str, str]:
    return {f"aws:PrincipalTag/{name}": value for name, value in _plain(tags).items()}


def _plain(tags: Any) -> dict[str, str]:
    if isinstance(tags, Mapping):
        return {
            name: str(value["Value"] if isinstance(value, Mapping) else value) for name, value in tags.items()
        }
    found: Iterable[Mapping[str, str]] = tags or ()
    return {tag["Key"]: tag["Value"] for tag in found}
