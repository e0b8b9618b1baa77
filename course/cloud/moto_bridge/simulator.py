"""IAM's policy simulator, which moto lacks; the answers are the evaluator's, as everywhere in this cloud.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html. What is simulated needs no
enforcement. For each action and each resource there is one result; organizations are not simulated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import lint_rules
from course.cloud.iam.simulation import simulated
from course.cloud.moto_bridge.identities import attached, boundary_arn
from course.cloud.moto_bridge.managed_policies import document, known
from course.cloud.moto_bridge.patches import addition

if TYPE_CHECKING:
    from lint_rules import Policy, Principal

RESPONSES = "moto.iam.responses"


class _Source(NamedTuple):
    """A policy of the simulation, compiled and as text. Its name is its id in the answer."""

    policy: Policy
    text: str


@addition(RESPONSES, "IamResponse")
def simulate_custom_policy(self: Any) -> Any:
    """Of the policies given."""
    return _answer(self, _given(self, "PolicyInputList", "identity"), None, "")


@addition(RESPONSES, "IamResponse")
def simulate_principal_policy(self: Any) -> Any:
    """Of a user, a group or a role, with the policies given besides."""
    arn = str(self._get_param("PolicySourceArn"))
    own, bound = _of(self.backend, arn)
    return _answer(self, [*own, *_given(self, "PolicyInputList", "identity")], bound, arn)


@addition(RESPONSES, "IamResponse")
def get_context_keys_for_custom_policy(self: Any) -> Any:
    """The condition keys that the policies given read."""
    return _keys(_given(self, "PolicyInputList", "identity"))


@addition(RESPONSES, "IamResponse")
def get_context_keys_for_principal_policy(self: Any) -> Any:
    """Those that the policies of a user, a group or a role read."""
    own, _ = _of(self.backend, str(self._get_param("PolicySourceArn")))
    return _keys([*own, *_given(self, "PolicyInputList", "identity")])


def _keys(sources: Iterable[_Source]) -> Any:
    from moto.core.responses import ActionResult

    return ActionResult(
        {"ContextKeyNames": list(lint_rules.condition_keys(source.policy for source in sources))}
    )


def _answer(response: Any, identity: list[_Source], bound: _Source | None, arn: str) -> Any:
    from moto.core.responses import ActionResult

    given = _given(response, "PermissionsBoundaryPolicyInputList", "boundary")
    bound = given[0] if given else bound
    resource_text = response._get_param("ResourcePolicy")
    resource = _read(resource_text, "resource", "ResourcePolicy") if resource_text else None
    account = str(response.current_account)
    owner = str(response._get_param("ResourceOwner") or "").rpartition("iam::")[2].partition(":")[0]
    principal = _principal(response._get_param("CallerArn") or arn, account)
    context = _context(response._get_param("ContextEntries") or ())
    policies = lint_rules.PolicySet(
        tuple(source.policy for source in identity),
        resource.policy if resource else None,
        bound.policy if bound else None,
    )
    every = [source for source in (*identity, bound, resource) if source is not None]
    texts = {source.policy.name: source.text for source in every}
    results = []
    for action in response._get_param("ActionNames") or ():
        for on in response._get_param("ResourceArns") or ("*",):
            request = lint_rules.AccessRequest(principal, action, on, context, owner)
            missing = lint_rules.missing_keys(request, [source.policy for source in every])
            results.append(simulated(request, policies, texts, missing))
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _principal(arn: str, account: str) -> Principal:
    try:
        return lint_rules.Principal.of(arn)
    except ValueError:
        return lint_rules.Principal("user", account=account)  # of a group, or nobody in particular


def _given(response: Any, parameter: str, kind: str) -> list[_Source]:
    documents = enumerate(response._get_param(parameter) or (), 1)
    return [_read(text, kind, f"{parameter}.{number}") for number, text in documents]


def _read(text: str, kind: str, name: str) -> _Source:
    from moto.iam.exceptions import InvalidInput

    try:
        return _Source(lint_rules.parse_policy(text, kind, name), text)
    except lint_rules.MalformedPolicy as error:
        raise InvalidInput(f"Policy document {name} could not be read: {error}") from None


def _of(backend: Any, arn: str) -> tuple[list[_Source], _Source | None]:
    """The policies of a user, a group or a role, and its boundary. Raises NoSuchEntity."""
    from moto.iam.exceptions import NotFoundException

    for kind, every in (("user", backend.users), ("role", backend.roles), ("group", backend.groups)):
        owner = next((one for one in every.values() if one.arn == arn), None)
        if owner is None:
            continue
        owners = [(kind, owner)]
        if kind == "user":
            owners += [("group", group) for group in backend.groups.values() if owner in group.users]
        sources = [
            _Source(
                policy._replace(name=policy.name if policy.arn else f"{of}_{one.name}_{policy.name}"), text
            )
            for of, one in owners
            for policy, text in attached(one)
        ]
        bound = known(backend, boundary_arn(owner))
        return sources, _read(document(bound), "boundary", bound.name) if bound is not None else None
    raise NotFoundException(f"No entity of the account has the ARN {arn}.")


def _context(entries: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for entry in entries:
        values = tuple(str(value) for value in entry.get("ContextKeyValues") or ())
        many = str(entry.get("ContextKeyType", "")).endswith("List") or len(values) != 1
        made[str(entry["ContextKeyName"])] = values if many else values[0]
    return made
