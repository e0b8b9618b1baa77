"""Denies what the policies deny, and says why: every request of every service passes here while it is enforced.

Off at first, since a learner's first function wanted no policy. `enabled` is what
`POST /_cloud/iam/enforce {"enabled": true}` sets. The keys that every example uses (`test`) stay those of the
account's root, so that one can always repair what one has locked. The engine is loaded when it is first asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import lint_rules
from course.cloud.clock import Clock, iso
from course.cloud.iam.caller import Caller, Expired, Identities, ResourcePolicies
from course.cloud.observe.ledger import Ledger
from lint_rules import Authorization, Place

if TYPE_CHECKING:
    from lint_rules import Decision

_LOOPBACK = "127.0.0.1"
"""Where every caller of this cloud is.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""


class Request(NamedTuple):
    """A request as it reached the cloud. `key` is "" for one that nobody signed."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    key: str
    token: str
    id: str = ""
    path: str = ""


class Refused(Exception):
    """`code` and `message` are AWS's; `decision` says what decided, where something did."""

    def __init__(self, code: str, message: str, decision: Decision | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.decision = decision


class Guard:
    """`identities`, `resources` and `lookup` look into the services; a `lookup` is that of `authorizations`."""

    def __init__(
        self,
        account: str,
        region: str,
        identities: Identities,
        resources: ResourcePolicies,
        lookup: Callable[[str, str], str | None],
        clock: Clock,
        ledger: Ledger,
    ) -> None:
        self._enabled = False
        self.changed: Callable[[], object] = bool
        """Called when somebody may have gained or lost rights."""
        self.account = account
        self._region = region
        self._identities = identities
        self._resources = resources
        self._lookup = lookup
        self._place = Place(region, account)
        self._clock = clock
        self._ledger = ledger

    @property
    def enabled(self) -> bool:
        """Whether anything is enforced now."""
        return self._enabled

    @enabled.setter
    def enabled(self, wanted: bool) -> None:
        self._enabled = wanted
        self.changed()

    def check(self, request: Request) -> None:
        """Raises Refused unless everything that the request asks for is allowed to whoever asks."""
        if not self.enabled:
            return
        caller = self.caller(request.key, request.token)
        if caller.principal.kind == "root":
            return
        wanted = lint_rules.authorizations(
            request.service,
            request.operation,
            request.parameters,
            self._place,
            self._lookup,
            request.path,
        )
        if wanted is None:
            self._ledger.note(
                "access.unknown",
                caller.principal.arn,
                request.id,
                "no action is known for it, so nothing was checked",
                service=request.service,
                operation=request.operation,
            )
            return
        known = {"aws:SourceIp": _LOOPBACK, **self._proven(caller, request)}
        for one in wanted:
            one = one._replace(context={**one.context, **known})
            decision = self.decide(caller, one, request.service)
            if not decision.allowed:
                self._deny(decision, request.id)

    def _proven(self, caller: Caller, request: Request) -> Mapping[str, str]:
        """What a code of an MFA device adds to a request of STS. Any six digits are a code of this cloud's devices."""
        if request.service != "sts" or not request.parameters.get("TokenCode"):
            return {}
        serial = str(request.parameters.get("SerialNumber", ""))
        if not self._identities.has_device(caller.principal.arn, serial):
            raise Refused(
                "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code."
            )
        return {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}

    def caller(self, key: str, token: str) -> Caller:
        """Who signed. Raises Refused for keys that are nobody's or no longer hold."""
        if not key:
            return Caller(lint_rules.Principal.anonymous())
        try:
            found = self._identities.caller(key, token)
        except Expired:
            raise Refused(
                "ExpiredTokenException", "The security token included in the request is expired"
            ) from None
        if found is not None:
            return found
        if key.startswith(("AKIA", "ASIA")):
            raise Refused(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        return Caller(lint_rules.Principal.of(f"arn:aws:iam::{self.account}:root"))

    def decide(self, caller: Caller, one: Authorization, service: str) -> Decision:
        """Whether a caller may do one thing."""
        now = self._clock.now()
        moment = {"aws:CurrentTime": iso(now, millis=False), "aws:EpochTime": str(int(now))}
        context = {"aws:RequestedRegion": self._region, **moment, **caller.context, **one.context}
        asked = lint_rules.AccessRequest(caller.principal, one.action, one.resource, context, self.account)
        return lint_rules.evaluate(asked, caller.policies(self._resources.policy(service, one.resource)))

    def require_role(self, role: str, session: str, one: Authorization, id: str = "") -> Decision | None:
        """What a role lacks for one thing that Lambda does in its name; None if it may, or nothing is enforced."""
        if not self.enabled:
            return None
        caller = self._identities.role(role, session)
        if caller is None:
            return None
        decision = self.decide(caller, one, one.action.partition(":")[0])
        if decision.allowed:
            return None
        self._note(decision, id)
        return decision

    def require_service(self, service: str, one: Authorization, id: str = "") -> Decision | None:
        """As `require_role`, for what another service asks of a resource with a policy."""
        if not self.enabled:
            return None
        names = dict.fromkeys(
            (service, f"{service.partition('.')[0]}.amazonaws.com")
        )  # with its Region or without
        prefix = one.action.partition(":")[0]
        decisions = [self.decide(Caller(lint_rules.Principal.service(name)), one, prefix) for name in names]
        if any(decision.allowed for decision in decisions):
            return None
        self._note(decisions[0], id)
        return decisions[0]

    def _deny(self, decision: Decision, id: str) -> None:
        self._note(decision, id)
        raise Refused("AccessDenied", decision.sentence, decision)

    def _note(self, decision: Decision, id: str) -> None:
        self._ledger.note(
            "access.denied",
            decision.principal.called,
            id,
            decision.because,
            action=decision.action,
            resource=decision.resource,
            policy=decision.policy or decision.kind,
            statement=decision.sid or (str(decision.position + 1) if decision.position >= 0 else ""),
        )
