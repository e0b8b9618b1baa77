"""Whether the resources of a statement hold the resource of a call, as far as a template can tell."""

from __future__ import annotations

import re
from functools import lru_cache

from lint_rules.engine.access.names import logical_ids
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.templates.model import Template

_NAMES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::Serverless::SimpleTable": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::Kinesis::Stream": "Name",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SSM::Parameter": "Name",
    "AWS::Events::EventBus": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::Serverless::StateMachine": "StateMachineName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::IAM::Role": "RoleName",
}


def holds(granted: str, resource: str, template: Template) -> bool | None:
    """Whether a Resource element holds a call's resource; None if that cannot be told.

    A resource of the template is held by an element that names it, whole or with something behind it, since that is
    another question: whether an ARN fits the type of a resource.
    """
    if granted == "*":
        return True
    wanted, named = logical_ids(resource), logical_ids(granted)
    if wanted and any(one in named for one in wanted):
        return True
    if "${}" in granted or (named and not granted.startswith("arn:")):
        return _other(named, wanted, template)
    if not granted.startswith("arn:"):
        return None
    if wanted:
        texts = _physical(resource, wanted, template)
        if texts is not None:
            return _other(named, wanted, template) if named else _fits(granted, texts)
        return _other(named, wanted, template) if named else True if _is_wide(granted) else None
    if named:
        return None
    if resource == "*" or "*" in _own_part(resource).partition("/")[0].partition(":")[0]:
        return None
    if _own_part(resource).rstrip("*").endswith(("/", ":")):
        return None
    return _fits(granted, resource)


def _other(named: list[str], wanted: list[str], template: Template) -> bool | None:
    """False where all are resources of the template of which the names are understood, and none is the same."""
    everything = (*named, *wanted)
    known = all(name in template.resources and template.resources[name].kind in _NAMES for name in everything)
    return False if named and wanted and known else None


def _physical(resource: str, wanted: list[str], template: Template) -> str | None:
    """The resource with the names that the template gives, where it gives them in full."""
    for one in wanted:
        made = template.resources.get(one)
        key = _NAMES.get(made.kind) if made is not None else None
        value = made.value(key) if made is not None and key else None
        if value is None or not isinstance(value.value, str):
            return None
        resource = resource.replace(f"${{{one}}}", value.value)
    return resource


def _own_part(arn: str) -> str:
    return arn.split(":", 5)[-1]


def _is_wide(granted: str) -> bool:
    return _own_part(granted).strip("*") in (
        "",
        "table/",
        "secret:",
        "parameter/",
        "function:",
        "stateMachine:",
    )


def _fits(granted: str, resource: str) -> bool | None:
    """Whether the last parts match. What is unknown in the resource may be anything, so this may be unknown, too."""
    if granted.split(":", 3)[2:3] != resource.split(":", 3)[2:3]:
        return False
    pattern, text = _own_part(granted), _own_part(resource)
    if _regex(pattern).match(text):
        return True
    if "*" not in text:
        return False
    return None if _may_meet(pattern, text) else False


def _may_meet(pattern: str, text: str) -> bool:
    """Whether some text fits both patterns: their fixed beginnings and ends agree."""
    heads = re.split(r"[*?]", pattern, maxsplit=1)[0], text.partition("*")[0]
    tails = re.split(r"[*?]", pattern)[-1], text.rpartition("*")[2]
    if not (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])):
        return False
    if "*" not in pattern and "?" not in pattern:
        return re.fullmatch(".*".join(map(re.escape, text.split("*"))), pattern) is not None
    return tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])


@lru_cache(maxsize=1024)
def _regex(pattern: str) -> re.Pattern[str]:
    source = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile(source + r"\Z", re.DOTALL)
