"""Why a role may allow more than the statements that are seen: policies in the dark, and what else writes some.

What is open lacks nothing, as far as is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.iam.sam_policies import sam_policy
from lint_rules.engine.sources.node import Map, Node, Scalar
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.templates.model import FunctionSpec, Template
    from lint_rules.engine.templates.nouns.role import Role
    from lint_rules.engine.templates.resource import Resource

_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


def openness(role: Role, template: Template) -> str:
    """The first reason in words, or an empty string; managed policies of others are the caller's to look at."""
    if role.implied:
        unknown = _unread_by_sam(role)
        if unknown:
            return unknown
    elif any(_is_dark(found, document) for found, document in _documents(role, template)):
        return "a policy that only the deployment knows"
    functions = [spec for spec in template.functions if spec.logical_id in role.functions]
    if any(_has_connector(spec, template) for spec in functions):
        return "a connector"
    if any(_is_loose(template, policy, role) for policy in template.of(_POLICIES[0], _POLICIES[2])):
        return "a policy of which the role is not known"
    return ""


def _documents(role: Role, template: Template) -> Iterator[tuple[Resource, Node | None]]:
    """The documents of a role's own policies and of those attached to it."""
    own = role.resource
    for item in own.items("Policies"):
        yield own, own.scope.at(item, "PolicyDocument") if isinstance(item, Map) else item
    attached = {*own.refers_to("ManagedPolicyArns")}
    for policy in template.of(*_POLICIES):
        owners = (*policy.refers_to("Roles"), *policy.refers_to("RoleName"))
        if role.logical_id in owners or policy.logical_id in attached:
            yield policy, policy.node_at("PolicyDocument")


def _is_dark(found: Resource, document: Node | None) -> bool:
    """Whether not every statement of a document can be seen."""
    statements = found.scope.elements(found.scope.at(document, "Statement"))
    return not statements or not all(isinstance(each, Map) for each in statements)


def _unread_by_sam(role: Role) -> str:
    """Why not all of `Policies` was understood."""
    for policy in role.resource.items("Policies"):
        if isinstance(policy, Scalar):
            continue
        if not isinstance(policy, Map):
            return "a policy that only the deployment knows"
        only = policy.only
        if "Statement" not in policy.entries and not (only and sam_policy(only[0])):
            return "a policy of an unknown form"
    return ""


def _has_connector(spec: FunctionSpec, template: Template) -> bool:
    node = spec.resource.node
    if node is not None and "Connectors" in node.entries:
        return True
    return any(
        spec.logical_id in (*found.refers_to("Source"), str(found.value("Source", "Id").value))
        for found in template.of("AWS::Serverless::Connector")
    )


def _is_loose(template: Template, policy: Resource, role: Role) -> bool:
    """Whether a policy may be this role's although it does not refer to it."""
    if role.logical_id in (*policy.refers_to("Roles"), *policy.refers_to("RoleName")):
        return False
    texts = [*policy.texts("Roles"), policy.value("RoleName")]
    return any(
        (value.known and value.value in (role.logical_id, role.name.value))
        or (not value.known and not value.absent and not any(n in template.resources for n in value.names))
        for value in texts
    )
