"""Writes a policy in the form of a dialect: SAM, CloudFormation, serverless.yml, Terraform, or plain JSON.

A resource of the template is referred to by that dialect's means, so its ARN is right in every deployment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from lint_rules.engine.access.names import logical_ids
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.access.least import Part
    from lint_rules.engine.templates.model import Template

FORMS = ("sam", "cloudformation", "serverless", "terraform", "json")
WHOLE = frozenset({"cloudformation", "terraform", "json"})
"""Forms in which nobody adds what the runtime needs."""

_BY_REF = frozenset(
    {
        *("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"),
        *("AWS::SecretsManager::Secret", "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::Batch::JobQueue"),
    }
)
"""Resources whose Ref is their ARN."""
_NO_ARN = frozenset({"AWS::SSM::Parameter", "AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"})
_TOKEN = regex(r"\$\{([^{}]*)\}")


def written(form: str, name: str, parts: Sequence[Part], template: Template | None) -> str:
    """The policy named `name` in one of FORMS."""
    return _FORMS[form](name, parts, template)


def _sam(name: str, parts: Sequence[Part], template: Template | None) -> str:
    lines = ["Policies:", "  - Version: '2012-10-17'", "    Statement:"]
    return _text([*lines, *_yaml(parts, template, 6)])


def _cloudformation(name: str, parts: Sequence[Part], template: Template | None) -> str:
    lines = [
        *("Policies:", f"  - PolicyName: {name}", "    PolicyDocument:"),
        *("      Version: '2012-10-17'", "      Statement:"),
    ]
    return _text([*lines, *_yaml(parts, template, 8)])


def _serverless(name: str, parts: Sequence[Part], template: Template | None) -> str:
    lines = ["provider:", "  iam:", "    role:", "      statements:"]
    return _text([*lines, *_yaml(parts, template, 8)])


def _yaml(parts: Sequence[Part], template: Template | None, indent: int) -> Iterator[str]:
    space = " " * indent
    for part in parts:
        if part.why:
            yield f"{space}# Not known: the resource of {part.why}."
        yield f"{space}- Effect: Allow"
        yield f"{space}  Action:"
        yield from (f"{space}    - {action}" for action in part.actions)
        yield f"{space}  Resource:"
        yield from (f"{space}    - {_reference(resource, template)}" for resource in part.resources)
    if not parts:
        yield f"{space}[]"


def _reference(resource: str, template: Template | None) -> str:
    """A resource in YAML of CloudFormation."""
    if resource == "*":
        return "'*'"
    named = logical_ids(resource)
    made = template.resources.get(named[0]) if template is not None and len(named) == 1 else None
    if made is not None and made.kind not in _NO_ARN:
        before, _, behind = resource.partition(f"${{{named[0]}}}")
        behind = "" if made.kind == "AWS::SecretsManager::Secret" else behind
        if before.rstrip("/").count(":") >= 5 and "*" not in before:
            if made.kind in _BY_REF:
                return f"!Ref {named[0]}" if not behind else f"!Sub '${{{named[0]}}}{behind}'"
            return f"!GetAtt {named[0]}.Arn" if not behind else f"!Sub '${{{named[0]}.Arn}}{behind}'"
    text = resource.replace("arn:aws:", "arn:${AWS::Partition}:", 1)
    text = text.replace("{region}", "${AWS::Region}").replace("{account}", "${AWS::AccountId}")
    return f"!Sub '{text}'" if "${" in text else f"'{text}'"


def _terraform(name: str, parts: Sequence[Part], template: Template | None) -> str:
    lines = [f'data "aws_iam_policy_document" "{_identifier(name)}" {{']
    for part in parts:
        if part.why:
            lines.append(f"  # Not known: the resource of {part.why}.")
        lines += ["  statement {", '    effect = "Allow"', "    actions = ["]
        lines += [f'      "{action}",' for action in part.actions]
        lines += ["    ]", "    resources = ["]
        lines += [f"      {_interpolated(resource, template)}," for resource in part.resources]
        lines += ["    ]", "  }"]
    return _text([*lines, "}"])


def _interpolated(resource: str, template: Template | None) -> str:
    named = logical_ids(resource)
    if len(named) == 1 and template is not None and named[0] in template.resources:
        behind = resource.partition(f"${{{named[0]}}}")[2]
        return f'"${{{named[0]}.arn}}{behind}"' if behind else f"{named[0]}.arn"
    text = resource.replace("{region}", "*").replace("{account}", "*")
    return f'"{text}"'


def _json(name: str, parts: Sequence[Part], template: Template | None) -> str:
    return json.dumps(document(parts, template), indent=2) + "\n"


def document(parts: Sequence[Part], template: Template | None) -> dict[str, object]:
    """The policy document. What only a deployment knows of an ARN is `*`."""
    statements = [
        {
            "Effect": "Allow",
            "Action": list(part.actions),
            "Resource": [_plain(resource, template) for resource in part.resources],
        }
        for part in parts
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _plain(resource: str, template: Template | None) -> str:
    def named(found: re.Match[str]) -> str:
        made = template.resources.get(found[1]) if template is not None else None
        for key in ("TableName", "BucketName", "QueueName", "TopicName", "Name", "FunctionName", "RoleName"):
            value = made.value(key).value if made is not None else None
            if isinstance(value, str):
                return value
        return "*"

    return _TOKEN.sub(named, resource).replace("{region}", "*").replace("{account}", "*")


def _identifier(name: str) -> str:
    return re.sub(r"\W+", "_", name.rpartition(".")[2]).strip("_") or "policy"


def policies_of(action: str, resource: str, template: Template) -> str:
    """A list for SAM's `Policies` on one line that allows one action; empty where the resource is not known."""
    if "*" in resource.split(":", 5)[-1].partition("/*")[0]:
        return ""
    named = _reference(resource, template)
    return f"[{{Statement: [{{Effect: Allow, Action: {action}, Resource: {named}}}]}}]"


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


_FORMS: dict[str, Callable[[str, Sequence[Part], Template | None], str]] = {
    "sam": _sam,
    "cloudformation": _cloudformation,
    "serverless": _serverless,
    "terraform": _terraform,
    "json": _json,
}
