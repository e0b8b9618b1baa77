"""Policy documents, compiled: their statements, ready to be asked about a request.

The kind of a policy says what it is attached to, and so what its statements mean. Reading is as lenient as
evaluation can be; what IAM refuses to store is `malformed`'s to tell.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

from collections.abc import Mapping

from lint_rules.engine.iam.conditions import Test, UnknownOperator, tests
from lint_rules.engine.iam.patterns import Names, Pattern
from lint_rules.engine.iam.principals import Principal, PrincipalSet
from lint_rules.engine.iam.variables import Context
from lint_rules.engine.typed import Any, NamedTuple

KINDS = frozenset(
    {"identity", "resource", "trust", "key", "boundary", "session", "scp", "rcp", "endpoint"},
)
"""What a policy may be attached to. "trust" is a role's trust policy and "key" a KMS key policy, the two
resource-based ones without which nobody gets in."""


class MalformedPolicy(ValueError):
    """A policy document that is none, in the words of IAM's MalformedPolicyDocument error."""


class PolicyStatement(NamedTuple):
    """One statement. `position` counts from 0. Of an element and its Not form one is set; neither `principals`
    nor `not_principals` is in a policy attached to an identity."""

    position: int
    sid: str
    allows: bool
    actions: Names
    not_action: bool
    resources: tuple[Pattern, ...]
    not_resource: bool
    principals: PrincipalSet | None
    not_principals: PrincipalSet | None
    tests: tuple[Test, ...]

    def on_action(self, action: str) -> bool:
        """Whether it speaks of the action, given in lower case."""
        return self.actions.hold(action) != self.not_action

    def on_resource(self, resource: str, context: Context) -> bool:
        """Whether it speaks of the resource. A statement without resources, as in a trust policy, speaks of
        what it is attached to."""
        if not self.resources:
            return True
        return any(pattern.matches(resource, context) for pattern in self.resources) != self.not_resource

    def under(self, context: Context) -> bool:
        """Whether its conditions hold."""
        return all(test.holds(context) for test in self.tests)

    def naming(self, principal: Principal) -> str:
        """How it names the caller, as PrincipalSet.names says; "any" without an element for it."""
        if self.principals is not None:
            return self.principals.names(principal)
        if self.not_principals is not None:
            return "" if self.not_principals.spares(principal) else "any"
        return "any"


class Policy(NamedTuple):
    """A compiled policy. `name` and `arn` are for messages; an inline policy has no ARN."""

    kind: str
    name: str
    arn: str
    version: str
    statements: tuple[PolicyStatement, ...]


def parse_policy(
    document: str | Mapping[str, Any], kind: str = "identity", name: str = "", arn: str = ""
) -> Policy:
    """Compile a policy document, a JSON text or what it holds. `kind` is one of KINDS. Raises MalformedPolicy
    for what no policy can be."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of policy; use one of {', '.join(sorted(KINDS))}")
    content = loaded(document)
    version = content.get("Version", "2008-10-17")
    if version not in ("2012-10-17", "2008-10-17"):
        raise MalformedPolicy("Syntax errors in policy.")
    statements = content.get("Statement")
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, list):
        raise MalformedPolicy("Syntax errors in policy.")
    variables = version == "2012-10-17"
    return Policy(
        kind,
        name,
        arn,
        version,
        tuple(_statement(index, statement, kind, variables) for index, statement in enumerate(statements)),
    )


def loaded(document: str | Mapping[str, Any]) -> Mapping[str, Any]:
    """The content of a document. Raises MalformedPolicy when it is no JSON object."""
    content: Any = document
    if isinstance(document, str):
        import json

        try:
            content = json.loads(document)
        except ValueError:
            content = None
    if not isinstance(content, Mapping):
        raise MalformedPolicy("Syntax errors in policy.")
    return content


def _statement(index: int, raw: object, kind: str, variables: bool) -> PolicyStatement:
    if not isinstance(raw, Mapping) or raw.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicy("Syntax errors in policy.")
    actions, not_action = _either(raw, "Action", "Policy statement must contain actions.")
    missing = "Policy statement must contain resources."
    resources, not_resource = _either(
        raw, "Resource", "" if kind in ("trust", "resource", "key") else missing
    )
    sid = raw.get("Sid", "")
    condition = raw.get("Condition") or {}
    if not isinstance(sid, str) or not isinstance(condition, Mapping):
        raise MalformedPolicy("Syntax errors in policy.")
    if not all(isinstance(keys, Mapping) for keys in condition.values()):
        raise MalformedPolicy("Syntax errors in policy.")
    try:
        compiled = tests(condition, variables)
    except UnknownOperator as error:
        raise MalformedPolicy(f"Invalid Condition type : {error}") from None
    return PolicyStatement(
        index,
        sid,
        raw["Effect"] == "Allow",
        Names(actions),
        not_action,
        tuple(Pattern(text, arn=True, variables=variables) for text in resources),
        not_resource,
        _principals(raw.get("Principal")),
        _principals(raw.get("NotPrincipal")),
        compiled,
    )


def _either(raw: Mapping[str, Any], element: str, missing: str) -> tuple[tuple[str, ...], bool]:
    """The texts of an element or of its Not form, and whether it was the latter."""
    inverted = f"Not{element}"
    if element in raw and inverted in raw:
        raise MalformedPolicy("Syntax errors in policy.")
    given = raw.get(inverted if inverted in raw else element, [])
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise MalformedPolicy("Syntax errors in policy.")
    if not texts and missing:
        raise MalformedPolicy(missing)
    return tuple(texts), inverted in raw


def _principals(element: object) -> PrincipalSet | None:
    if element is None:
        return None
    if element == "*":
        return PrincipalSet("*")
    if isinstance(element, Mapping) and all(
        isinstance(names, str) or (isinstance(names, list) and all(isinstance(name, str) for name in names))
        for names in element.values()
    ):
        return PrincipalSet(element)
    raise MalformedPolicy("Syntax errors in policy.")
