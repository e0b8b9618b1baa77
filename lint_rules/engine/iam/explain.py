"""Why each statement of a request's policies applies or does not, and which condition keys they read.

For people who ask about a decision, and for IAM's policy simulator. The decision itself is `evaluate`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lint_rules.engine.iam.conditions import normal
from lint_rules.engine.iam.evaluate import AccessRequest, PolicySet
from lint_rules.engine.iam.policy import Policy, PolicyStatement
from lint_rules.engine.iam.variables import Context, Variable, split
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_KEY = regex(r"[\w.\-]+:.+\Z")


class Reading(NamedTuple):
    """How one statement reads a request. `obstacle` is what it does not fit: "action", "resource", "principal",
    "condition", or "" when it applies; `keys` are the condition keys that stand in the way."""

    policy: Policy
    statement: PolicyStatement
    obstacle: str
    keys: tuple[str, ...] = ()


def explain(request: AccessRequest, policies: PolicySet) -> tuple[Reading, ...]:
    """A reading of every statement, in the order of the policies."""
    account = {"aws:ResourceAccount": request.account} if request.account else {}
    context = normal({**account, **request.principal.context(), **request.context})
    return tuple(
        _reading(policy, statement, request, context)
        for policy in _all(policies)
        for statement in policy.statements
    )


def condition_keys(policies: Iterable[Policy]) -> tuple[str, ...]:
    """The condition keys that policies read, in conditions and as variables, sorted, each once.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html
    """
    found: dict[str, str] = {}
    for policy in policies:
        for statement in policy.statements:
            for key in _keys(statement, policy.version == "2012-10-17"):
                found.setdefault(key.lower(), key)
    return tuple(sorted(found.values()))


def missing_keys(request: AccessRequest, policies: Iterable[Policy]) -> tuple[str, ...]:
    """The condition keys that policies read and the request does not have."""
    known = normal({**request.principal.context(), **request.context})
    return tuple(key for key in condition_keys(policies) if key.lower() not in known)


def _all(policies: PolicySet) -> Iterator[Policy]:
    for level in (*policies.rcps, *policies.scps):
        yield from level
    for single in (policies.endpoint, policies.resource):
        if single:
            yield single
    yield from policies.identity
    if policies.boundary:
        yield policies.boundary
    yield from policies.session or ()


def _reading(policy: Policy, statement: PolicyStatement, request: AccessRequest, context: Context) -> Reading:
    if not statement.on_action(request.action.lower()):
        return Reading(policy, statement, "action")
    if not statement.naming(request.principal):
        return Reading(policy, statement, "principal")
    if not statement.on_resource(request.resource, context):
        return Reading(policy, statement, "resource")
    failed = tuple(test.key for test in statement.tests if not test.holds(context))
    return Reading(policy, statement, "condition" if failed else "", failed)


def _keys(statement: PolicyStatement, variables: bool) -> Iterator[str]:
    texts = [pattern.text for pattern in statement.resources]
    for test in statement.tests:
        yield test.key
        texts += test.values
    for text in texts if variables else ():
        for part in split(text):
            if isinstance(part, Variable) and _KEY.match(part.key):
                yield part.key
