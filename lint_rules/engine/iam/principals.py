"""Who makes a request, and whom a policy's Principal element names.

A resource-based policy means different things when it names the caller itself, the role behind a session, or
only the account, so a match says which of them it was.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

from collections.abc import Mapping

from lint_rules.engine.typed import NamedTuple


class Principal(NamedTuple):
    """A caller. `kind` is "user", "role" (a role's session), "federated" (a user's federated session), "root",
    "service", "web" (an identity of a provider, which holds no AWS credentials yet) or "anonymous".

    `issuer` is the ARN of the role behind a role session, or of the user behind a federated one. `name` is
    that of the service or the provider, or of the user. `user_id` is the unique id, with the name of the
    session after a colon.
    """

    kind: str
    arn: str = ""
    account: str = ""
    issuer: str = ""
    name: str = ""
    user_id: str = ""

    @classmethod
    def of(cls, arn: str, issuer: str = "", user_id: str = "") -> Principal:
        """The caller with this ARN: of a user, a role session, a federated session, an account's root or a
        role. Without `issuer` the role behind a session is taken to have no path. Raises ValueError for any
        other ARN."""
        parts = arn.split(":", 5)
        if len(parts) == 6:
            account = parts[4]
            kind, _, name = parts[5].partition("/")
            if parts[5] == "root":
                return cls("root", arn, account, user_id=user_id or account)
            if parts[2] == "iam" and kind == "user":
                return cls("user", arn, account, name=name.rpartition("/")[2], user_id=user_id)
            if parts[2] == "iam" and kind == "role":
                return cls("role", arn, account, arn, user_id=user_id)
            if parts[2] == "sts" and kind == "assumed-role":
                role = name.partition("/")[0]
                return cls(
                    "role",
                    arn,
                    account,
                    issuer or f"arn:{parts[1]}:iam::{account}:role/{role}",
                    user_id=user_id,
                )
            if parts[2] == "sts" and kind == "federated-user":
                return cls("federated", arn, account, issuer, user_id=user_id)
        raise ValueError(f"{arn!r} is not the ARN of a user, a role, a session or an account's root")

    @classmethod
    def service(cls, name: str) -> Principal:
        """An AWS service, such as s3.amazonaws.com."""
        return cls("service", name=name)

    @classmethod
    def web(cls, provider: str) -> Principal:
        """An identity of a SAML or OpenID Connect provider: its ARN, or its host name."""
        return cls("web", name=provider)

    @classmethod
    def anonymous(cls) -> Principal:
        """Nobody in particular."""
        return cls("anonymous")

    @property
    def called(self) -> str:
        """How AWS's messages name the caller."""
        return self.arn or self.name or "anonymous"

    def context(self) -> dict[str, str]:
        """The condition keys that follow from who calls.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
        """
        if self.kind == "service":
            return {
                "aws:principalisawsservice": "true",
                "aws:principalservicename": self.name,
            }
        if self.kind == "anonymous":
            return {"aws:principaltype": "Anonymous", "aws:principalisawsservice": "false"}
        if self.kind == "web":
            return {"aws:principalisawsservice": "false", "aws:federatedprovider": self.name}
        known = {
            "aws:principalarn": self.issuer if self.kind == "role" else self.arn,
            "aws:principalaccount": self.account,
            "aws:principaltype": _TYPES[self.kind],
            "aws:principalisawsservice": "false",
        }
        if self.user_id:
            known["aws:userid"] = self.user_id
        if self.kind == "user":
            known["aws:username"] = self.name
        return known


_TYPES = {"user": "User", "role": "AssumedRole", "federated": "FederatedUser", "root": "Account"}


class PrincipalSet:
    """The principals that a Principal or NotPrincipal element names."""

    __slots__ = ("_accounts", "_any", "_arns", "_ids", "_named")

    def __init__(self, element: str | Mapping[str, str | list[str]]) -> None:
        self._any = element == "*"
        self._arns: set[str] = set()
        self._accounts: set[str] = set()
        self._ids: set[str] = set()
        self._named: set[str] = set()
        if isinstance(element, str):
            return
        for kind, given in element.items():
            for name in (given,) if isinstance(given, str) else given:
                self._add(kind.lower(), name)

    def _add(self, kind: str, name: str) -> None:
        if kind == "aws":
            parts = name.split(":", 5)
            if name == "*":
                self._any = True
            elif name.isdigit() and len(name) == 12:
                self._accounts.add(name)
            elif len(parts) == 6 and parts[5] == "root":
                self._accounts.add(parts[4])
            elif len(parts) == 6:
                self._arns.add(name)
            else:
                self._ids.add(name)
        else:
            self._named.add(f"{kind}:{name}")

    def names(self, principal: Principal) -> str:
        """How the element names the caller, nearest first: "self" (its own ARN or id), "issuer" (the role or
        user behind the session), "account", "any", or "" for not at all."""
        if principal.kind == "service":
            found = f"service:{principal.name}" in self._named
        elif principal.kind == "web":
            found = f"federated:{principal.name}" in self._named
        else:
            found = bool(principal.arn) and principal.arn in self._arns and principal.kind != "root"
        if found or (principal.user_id and principal.user_id in self._ids):
            return "issuer" if principal.kind == "role" and principal.arn == principal.issuer else "self"
        if self._any:
            return "any"
        if principal.issuer and principal.issuer in self._arns:
            return "issuer"
        if self._ids and principal.user_id.partition(":")[0] in self._ids:
            return "issuer"
        if principal.account and principal.account in self._accounts:
            return "account"
        return ""

    def spares(self, principal: Principal) -> bool:
        """Whether a NotPrincipal element with these names leaves the caller alone. An account that is named
        spares its root, not its users and roles.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
        """
        how = self.names(principal)
        return how in ("self", "issuer", "any") or (how == "account" and principal.kind == "root")
