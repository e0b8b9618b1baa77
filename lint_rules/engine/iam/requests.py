"""What a call to AWS asks IAM: each action with each resource and the condition keys of the call.

1. The call's actions, from its service and operation.
2. For a call over several things, its parts (`compound`).
3. For each part, the ARNs its parameters name (`parameters`, `resources`), and what only some services do.
Every one of them must be allowed. The same answer serves the linter, which knows some parameters, and the cloud,
which knows all.
"""

from __future__ import annotations

from collections.abc import Mapping

from lint_rules.engine.iam.actions import ActionFacts, action_facts
from lint_rules.engine.iam.asking import Authorization, Place
from lint_rules.engine.iam.calls import actions_of_call, paths_for, prefix_of, values_at
from lint_rules.engine.iam.compound import parts
from lint_rules.engine.iam.keys import Keys, keys_of
from lint_rules.engine.iam.parameters import plain
from lint_rules.engine.iam.resources import Lookup, arns, nobody_knows
from lint_rules.engine.typed import Any

_GROUP_ITSELF = frozenset({"logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource"})
"""Actions that name a log group without its streams.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html"""


def authorizations(
    service: str,
    operation: str,
    parameters: Mapping[str, Any],
    place: Place,
    lookup: Lookup = nobody_knows,
    path: str = "",
) -> tuple[Authorization, ...] | None:
    """What a call must be allowed. `service` is boto3's name, `operation` and `parameters` are as the service's
    model has them. `lookup` tells the ARNs that only the service knows: it is asked for "kms:key" with an alias,
    "secretsmanager:Secret" with a name, "kinesis:stream" with an iterator, "iam:role" with a role's name, and
    "dynamodb:partition-key" with a table's name for the name of its key. `path` is that of the HTTP request, which
    API Gateway's resources are. None when the actions are not known."""
    actions = actions_of_call(service, operation, parameters)
    if actions is None:
        return None
    call = f"{service}.{operation.replace('_', '').lower()}"
    if path and prefix_of(service) == "apigateway":
        resource = f"arn:{place.partition}:apigateway:{place.region}::{path}"
        return tuple(Authorization(action, resource, {}) for action in actions)
    asked: dict[tuple[str, str, str], Authorization] = {}
    for action, given in parts(call, parameters, actions):
        if action == "iam:PassRole":
            found = _passing(service, operation, given, place, lookup)
        else:
            found = _of(action, given, place, lookup)
        for one in found:
            asked.setdefault((one.action, one.resource, str(sorted(one.context.items()))), one)
    return tuple(asked.values())


def _of(action: str, given: Mapping[str, Any], place: Place, lookup: Lookup) -> list[Authorization]:
    facts = action_facts(action)
    if facts is None:
        return [Authorization(action, "*", {})]
    prefix = action.partition(":")[0]
    out = plain(prefix, given, place, lookup)
    context = keys_of(facts, given, out, lookup)
    return [Authorization(action, arn, context) for arn in _resources(prefix, facts, out, place, lookup)]


def _passing(
    service: str, operation: str, given: Mapping[str, Any], place: Place, lookup: Lookup
) -> list[Authorization]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    taker = "ec2" if service == "iam" else prefix_of(service)
    context: Keys = {"iam:PassedToService": f"{taker}.amazonaws.com"}
    paths = paths_for(service, operation, "iam:PassRole")
    roles = [str(role) for path in paths for role in values_at(given, path)]
    return [Authorization("iam:PassRole", _role(role, place, lookup), context) for role in roles]


def _role(role: str, place: Place, lookup: Lookup) -> str:
    if role.startswith("arn:"):
        return role
    return lookup("iam:role", role) or f"arn:{place.partition}:iam::{place.account}:role/{role}"


def _resources(
    prefix: str, facts: ActionFacts, out: Mapping[str, Any], place: Place, lookup: Lookup
) -> tuple[str, ...]:
    action = f"{prefix}:{facts.name}"
    if action == "s3:ListAllMyBuckets":
        return (f"arn:{place.partition}:s3:::*",)
    bucket = out.get("Bucket")
    if prefix == "s3" and isinstance(bucket, str) and bucket.startswith("arn:"):
        kinds = {kind for kind, _ in facts.resources}
        return (f"{bucket}/object/{out['Key']}" if "object" in kinds and "Key" in out else bucket,)
    if prefix == "sns" and facts.name == "Publish" and out.get("PhoneNumber"):
        return ("*",)
    found = arns(prefix, facts, out, place, lookup)
    index = out.get("IndexName")
    if prefix == "dynamodb" and index and any(kind == "index" for kind, _ in facts.resources):
        # A query of an index is asked on the index alone.
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/using-identity-based-policies.html
        return tuple(f"{arn}/index/{index}" for arn in found if "/index/" not in arn) or found
    if prefix == "events" and len(found) > 1:
        return tuple(arn for arn in found if arn.count("/") == 2) or found
    if prefix == "logs" and action not in _GROUP_ITSELF:
        stream = out.get("logStreamName") or ""
        return tuple(_streams(arn, stream) for arn in found)
    return found


def _streams(arn: str, stream: str) -> str:
    grouped = ":log-group:" in arn and ":log-stream:" not in arn
    return f"{arn}:log-stream:{stream}" if grouped else arn
