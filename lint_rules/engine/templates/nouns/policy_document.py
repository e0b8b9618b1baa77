"""A policy document, wherever a template holds one."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.sources.node import Map, Node
from lint_rules.engine.templates.model import Statement, Template, Value
from lint_rules.engine.templates.policies import policy_statements
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple

_DOCUMENTS = {
    "AWS::IAM::Policy": ("identity", "PolicyDocument"),
    "AWS::IAM::ManagedPolicy": ("identity", "PolicyDocument"),
    "AWS::IAM::RolePolicy": ("identity", "PolicyDocument"),
    "AWS::S3::BucketPolicy": ("resource", "PolicyDocument"),
    "AWS::SQS::QueuePolicy": ("resource", "PolicyDocument"),
    "AWS::SNS::TopicPolicy": ("resource", "PolicyDocument"),
    "AWS::KMS::Key": ("resource", "KeyPolicy"),
    "AWS::SecretsManager::ResourcePolicy": ("resource", "ResourcePolicy"),
    "AWS::IAM::Role": ("trust", "AssumeRolePolicyDocument"),
}


class PolicyDocument(NamedTuple):
    """A document. `purpose` is "identity", "resource" or "trust"; `resource` is the part of the template that is the
    document, to be asked like a resource."""

    logical_id: str
    purpose: str
    version: Value
    statements: tuple[Statement, ...]
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[PolicyDocument]:
        """The documents of roles and functions, of policies, and of resources that have one."""
        for found in template.resources.values():
            purpose, key = _DOCUMENTS.get(found.kind, ("", ""))
            if key:
                yield from cls._read(found, purpose, found.node_at(key))
            if found.kind == "AWS::IAM::Role":
                for policy in found.maps("Policies"):
                    yield from cls._read(found, "identity", policy.node_at("PolicyDocument"))
            elif found.kind in ("AWS::Serverless::Function", "AWS::Serverless::StateMachine"):
                for item in found.items("Policies"):
                    if isinstance(item, Map) and "Statement" in item.entries:
                        yield from cls._read(found, "identity", item)

    @classmethod
    def _read(cls, found: Resource, purpose: str, node: Node | None) -> Iterator[PolicyDocument]:
        if isinstance(node, Map) and "Statement" in node.entries:
            part = found.part(node)
            statements = policy_statements(found.scope, node, found.logical_id, purpose != "identity")
            yield cls(found.logical_id, purpose, part.value("Version"), statements, part)
