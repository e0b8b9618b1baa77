"""Whether a request is allowed: AWS's evaluation logic over all kinds of policies.

1. A statement that denies, in any policy, decides.
2. Service and resource control policies must allow, each level of them; so must the endpoint's policy.
3. A resource-based policy that names the caller itself decides within one account. One that names the role
   behind a session leaves the boundary and the session's policies to allow; one that names the account leaves
   it to the identity's policies.
4. Else the identity's policies, its boundary and its session's policies must all allow.
5. Across accounts the resource's policy and the identity's must allow. A trust or key policy must always.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lint_rules.engine.iam.conditions import normal
from lint_rules.engine.iam.decision import Decision
from lint_rules.engine.iam.policy import Policy, PolicyStatement
from lint_rules.engine.iam.principals import Principal
from lint_rules.engine.iam.reserved import is_reserved
from lint_rules.engine.iam.variables import Context
from lint_rules.engine.typed import NamedTuple

_ALWAYS = frozenset({"sts:getcalleridentity"})
"""What no policy can forbid.
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

_NOTHING: Mapping[str, object] = {}


class AccessRequest(NamedTuple):
    """What somebody wants to do. `action` is as IAM writes it (s3:GetObject), `resource` an ARN, or `*` for an
    action that takes none. `context` holds condition keys in any case; what follows from the caller is added.
    `account` owns the resource; without it, the account in the ARN, or else the caller's."""

    principal: Principal
    action: str
    resource: str = "*"
    context: Mapping[str, object] = _NOTHING
    account: str = ""


class PolicySet(NamedTuple):
    """The policies that apply to a request.

    `session` is None when no session policy was given, which an empty tuple is not. Of `scps` and `rcps` every
    element is one level (root, each unit, account), and each level must allow; none means no organization.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    scps: tuple[tuple[Policy, ...], ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] = ()
    endpoint: Policy | None = None


class _Found(NamedTuple):
    policy: Policy
    statement: PolicyStatement
    naming: str


def evaluate(request: AccessRequest, policies: PolicySet) -> Decision:
    """Decide. The order of policies and statements makes no difference to whether, only to which is named."""
    return _Evaluation(request, policies).decide()


class _Evaluation:
    """One request, with what is looked up once."""

    def __init__(self, request: AccessRequest, policies: PolicySet) -> None:
        self.request = request
        self.policies = policies
        self.principal = request.principal
        self.action = request.action.lower()
        self.owner = request.account or _account(request.resource) or self.principal.account
        self.same = bool(self.principal.account) and self.principal.account == self.owner
        self.context: Context = normal(
            {"aws:resourceaccount": self.owner, **self.principal.context(), **request.context}
            if self.owner
            else {**self.principal.context(), **request.context}
        )

    def decide(self) -> Decision:
        if self.action in _ALWAYS:
            return self._decision(True, "allow", "always")
        denied = self._denied()
        if denied:
            return self._by(False, "explicit deny", denied)
        for kind, levels in (("rcp", self.policies.rcps), ("scp", self._scps())):
            if not all(self._allowing(level) for level in levels):
                return self._decision(False, "implicit deny", kind)
        if self.policies.endpoint and not self._allowing((self.policies.endpoint,)):
            return self._decision(False, "implicit deny", "endpoint")
        if is_reserved(self.action, self.request.resource):
            return self._decision(False, "implicit deny", "identity")
        granted = self._granted()
        resource_kind = self.policies.resource.kind if self.policies.resource else "resource"
        if self.principal.kind in ("service", "web", "anonymous"):
            if granted:
                return self._by(True, "allow", granted)
            return self._decision(False, "implicit deny", resource_kind)
        must = resource_kind in ("trust", "key")
        if granted is None and ((must and self.same) or not self.same):
            lacking = self._lacking() if not self.same else None
            return lacking or self._decision(False, "implicit deny", resource_kind)
        if granted and self.same:
            if granted.naming in ("self", "any"):
                return self._by(True, "allow", granted)
            if granted.naming == "issuer":
                return self._limited() or self._by(True, "allow", granted)
        return self._lacking() or self._identity_allows()

    def _scps(self) -> tuple[tuple[Policy, ...], ...]:
        """Service control policies bind the users, roles and root of an account, not services."""
        bound = self.principal.kind in ("user", "role", "federated", "root")
        return self.policies.scps if bound else ()

    def _denied(self) -> _Found | None:
        policies = self.policies
        levels = (
            *self._scps(),
            *policies.rcps,
            (policies.endpoint,) if policies.endpoint else (),
            (policies.resource,) if policies.resource else (),
            policies.identity,
            (policies.boundary,) if policies.boundary else (),
            policies.session or (),
        )
        for level in levels:
            for found in self._matching(level, False):
                return found
        return None

    def _granted(self) -> _Found | None:
        """What the resource's policy allows the caller, by the statement that names it most nearly."""
        best: _Found | None = None
        if self.policies.resource:
            for found in self._matching((self.policies.resource,), True):
                if best is None or _NEARNESS[found.naming] < _NEARNESS[best.naming]:
                    best = found
        return best

    def _lacking(self) -> Decision | None:
        """The denial, when the identity's side does not allow."""
        if self.principal.kind != "root" and not self._allowing(self.policies.identity):
            return self._decision(False, "implicit deny", "identity")
        return self._limited()

    def _limited(self) -> Decision | None:
        """The denial, when the boundary or the session's policies do not allow."""
        boundary, session = self.policies.boundary, self.policies.session
        if boundary and not self._allowing((boundary,)):
            return self._decision(False, "implicit deny", "boundary")
        # A federated session has what its policies give it, and without any, nothing.
        if session is None and self.principal.kind == "federated":
            session = ()
        if session is not None and not self._allowing(session):
            return self._decision(False, "implicit deny", "session")
        return None

    def _identity_allows(self) -> Decision:
        if self.principal.kind == "root":
            return self._decision(True, "allow", "root")
        for found in self._matching(self.policies.identity, True):
            return self._by(True, "allow", found)
        raise AssertionError("the identity's policies were found to allow")

    def _allowing(self, level: Iterable[Policy]) -> bool:
        return any(True for _ in self._matching(level, True))

    def _matching(self, level: Iterable[Policy], allows: bool) -> Iterable[_Found]:
        """The statements of one effect that apply to the request."""
        context, resource = self.context, self.request.resource
        for policy in level:
            for statement in policy.statements:
                if statement.allows is allows and statement.on_action(self.action):
                    naming = self._naming(policy, statement)
                    if naming and statement.on_resource(resource, context) and statement.under(context):
                        yield _Found(policy, statement, naming)

    def _naming(self, policy: Policy, statement: PolicyStatement) -> str:
        if policy.kind not in _NAMING_KINDS:
            return "any"
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
        if statement.not_principals is not None and not statement.allows and self.policies.boundary:
            return "any"
        if (
            policy.kind in _RESOURCE_KINDS
            and statement.principals is None
            and statement.not_principals is None
        ):
            return ""
        return statement.naming(self.principal)

    def _by(self, allowed: bool, reason: str, found: _Found) -> Decision:
        policy, statement, _ = found
        return self._decision(
            allowed, reason, policy.kind, policy.name, policy.arn, statement.sid, statement.position
        )

    def _decision(
        self,
        allowed: bool,
        reason: str,
        kind: str,
        policy: str = "",
        arn: str = "",
        sid: str = "",
        position: int = -1,
    ) -> Decision:
        request = self.request
        return Decision(
            allowed,
            reason,
            kind,
            request.action,
            request.resource,
            request.principal,
            policy,
            arn,
            sid,
            position,
            self.same,
        )


_NEARNESS = {"self": 0, "any": 1, "issuer": 2, "account": 3}
_RESOURCE_KINDS = frozenset({"resource", "trust", "key"})
_NAMING_KINDS = _RESOURCE_KINDS | {"rcp", "endpoint"}


def _account(resource: str) -> str:
    parts = resource.split(":", 5)
    return parts[4] if len(parts) == 6 else ""
