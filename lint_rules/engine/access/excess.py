"""What a role grants although no code that has it can use it.

Only what the template's author wrote counts: actions of inline policies, and SAM policy templates and managed policies
of which nothing is used. What Lambda itself, the services called, libraries or the function's settings may need is left
out. A finding has high confidence when every call of the role's functions is known, and every package they import; and
not where a key of KMS is granted, which any service may use on behalf of its caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from lint_rules.engine.access.implied import SIDES, explained
from lint_rules.engine.access.sharing import taken_by_others
from lint_rules.engine.iam.actions import action_facts
from lint_rules.engine.iam.calls import listed_calls
from lint_rules.engine.regex import regex
from lint_rules.engine.templates.intrinsics import references
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.access.grants import Grant, Grants
    from lint_rules.engine.access.needs import Need
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.templates.model import FunctionSpec, Template
    from lint_rules.engine.templates.nouns.role import Role

_BESIDE: dict[str, tuple[str, ...]] = {
    "s3:getobject": ("s3:ListBucket", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectAttributes"),
    "s3:putobject": (
        *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads"),
        *("s3:PutObjectAcl", "s3:PutObjectTagging", "s3:ListBucket"),
    ),
    "s3:deleteobject": ("s3:ListBucket", "s3:DeleteObjectVersion"),
    "s3:listbucket": ("s3:GetBucketLocation",),
    "secretsmanager:getsecretvalue": ("secretsmanager:DescribeSecret",),
    "ssm:getparameter": ("ssm:GetParameters", "ssm:GetParametersByPath"),
    "bedrock:invokemodel": ("bedrock:InvokeModelWithResponseStream",),
}
"""Actions that people grant along with one, for a reason: without s3:ListBucket a missing object is "forbidden"
instead of "not found", and an upload that breaks off cannot be cleared away."""
_BY_CHANGES = frozenset({"cloudformation", "servicecatalog"})
"""Services that use their caller's permissions only for what they make and change."""
_PLUGIN = regex(r"serverless-[\w-]+")
_PLAIN_PLUGINS = frozenset({
    *("serverless-offline", "serverless-python-requirements", "serverless-dotenv-plugin", "serverless-prune-plugin"),
    *("serverless-pseudo-parameters", "serverless-domain-manager", "serverless-plugin-split-stacks"),
    *("serverless-iam-roles-per-function", "serverless-deployment-bucket", "serverless-plugin-log-retention"),
})  # fmt: skip
"""Plugins that give functions nothing to do."""
_OF_THE_RUNTIME = frozenset({"logs", "xray"})
_LOCAL_EXTENSION = ("localhost:2773", "127.0.0.1:2773", "PARAMETERS_SECRETS_EXTENSION")


class Excess(NamedTuple):
    """Something granted and not used: an action, a pattern of actions, or a policy by its name. `grant` is where it
    stands, `confidence` "high" or "low". `service` says that nothing of its service is used at all."""

    what: str
    grant: Grant
    confidence: str
    service: bool


def excess_of(
    role: Role,
    template: Template,
    grants: Grants,
    uses: Sequence[tuple[FunctionSpec, AwsUse, Sequence[Need]]],
) -> Iterator[Excess]:
    """What the role grants beyond all its functions' needs, by statement."""
    if not uses or taken_by_others(role, template):
        return
    used = {need.action.lower() for _, _, needs in uses for need in needs}
    services = {action.partition(":")[0] for action in used}
    reasons = set(_reasons(uses, used, services))
    if "*" in reasons:
        return
    unsure = any(use.unresolved or "*" in use.unseen for _, use, _ in uses) or _has_others(role, template)
    services |= _OF_THE_RUNTIME
    seen: set[tuple[str, str]] = set()
    for grant in grants.statements:
        if not grant.allows or grant.inverted or grant.origin == "implied":
            continue
        if grant.origin in ("managed", "template"):
            whole = [
                text
                for other in grants.statements
                if other.name == grant.name
                for text in other.actions.texts
            ]
            if (grant.name, "") in seen or any(_wanted(text, used, reasons) for text in whole):
                continue
            seen.add((grant.name, ""))
            yield Excess(grant.name, grant, "low" if unsure else "high", True)
            continue
        if template.kind == "cdk" and any(_wanted(text, used, reasons) for text in grant.actions.texts):
            continue  # One method, such as grant_read_data, grants them all.
        for text in grant.actions.texts:
            if text.lower() not in ("*", "*:*") and not _wanted(text, used, reasons):
                service = text.partition(":")[0].lower()
                exists = "*" in text or action_facts(text) is not None
                sure = exists and not unsure and not (used and service == "kms")
                yield Excess(text, grant, "high" if sure else "low", service not in services)


def _has_others(role: Role, template: Template) -> bool:
    """Whether a plugin of serverless.yml, or a nested stack that is told of a function, may give it a task."""
    if template.kind == "serverless" and {*_PLUGIN.findall(template.text)} - _PLAIN_PLUGINS:
        return True
    return any(
        not {*role.functions}.isdisjoint(references(found.properties))
        for found in template.of("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
    )


def _wanted(text: str, used: set[str], reasons: set[str]) -> bool:
    """Whether an action, or one that fits a pattern, is used or has another reason."""
    wanted = text.lower()
    if wanted in ("*", "*:*") or any(fnmatchcase(action, wanted) for action in used):
        return True
    for reason in reasons:
        if reason.endswith(":"):
            if wanted.startswith(reason):
                return True
        elif fnmatchcase(reason, wanted) or fnmatchcase(wanted, reason):
            return True
    return False


def _reasons(
    uses: Sequence[tuple[FunctionSpec, AwsUse, Sequence[Need]]], used: set[str], services: set[str]
) -> Iterator[str]:
    """Actions and beginnings of actions, in lower case, that something else than a call explains."""
    for spec, use, needs in uses:
        yield from (reason.lower() for reason in explained(spec))
        for prefix in use.unseen - {"*"}:
            yield prefix.lower() if ":" in prefix else f"{prefix}:"
        if any(word in use.text for word in _LOCAL_EXTENSION):
            yield from ("ssm:", "secretsmanager:", "kms:", "appconfig:")
        if any(not call.own for call in use.calls):
            yield "sts:"
        for need in needs:
            if not need.call.complete:  # Further parameters may ask for further actions.
                yield f"{need.action.partition(':')[0].lower()}:{need.call.operation.lower()}"
            if any("Tag" in name for name in need.call.parameters):
                service = need.action.partition(":")[0].lower()
                yield from (f"{service}:tagresource", f"{service}:createtags", f"{service}:addtagstoresource")
            for action in listed_calls().get(f"{need.call.service}.{need.call.operation.lower()}", ()):
                yield action.lower()
    for action in used:
        facts = action_facts(action)
        yield from (need.lower() for need in (facts.needs if facts else ()))
        yield from (other.lower() for other in _BESIDE.get(action, ()))
    for service in services:
        if service not in _BY_CHANGES or any(
            _changes(action) for action in used if action.startswith(service)
        ):
            yield from (side.lower() for side in SIDES.get(service, ()))


def _changes(action: str) -> bool:
    facts = action_facts(action)
    return facts is None or facts.level not in ("List", "Read")
