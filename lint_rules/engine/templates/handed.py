"""What a variable of a function's environment holds of a resource: its ARN, its URL, its name."""

from __future__ import annotations

from lint_rules.engine.sources.node import List, Map, Scalar
from lint_rules.engine.templates.intrinsics import intrinsic
from lint_rules.engine.templates.model import FunctionSpec

_REF = {
    "AWS::SQS::Queue": "Url",
    "AWS::SNS::Topic": "Arn",
    "AWS::S3::Bucket": "Name",
    "AWS::DynamoDB::Table": "Name",
    "AWS::Serverless::SimpleTable": "Name",
}
"""What `Ref` gives.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html"""
_ATTRIBUTES = {
    **dict.fromkeys(("Arn", "TopicArn"), "Arn"),
    **dict.fromkeys(("QueueName", "TopicName"), "Name"),
    "QueueUrl": "Url",
}


def handed(spec: FunctionSpec, variable: str) -> tuple[str, str] | None:
    """The logical id of the resource that a variable tells of, and whether it is its "Arn", "Url" or "Name"; None where
    it is anything else."""
    variables = spec.resource.node_at("Environment", "Variables")
    node = variables.get(variable) if isinstance(variables, Map) else None
    call = intrinsic(node) if isinstance(node, Map) else None
    if call is None:
        return None
    name, argument = call
    if name == "Ref" and isinstance(argument, Scalar):
        made = spec.template.resources.get(argument.text)
        kind = _REF.get(made.kind) if made is not None else None
        return (argument.text, kind) if kind else None
    if name == "Fn::GetAtt":
        parts = (
            [item.text for item in argument.items if isinstance(item, Scalar)]
            if isinstance(argument, List)
            else []
        )
        if isinstance(argument, Scalar):
            parts = argument.text.split(".")
        kind = _ATTRIBUTES.get(parts[1]) if len(parts) == 2 else None
        return (parts[0], kind) if kind and parts[0] in spec.template.resources else None
    return None
