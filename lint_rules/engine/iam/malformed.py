"""Which policy documents IAM refuses to store, and in which words.

`check_policy` holds what the service checks when a policy is put; `parse_policy` reads more than that, since
evaluation can. The sentences are those of IAM's MalformedPolicyDocument errors.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
"""

from __future__ import annotations

from collections.abc import Mapping

from lint_rules.engine.iam.policy import MalformedPolicy, loaded, parse_policy
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import Any

_TOP = frozenset({"Version", "Id", "Statement"})
_ELEMENTS = frozenset(
    {
        *("Sid", "Effect", "Condition", "Action", "NotAction"),
        *("Resource", "NotResource", "Principal", "NotPrincipal"),
    }
)
_PARTITIONS = frozenset(
    {"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}
)
_VENDOR = regex(r"[a-zA-Z0-9\-.]+\Z")
_SID = regex(r"[0-9A-Za-z]*\Z")
_ASSUME = frozenset(
    {
        *("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"),
        *("sts:tagsession", "sts:setsourceidentity", "sts:setcontext"),
    }
)
_NO_REGION = {
    "iam": "IAM resource {0} cannot contain region information.",
    "s3": "Resource {0} can not contain region information.",
}
_SIZES = {"identity": 10_240, "trust": 2_048, "boundary": 6_144, "session": 2_048, "scp": 5_120, "rcp": 5_120}
"""Characters without white space, as of the quotas' page; a managed policy has 6,144.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""


def check_policy(document: str | Mapping[str, Any], kind: str = "identity") -> None:
    """Raises MalformedPolicy for a document that cannot be put as a policy of this kind. Whether principals and
    resources exist is not looked at."""
    content = loaded(document)
    if not set(content) <= _TOP:
        raise MalformedPolicy("Syntax errors in policy.")
    if kind == "identity" and content.get("Version") == "2008-10-17":
        raise MalformedPolicy("Policy document must be version 2012-10-17 or greater.")
    if kind == "identity" and "Version" not in content:
        raise MalformedPolicy("Policy document must be version 2012-10-17 or greater.")
    raw = content.get("Statement")
    statements = [raw] if isinstance(raw, Mapping) else raw
    if not isinstance(statements, list) or not statements:
        raise MalformedPolicy("Syntax errors in policy.")
    for statement in statements:
        if not isinstance(statement, Mapping) or not set(statement) <= _ELEMENTS:
            raise MalformedPolicy("Syntax errors in policy.")
        _principal(statement, kind)
    parse_policy(content, kind)
    sids = [statement["Sid"] for statement in statements if statement.get("Sid")]
    if len(set(sids)) != len(sids):
        raise MalformedPolicy("Statement IDs (SID) in a single policy must be unique.")
    for statement in statements:
        _sid(statement, kind)
        for action in _texts(statement, "Action"):
            _action(action, kind)
        for resource in _texts(statement, "Resource"):
            _resource(resource)


def is_too_long(document: str, kind: str = "identity") -> bool:
    """Whether the document has more characters than the quota of its kind allows; white space is free."""
    limit = _SIZES.get(kind)
    return limit is not None and len("".join(document.split())) > limit


def _principal(statement: Mapping[str, Any], kind: str) -> None:
    named = "Principal" in statement or "NotPrincipal" in statement
    if kind in ("identity", "boundary", "session", "scp"):
        if named:
            raise MalformedPolicy("Policy document should not specify a principal.")
    elif kind == "trust":
        if "NotPrincipal" in statement:
            raise MalformedPolicy("AssumeRole policy must not contain NotPrincipal field.")
        if not named:
            raise MalformedPolicy("Missing required field Principal")
        if "Resource" in statement:
            raise MalformedPolicy("Has prohibited field Resource")
        if "NotResource" in statement:
            raise MalformedPolicy("AssumeRole policy must not contain resources.")
    elif not named and kind != "endpoint":
        raise MalformedPolicy("Missing required field Principal")


def _sid(statement: Mapping[str, Any], kind: str) -> None:
    sid = statement.get("Sid", "")
    if kind == "identity" and not _SID.match(sid):
        raise MalformedPolicy(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
            "expression [0-9A-Za-z]*"
        )


def _texts(statement: Mapping[str, Any], element: str) -> list[str]:
    given = statement.get(element, statement.get(f"Not{element}", []))
    return [given] if isinstance(given, str) else list(given)


def _action(action: str, kind: str) -> None:
    vendor, colon, name = action.partition(":")
    if action == "*":
        if kind == "trust":
            raise MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")
        return
    if not colon:
        raise MalformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    if ":" in name:
        raise MalformedPolicy("Actions/Condition can contain only one colon.")
    if vendor != "*" and not _VENDOR.match(vendor):
        raise MalformedPolicy(f"Vendor {vendor} is not valid")
    if kind == "trust" and action.lower() not in _ASSUME and action.lower() != "sts:*":
        raise MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")


def _resource(resource: str) -> None:
    if resource == "*":
        return
    if ":" not in resource or not resource.startswith("arn:"):
        raise MalformedPolicy(f'Resource {resource} must be in ARN format or "*".')
    parts = resource.split(":", 5)
    parts += ["*"] * (6 - len(parts))
    _, partition, service, region, account, name = parts
    if partition not in _PARTITIONS and "*" not in partition:
        shown = f"arn:{partition}:{service}:{region}:{account}:{name}"
        raise MalformedPolicy(f'Partition "{partition}" is not valid for resource "{shown}".')
    if service != "*" and ("*" in service or "?" in service):
        raise MalformedPolicy("Resource vendor must be fully qualified and cannot contain regexes.")
    if region and service in _NO_REGION and not name.startswith("accesspoint/") and region != "*":
        raise MalformedPolicy(_NO_REGION[service].format(resource))
