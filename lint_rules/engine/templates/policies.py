"""Identity policies: the statements that say what a role may do.

Reads policy documents wherever they stand. Documents whose statements name a principal are resource or trust
policies, which say who may come in, and are left out, as are permissions boundaries, which allow nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import Map, Node, Scalar, Unknown, walk
from lint_rules.engine.templates.intrinsics import Scope, references
from lint_rules.engine.templates.model import Statement, Value
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.templates.resource import Resource

_ATTACHED = frozenset({"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"})
_PRINCIPALS = frozenset({"Principal", "NotPrincipal"})
_SAM_OWNERS = frozenset({"AWS::Serverless::Function", "AWS::Serverless::StateMachine"})


def policy_statements(
    scope: Scope, document: Node | None, owner: str, resource_policy: bool = False
) -> tuple[Statement, ...]:
    """The statements of a policy document: of a resource policy all, else those that name no principal."""
    if document is None:
        return ()
    key = (document, owner, resource_policy)
    found = scope.statements.get(key)
    if found is None:
        found = scope.statements[key] = tuple(_statements(scope, document, owner, resource_policy))
    return found


def _statements(scope: Scope, document: Node, owner: str, resource_policy: bool) -> Iterator[Statement]:
    for item in scope.elements(scope.at(document, "Statement")):
        if isinstance(item, Map) and (resource_policy or _PRINCIPALS.isdisjoint(item.entries)):
            span = item.span
            yield Statement(
                effect=scope.value(item.get("Effect"), span),
                actions=_texts(scope, item.get("Action"), span),
                not_actions=_texts(scope, item.get("NotAction"), span),
                resources=_texts(scope, item.get("Resource"), span),
                not_resources=_texts(scope, item.get("NotResource"), span),
                conditional=_narrows(scope.resolve(item.get("Condition"))),
                owner=owner,
                span=span,
                sid=scope.value(item.get("Sid"), span),
                principal=scope.value(item.get("Principal") or item.get("NotPrincipal"), span),
                condition=scope.value(item.get("Condition"), span),
            )


def _narrows(condition: Node | None) -> bool:
    """Whether there is a condition, and it is not an empty one."""
    return condition is not None and not (isinstance(condition, Map) and not condition.entries)


def template_statements(scope: Scope, resources: Mapping[str, Resource]) -> Iterator[Statement]:
    """The statements of all identity policies of a template's resources."""
    boundaries = _boundaries(scope, resources)
    for name, resource in resources.items():
        kind, own = resource.kind, resource.properties
        if kind in _SAM_OWNERS:
            for policy in scope.elements(own.get("Policies")):
                yield from policy_statements(scope, policy, name)
        elif kind == "AWS::IAM::Role":
            for policy in scope.elements(own.get("Policies")):
                yield from policy_statements(scope, scope.at(policy, "PolicyDocument"), name)
        elif kind in _ATTACHED and not _for_people(scope, own) and not _bounds(scope, name, own, boundaries):
            yield from policy_statements(scope, own.get("PolicyDocument"), name)


def sam_policy_templates(scope: Scope, policies: Node | None) -> Iterator[tuple[str, Span]]:
    """Name and place of each SAM policy template in a function's Policies."""
    for policy in scope.elements(policies):
        only = policy.only if isinstance(policy, Map) else None
        if only and isinstance(policy, Map) and only[0].endswith("Policy"):
            key = policy.key(only[0])
            if key is not None:
                yield only[0], key.span


def _texts(scope: Scope, node: Node | None, span: Span) -> tuple[Value, ...]:
    return tuple(scope.value(item, span) for item in scope.elements(node))


def _for_people(scope: Scope, policy: Map) -> bool:
    return not scope.elements(policy.get("Roles")) and any(
        scope.elements(policy.get(owners)) for owners in ("Users", "Groups")
    )


def _boundaries(scope: Scope, resources: Mapping[str, Resource]) -> tuple[set[str], list[str]]:
    """Logical ids that permissions boundaries refer to, and the ends of the ARNs they spell out."""
    names: set[str] = set()
    texts: list[str] = []
    for resource in resources.values():
        boundary = resource.properties.get("PermissionsBoundary")
        if boundary is not None:
            names.update(references(boundary))
            found = scope.resolve(boundary)
            if isinstance(found, Scalar | Unknown) and found.text:
                texts.append(found.text)
    return names, texts


def _bounds(scope: Scope, name: str, policy: Map, boundaries: tuple[set[str], list[str]]) -> bool:
    if name in boundaries[0]:
        return True
    own = scope.resolve(policy.get("ManagedPolicyName"))
    text = own.text if isinstance(own, Scalar | Unknown) else None
    return bool(text) and any(arn.endswith(f"/{text}") for arn in boundaries[1])


def document_alone(roots: list[Node]) -> Map | None:
    """The policy document that a file consists of, or None."""
    root = roots[0] if len(roots) == 1 else None
    if not isinstance(root, Map) or not {"Version", "Statement"} <= root.entries.keys():
        return None
    if not root.entries.keys() <= {"Version", "Id", "Statement"}:
        return None
    parts = [part for part in walk(root) if isinstance(part, Map)]
    if any("Principal" in part.entries or "NotPrincipal" in part.entries for part in parts):
        return None
    return root if any("Effect" in part.entries for part in parts) else None
