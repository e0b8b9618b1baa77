"""moto's STS, so that sessions keep what they were begun with: policies, tags, the identity behind them, MFA.

moto forgets the tags and the ARNs of session policies, lets a session last as long as it is asked to, and gives
everybody who asks GetSessionToken the same keys.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import lint_rules
from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.reliance import relies_on

relies_on("moto.sts.models", {"AssumedRole": "34cceb24be9f"})
relies_on("moto.core.base_backend", {"BaseBackend.reset": "a89684d3e41a"})

CHAINED = 3600
"""Seconds of a session that a session begins. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html"""
_BEGUN, _OTHERS = "cloud_begun", "cloud_sessions"


@dataclass(frozen=True)
class Begun:
    """How a session was begun. `policies` are documents or ARNs of managed policies, `function` the ARN of the
    function whose environment has it."""

    policies: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: frozenset[str] = frozenset()
    source_identity: str = ""
    mfa: bool = False
    function: str = ""


@dataclass(frozen=True)
class TokenSession:
    """A session of a user, of GetSessionToken, or of somebody whom a user vouches for. `name` is that one's."""

    user_key: str
    key: str
    secret: str
    token: str
    expiration: Any
    name: str
    begun: Begun


def of_function(session: Any, arn: str) -> None:
    """Note that a session is an environment's of the function with this ARN."""
    setattr(session, _BEGUN, Begun(function=arn))


def begun(session: Any) -> Begun:
    """Of a session of a role in moto."""
    found: Begun = getattr(session, _BEGUN, Begun())
    return found


def token_sessions(backend: Any) -> dict[str, TokenSession]:
    """Those of moto's STS, by access key; it forgets them with all else."""
    found: dict[str, TokenSession] = backend.__dict__.setdefault(_OTHERS, {})
    return found


@patch("moto.sts.responses", "TokenResponse.assume_role", "8e014e59789f")
def _assume_role(original: Function) -> Function:
    def assume_role(self: Any) -> Any:
        parent = self.backend.get_assumed_role_from_access_key(self.get_access_key())
        _check_duration(self, self._get_param("RoleArn"), parent)
        _check_policy(self._get_param("Policy"))
        answer = original(self)
        session = answer.result["Credentials"]
        tags = _pairs(self._get_param("Tags"))
        inherited = begun(parent) if parent is not None else Begun()
        kept = {name: value for name, value in inherited.tags.items() if name in inherited.transitive}
        made = Begun(
            policies=_policies(self),
            tags={**tags, **kept},
            transitive=inherited.transitive | frozenset(self._get_param("TransitiveTagKeys") or ()),
            source_identity=inherited.source_identity or self._get_param("SourceIdentity") or "",
            mfa=bool(self._get_param("TokenCode")),
        )
        setattr(session, _BEGUN, made)
        if made.source_identity:
            answer.result["SourceIdentity"] = made.source_identity
        return answer

    return assume_role


@patch("moto.sts.responses", "TokenResponse.get_session_token", "413ecbda65d8")
def _get_session_token(original: Function) -> Function:
    def get_session_token(self: Any) -> Any:
        answer = original(self)
        _begin(self, answer.result["Credentials"], "", Begun(mfa=bool(self._get_param("TokenCode"))))
        return answer

    return get_session_token


@patch("moto.sts.responses", "TokenResponse.get_federation_token", "c74b5b5dfafd")
def _get_federation_token(original: Function) -> Function:
    def get_federation_token(self: Any) -> Any:
        answer = original(self)
        _check_policy(self._get_param("Policy"))
        made = Begun(_policies(self), _pairs(self._get_param("Tags")))
        _begin(self, answer.result["Credentials"], str(self._get_param("Name")), made)
        return answer

    return get_federation_token


def _begin(response: Any, credentials: dict[str, Any], name: str, begun: Begun) -> None:
    """Give keys of their own to who asked with those of a user; all else keeps the keys of moto's example."""
    from moto.iam.models import iam_backends
    from moto.sts.utils import random_session_token

    iam = iam_backends[response.current_account][response.partition]
    key = response.get_access_key()
    if iam.get_user_from_access_key_id(key) is None:
        return
    made = iam.create_temp_access_key()
    credentials["AccessKeyId"], credentials["SecretAccessKey"] = made.access_key_id, made.secret_access_key
    credentials["SessionToken"] = random_session_token()
    session = TokenSession(
        key,
        made.access_key_id,
        made.secret_access_key,
        credentials["SessionToken"],
        credentials["Expiration"],
        name,
        begun,
    )
    token_sessions(response.backend)[session.key] = session


def _check_duration(response: Any, role_arn: str, parent: Any) -> None:
    from moto.iam.models import iam_backends
    from moto.sts.exceptions import STSValidationError

    asked = response._get_int_param("DurationSeconds", CHAINED)
    if parent is not None and asked > CHAINED:
        raise STSValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    roles = iam_backends[response.current_account][response.partition].roles.values()
    longest = next((role.max_session_duration for role in roles if role.arn == role_arn), None)
    if longest is not None and asked > int(longest):
        raise STSValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )


def _check_policy(document: str | None) -> None:
    from moto.iam.exceptions import MalformedPolicyDocument

    if document:
        try:
            lint_rules.check_policy(document, "session")
        except lint_rules.MalformedPolicy as error:
            raise MalformedPolicyDocument(str(error)) from None


def _policies(response: Any) -> tuple[str, ...]:
    arns = [str(each["arn" if "arn" in each else "Arn"]) for each in response._get_param("PolicyArns") or ()]
    own = response._get_param("Policy")
    return (*([own] if own else []), *arns)


def _pairs(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}
