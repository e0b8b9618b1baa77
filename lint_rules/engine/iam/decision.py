"""What the evaluation of a request came to, and how AWS says it.

The sentences are those of AWS's page on access denied errors. A policy with an ARN that denies outright is named
since January 2026, when caller and resource are of one account.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
"""

from __future__ import annotations

from lint_rules.engine.iam.principals import Principal
from lint_rules.engine.typed import NamedTuple

_DENIES = {
    "identity": "an identity-based policy",
    "resource": "a resource-based policy",
    "key": "a resource-based policy",
    "trust": "the role trust policy",
    "boundary": "a permissions boundary",
    "session": "a session policy",
    "scp": "a service control policy",
    "rcp": "a resource control policy",
    "endpoint": "a VPC endpoint policy",
}
_LACKS = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "key": "resource-based policy",
    "trust": "role trust policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "scp": "service control policy",
    "rcp": "resource control policy",
    "endpoint": "VPC endpoint policy",
}
_UNSAID = frozenset({("s3:listallmybuckets", "arn:aws:s3:::*")})
"""Requests whose resource AWS leaves out of the sentence."""


class Decision(NamedTuple):
    """Whether a request is allowed, and by what.

    `reason` is "allow", "explicit deny" or "implicit deny". `kind` is the kind of the policy that decided: the
    one that allows or denies, or the kind of which none allows; "root" for what an account's root may do
    anyway, "always" for what needs no permission. `policy`, `arn`, `sid` and `position` name the statement, when
    one decided; else they are empty and -1.
    """

    allowed: bool
    reason: str
    kind: str
    action: str
    resource: str
    principal: Principal
    policy: str = ""
    arn: str = ""
    sid: str = ""
    position: int = -1
    same_account: bool = True

    @property
    def sentence(self) -> str:
        """The message of AWS's AccessDenied error; of an allowed request, what allowed it."""
        if self.allowed:
            return f"{self.principal.called} may perform {self.action} on {self.resource}{self._by()}"
        shown = (self.action.lower(), self.resource) not in _UNSAID and self.resource
        on = f" on resource: {self.resource}" if shown else ""
        return f"User: {self.principal.called} is not authorized to perform: {self.action}{on} {self.because}"

    @property
    def because(self) -> str:
        """The end of the sentence of a denial: which kind of policy denies, or fails to allow."""
        if self.reason == "explicit deny":
            named = f": {self.arn}" if self.arn and self.same_account and self.kind in _NAMED else ""
            return f"with an explicit deny in {_DENIES[self.kind]}{named}"
        return f"because no {_LACKS[self.kind]} allows the {self.action} action"

    def _by(self) -> str:
        if self.position < 0:
            return ""
        statement = self.sid or f"number {self.position + 1}"
        return f" by statement {statement} of {self.policy or _DENIES[self.kind]}"


_NAMED = frozenset({"identity", "boundary", "session", "scp", "rcp"})
