"""Permissions that resources give: policies of buckets, queues, topics, keys and secrets, and trust policies.

Within one account such a policy is enough without the role's own.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from lint_rules.engine.iam.patterns import Names
from lint_rules.engine.sources.node import Scalar, walk
from lint_rules.engine.templates.policies import policy_statements
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.templates.model import Statement, Template, Value
    from lint_rules.engine.templates.nouns.role import Role

_POLICIES = {
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::DynamoDB::Table": "ResourcePolicy",
    "AWS::Kinesis::ResourcePolicy": "ResourcePolicy",
    "AWS::Events::EventBusPolicy": "Statement",
    "AWS::Lambda::Permission": "",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
}


def from_resources(action: str, role: Role, template: Template) -> bool:
    """Whether the policy of some resource may allow a role an action."""
    for found in template.of(*_POLICIES):
        if found.kind == "AWS::Lambda::Permission":
            if action == "lambda:InvokeFunction" and not _service(found.value("Principal")):
                return True
            continue
        document = found.node_at(_POLICIES[found.kind])
        for statement in policy_statements(found.scope, document, found.logical_id, resource_policy=True):
            if _speaks_of(statement, action) and _names(statement.principal, role):
                return True
    return False


def _speaks_of(statement: Statement, action: str) -> bool:
    if not statement.allows:
        return False
    texts = tuple(value.value for value in statement.actions if isinstance(value.value, str))
    return len(texts) < len(statement.actions) or Names(texts).hold(action.lower())


def _names(principal: Value, role: Role) -> bool:
    """Whether a principal may be the role: anything but services and other roles of the template."""
    if principal.absent:
        return False
    if not principal.known:
        return _may_be(principal, role)
    if not isinstance(principal.value, dict):
        return True
    for kind, who in principal.value.items():
        if kind in ("Service", "Federated"):
            continue
        listed = who.value if isinstance(who.value, list) else [who]
        if any(_may_be(one, role) for one in listed):
            return True
    return False


def _may_be(who: Value, role: Role) -> bool:
    """SAM calls the role that it makes for a function like the function, with "Role" behind it."""
    if who.known:
        return True
    others = [name for name in who.names if name in role.resource.template.resources]
    return len(others) < len(who.names) or not others or role.logical_id in who.names


def _service(value: Value) -> bool:
    return isinstance(value.value, str) and "." in value.value


def taken_by_others(role: Role, template: Template) -> bool:
    """Whether something else than functions has the role, or may take it."""
    for statement in role.trust:
        if not isinstance(statement.principal.value, dict):
            return True
        for kind, who in statement.principal.value.items():
            listed = who.value if isinstance(who.value, list) else [who]
            if kind != "Service" or any(one.value != "lambda.amazonaws.com" for one in listed):
                return True
    from lint_rules.engine.templates.intrinsics import references

    functions = {"AWS::Lambda::Function", "AWS::Serverless::Function"}
    for name, found in template.resources.items():
        if name == role.logical_id or found.kind.startswith("AWS::IAM::"):
            continue
        if found.kind in functions and name in role.functions:
            continue
        if (
            not role.implied
            and role.logical_id in references(found.properties)
            and found.kind not in _MENTIONS
        ):
            return True
    name_ = role.name.value
    return bool(name_) and any(
        isinstance(node, Scalar) and node.text.endswith(f"role/{name_}")
        for node in (walk(template.root) if template.root is not None else ())
    )


_MENTIONS = frozenset(_POLICIES) | {"AWS::Lambda::Version", "AWS::SSM::Parameter", "AWS::Lambda::Alias"}
