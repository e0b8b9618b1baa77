"""Whether ARNs are well formed, and whether an action can ever apply to what a statement names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules.engine.access.names import logical_ids, said, tidy
from lint_rules.engine.iam.actions import ActionFacts, action_facts, resource_patterns
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.templates.model import Statement, Template, Value

_SERVICES = {
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::Serverless::SimpleTable": "dynamodb",
    "AWS::S3::Bucket": "s3",
    "AWS::SQS::Queue": "sqs",
    "AWS::SNS::Topic": "sns",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::Lambda::Function": "lambda",
    "AWS::Serverless::Function": "lambda",
    "AWS::StepFunctions::StateMachine": "states",
    "AWS::Serverless::StateMachine": "states",
    "AWS::SecretsManager::Secret": "secretsmanager",
    "AWS::KMS::Key": "kms",
}
_PARTITIONS = regex(r"aws(-[a-z]+)*\Z|.*[*?]")
_NO_PLACE = frozenset({"s3", "iam", "cloudfront", "route53", "globalaccelerator"})
_ACCOUNT = regex(r"(\d{12}|aws|cloudfront|\*|[\d*?]*[*?][\d*?]*|[A-Z][A-Z_]{3,}|)\Z")
"""Capitals, such as ACCOUNT_ID, hold the place of an account in documents that programs fill in."""


def fault_of_arn(text: str) -> str:
    """What is wrong with an ARN in a policy, or an empty string. `${...}` may stand in it for anything.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    if text == "*" or "{{" in text:
        return ""
    plain = re.sub(r"\$\{[^{}]*\}", "~", text)
    if plain.startswith(("~", "*")):
        return ""
    if not plain.startswith("arn:"):
        return "it does not begin with `arn:`"
    parts = plain.split(":", 5)
    if len(parts) < 6:
        return (
            "" if "~" in plain or plain.endswith("*") else f"it has {len(parts)} of the six parts of an ARN"
        )
    _, partition, service, region, account, own = parts
    if "~" not in partition and not _PARTITIONS.match(partition):
        return f"there is no partition `{partition}`"
    if "~" not in account and not _ACCOUNT.match(account):
        return f"`{account}` is no account: it has twelve digits"
    if (
        service == "s3"
        and (region or account)
        and not own.startswith(("accesspoint", "job", "storage-lens", "*"))
    ):
        return "the ARN of a bucket has neither a region nor an account"
    if service in _NO_PLACE and region not in ("", "*", "~") and service == "iam":
        return "the ARNs of IAM have no region"
    return "it names nothing" if not own else ""


def unfitting_actions(statement: Statement, template: Template) -> Iterator[tuple[Value, str]]:
    """The actions of a statement that cannot apply to any of the resources it names, each with the reason. An action
    of which the types of resources are not known, and a resource that is not, are left alone."""
    if statement.not_actions or statement.not_resources or not statement.resources:
        return
    resources = [_text(value) for value in statement.resources]
    if any(text is None for text in resources):
        return
    for action in statement.actions:
        facts = (
            action_facts(action.value) if isinstance(action.value, str) and "*" not in action.value else None
        )
        if facts is None or not facts.resources or "?" in str(action.value):
            continue
        prefix = str(action.value).partition(":")[0].lower()
        reasons = [_reason(prefix, facts, text or "*", template) for text in resources]
        if all(reasons):
            yield action, reasons[0]


def _text(value: Value) -> str | None:
    if value.known:
        return tidy(value.value) if isinstance(value.value, str) else None
    text = said(value)
    return None if text == "*" else text


def _reason(prefix: str, facts: ActionFacts, text: str, template: Template) -> str:
    """Why an action cannot apply to a resource; empty if it may."""
    if text == "*":
        return ""
    named = logical_ids(text)
    made = template.resources.get(named[0]) if len(named) == 1 else None
    if made is not None and (text.startswith("${") or "::" not in text):
        service = _SERVICES.get(made.kind, "")
        if text.startswith("${"):
            if service and service != prefix and not _crosses(prefix, facts):
                return f"{named[0]} is not of {prefix}"
            if service == "s3" and prefix == "s3":
                return _of_s3(facts, text.partition("}")[2])
            return ""
    if named and not text.startswith("arn:"):
        return ""
    parts = text.split(":", 5)
    if len(parts) < 6 or "*" in parts[2] or "$" in parts[2]:
        return ""
    if prefix == "s3" and parts[2] == "s3":
        if parts[5].startswith("accesspoint") or (parts[5].startswith("$") and "}" not in parts[5]):
            return ""
        bucket, slash, key = parts[5].partition("/")
        return _of_s3(facts, slash + key if bucket.rstrip("*") == bucket else "?")
    if any(_may_be(resource_patterns(prefix).get(kind, "arn:*"), text) for kind, _ in facts.resources):
        return ""
    return f"it takes {_kinds(facts)}"


def _crosses(prefix: str, facts: ActionFacts) -> bool:
    """Whether the action takes resources of other services, too."""
    patterns = resource_patterns(prefix)
    return any(f":{prefix}:" not in patterns.get(kind, "") for kind, _ in facts.resources)


def _of_s3(facts: ActionFacts, behind: str) -> str:
    """Whether what stands behind a bucket fits: nothing for the bucket, `/...` for objects."""
    kinds = {kind for kind, _ in facts.resources}
    if behind.startswith("/") and "object" not in kinds and "bucket" in kinds:
        return "it takes the bucket, not its objects"
    if not behind and "object" in kinds and "bucket" not in kinds:
        return "it takes objects, not the bucket: `/*` is missing at the end"
    return ""


def _kinds(facts: ActionFacts) -> str:
    names = [kind for kind, _ in facts.resources]
    return " or ".join(dict.fromkeys(names[:3]))


def _may_be(pattern: str, text: str) -> bool:
    """Whether an ARN with wildcards and placeholders may be one of a pattern's."""
    own, given = pattern.split(":", 5), text.split(":", 5)
    if len(own) < 6:
        return True
    if own[2] != given[2] and "$" not in own[2]:
        return False
    fixed, _, _ = own[5].partition("${")
    head = re.split(r"[*?$]", given[5], maxsplit=1)[0]
    return fixed.startswith(head) or head.startswith(fixed)
