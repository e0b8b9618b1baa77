"""A role and all that its policies say."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import Scalar
from lint_rules.engine.templates.model import Statement, Template, Value
from lint_rules.engine.templates.policies import policy_statements, sam_policy_templates
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class Role(NamedTuple):
    """`trust` says who may take the role, `statements` what it may do then, from all policies of the template
    that name it. `managed` are names or ARNs of policies that AWS or somebody else keeps; `policy_templates`
    those of SAM, each with its place. `functions` are the logical ids of those that have the role. `implied`
    is a role that SAM makes for one function, whose logical id it then bears.
    """

    logical_id: str
    name: Value
    trust: tuple[Statement, ...]
    statements: tuple[Statement, ...]
    managed: tuple[Value, ...]
    policy_templates: tuple[tuple[str, Span], ...]
    boundary: Value
    functions: tuple[str, ...]
    implied: bool
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Role]:
        """The roles that the template makes, those that SAM implies last."""
        attached = list(_attached(template))
        for found in template.of("AWS::IAM::Role"):
            name = found.logical_id
            owners = {name, *(policy for policy, role in attached if role == name)}
            yield cls(
                logical_id=name,
                name=found.value("RoleName"),
                trust=_trust(found),
                statements=tuple(part for part in template.statements if part.owner in owners),
                managed=found.texts("ManagedPolicyArns"),
                policy_templates=(),
                boundary=found.value("PermissionsBoundary"),
                functions=tuple(
                    function.logical_id for function in template.functions if name in function.role.names
                ),
                implied=False,
                resource=found,
            )
        for function in template.functions:
            if function.kind == "AWS::Serverless::Function" and function.role.absent:
                yield cls._implied(template, function.resource)

    @classmethod
    def _implied(cls, template: Template, found: Resource) -> Role:
        name = found.logical_id
        policies = found.items("Policies")
        return cls(
            logical_id=name,
            name=found.value("RoleName") if "RoleName" in found.properties.entries else _absent(found),
            trust=(),
            statements=tuple(part for part in template.statements if part.owner == name),
            managed=tuple(found.scope.value(p, p.span) for p in policies if isinstance(p, Scalar)),
            policy_templates=tuple(sam_policy_templates(found.scope, found.properties.get("Policies"))),
            boundary=found.value("PermissionsBoundary"),
            functions=(name,),
            implied=True,
            resource=found,
        )


def _absent(found: Resource) -> Value:
    return Value("absent", None, found.span)


def _trust(found: Resource) -> tuple[Statement, ...]:
    document = found.properties.get("AssumeRolePolicyDocument")
    return policy_statements(found.scope, document, found.logical_id, resource_policy=True)


def _attached(template: Template) -> Iterator[tuple[str, str]]:
    """Pairs of a policy and a role that has it, as logical ids."""
    for policy in template.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"):
        for role in (*policy.refers_to("Roles"), *policy.refers_to("RoleName")):
            yield policy.logical_id, role
    for owner in template.of("AWS::IAM::Role"):
        for name in owner.refers_to("ManagedPolicyArns"):
            yield name, owner.logical_id
