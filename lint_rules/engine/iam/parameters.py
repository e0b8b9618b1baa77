"""The parameters of a call as IAM sees the resources they name: URLs, partial ARNs and defaults made plain.

AWS takes a queue by its URL, a function by any of four names, a secret without the letters its ARN ends in. What
comes out has ARNs, or names without decoration, under the same parameter names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lint_rules.engine.iam.asking import Place
from lint_rules.engine.iam.resources import Lookup
from lint_rules.engine.typed import Any

Plain = dict[str, Any]


def plain(prefix: str, parameters: Mapping[str, Any], place: Place, lookup: Lookup) -> Plain:
    """The parameters, with what names a resource made plain."""
    change = _CHANGES.get(prefix)
    out = dict(parameters)
    if change is not None:
        change(out, place, lookup)
    return out


def _sqs(out: Plain, place: Place, lookup: Lookup) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html"""
    url = out.get("QueueUrl")
    if isinstance(url, str):
        account, _, name = url.rpartition("/")
        account = account.rpartition("/")[2]
        owner = account if account.isdigit() else place.account
        out["QueueUrl"] = f"arn:{place.partition}:sqs:{place.region}:{owner}:{name}"
    given = out.get("QueueOwnerAWSAccountId")
    if isinstance(given, str) and "QueueName" in out:
        out["QueueUrl"] = f"arn:{place.partition}:sqs:{place.region}:{given}:{out['QueueName']}"


def function_arn(name: str, place: Place, qualifier: str = "") -> str:
    """The ARN of a function that a call names: by its name, its account and name, or its ARN, each with or
    without a version or alias.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    before = f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:"
    parts = name.split(":")
    if name.startswith("arn:"):
        arn = name
    elif len(parts) >= 3 and parts[1] == "function":
        arn = f"arn:{place.partition}:lambda:{place.region}:{parts[0]}:function:{':'.join(parts[2:])}"
    else:
        arn = before + name
    if qualifier and len(arn.split(":")) == 7:
        return f"{arn}:{qualifier}"
    return arn


def _lambda(out: Plain, place: Place, lookup: Lookup) -> None:
    name, qualifier = out.get("FunctionName"), out.get("Qualifier")
    if isinstance(name, str):
        out["FunctionName"] = function_arn(name, place, qualifier if isinstance(qualifier, str) else "")
    layer, version = out.get("LayerName"), out.get("VersionNumber")
    if isinstance(layer, str) and layer.startswith("arn:") and version is not None:
        out["LayerName"] = f"{layer}:{version}"
    if version is not None:
        out["VersionNumber"] = str(version)


def _events(out: Plain, place: Place, lookup: Lookup) -> None:
    bus = out.get("EventBusName")
    if isinstance(bus, str) and bus.startswith("arn:"):
        out["EventBusName"] = bus = bus.rpartition("/")[2]
    if bus == "default":
        del out["EventBusName"]
    elif bus and (name := out.get("Rule") or out.get("Name")):
        before = f"arn:{place.partition}:events:{place.region}:{place.account}:rule"
        out["Rule"] = f"{before}/{bus}/{name}"


def _secretsmanager(out: Plain, place: Place, lookup: Lookup) -> None:
    """A secret's ARN ends in a hyphen and six characters, which a name does not tell.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html"""
    for key in ("SecretId", "Name"):
        name = out.get(key)
        if isinstance(name, str) and not name.startswith("arn:"):
            known = lookup("secretsmanager:Secret", name)
            before = f"arn:{place.partition}:secretsmanager:{place.region}:{place.account}:secret:"
            out[key] = known or f"{before}{name}-??????"


def _kms(out: Plain, place: Place, lookup: Lookup) -> None:
    """An alias stands for a key, and permissions are asked on the key.
    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html"""
    for key in ("KeyId", "TargetKeyId"):
        name = out.get(key)
        if isinstance(name, str) and "alias/" in name:
            known = lookup("kms:key", name)
            out[key] = known or f"arn:{place.partition}:kms:{place.region}:{place.account}:key/*"
    alias = out.get("AliasName")
    if isinstance(alias, str):
        out["AliasName"] = alias.removeprefix("alias/")


def _logs(out: Plain, place: Place, lookup: Lookup) -> None:
    """An action on a group is asked on the group's streams.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html"""
    for key in ("logGroupIdentifier", "logGroupArn", "resourceArn"):
        arn = out.get(key)
        if isinstance(arn, str) and arn.startswith("arn:"):
            out[key] = arn.removesuffix(":*")


def _sns(out: Plain, place: Place, lookup: Lookup) -> None:
    subscription = out.get("SubscriptionArn")
    if isinstance(subscription, str) and subscription.count(":") == 6:
        out["SubscriptionArn"] = subscription.rpartition(":")[0]


def _kinesis(out: Plain, place: Place, lookup: Lookup) -> None:
    iterator = out.get("ShardIterator")
    if isinstance(iterator, str):
        known = lookup("kinesis:stream", iterator)
        out.pop("ShardIterator")
        if known:
            out.setdefault("StreamARN", known)


def _iam(out: Plain, place: Place, lookup: Lookup) -> None:
    """What is created under a path has it in its ARN."""
    path = out.get("Path")
    if isinstance(path, str) and path.strip("/"):
        for key in ("RoleName", "UserName", "GroupName", "PolicyName", "InstanceProfileName"):
            if isinstance(out.get(key), str):
                out[key] = f"{path.strip('/')}/{out[key]}"


_CHANGES: dict[str, Callable[[Plain, Place, Lookup], None]] = {
    "events": _events,
    "iam": _iam,
    "kinesis": _kinesis,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "secretsmanager": _secretsmanager,
    "sns": _sns,
    "sqs": _sqs,
}
