"""The condition keys of a request that follow from the parameters of its call.

Only keys that the Service Authorization Reference lists for the action are given. What follows from the caller
is Principal's to tell; time, address, region and the tags of what exists are the cloud's.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lint_rules.engine.iam.actions import ActionFacts
from lint_rules.engine.iam.calls import values_at
from lint_rules.engine.iam.conditions import text
from lint_rules.engine.iam.resources import Lookup
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import Any

Keys = dict[str, "str | tuple[str, ...]"]

_SINGLE = {
    "s3:prefix": "Prefix",
    "s3:delimiter": "Delimiter",
    "s3:max-keys": "MaxKeys",
    "s3:VersionId": "VersionId",
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-copy-source": "CopySource",
    "s3:x-amz-metadata-directive": "MetadataDirective",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "s3:x-amz-storage-class": "StorageClass",
    "s3:x-amz-grant-read": "GrantRead",
    "s3:x-amz-grant-full-control": "GrantFullControl",
    "s3:object-lock-mode": "ObjectLockMode",
    "s3:locationconstraint": "CreateBucketConfiguration.LocationConstraint",
    "dynamodb:Select": "Select",
    "dynamodb:ReturnValues": "ReturnValues",
    "dynamodb:ReturnConsumedCapacity": "ReturnConsumedCapacity",
    "sns:Protocol": "Protocol",
    "sns:Endpoint": "Endpoint",
    "events:source": "Source",
    "events:detail-type": "DetailType",
    "lambda:FunctionArn": "FunctionName",
    "lambda:FunctionUrlAuthType": "FunctionUrlAuthType",
    "lambda:Principal": "Principal",
    "lambda:CodeSigningConfigArn": "CodeSigningConfigArn",
    "iam:PolicyARN": "PolicyArn",
    "iam:PermissionsBoundary": "PermissionsBoundary",
    "iam:AWSServiceName": "AWSServiceName",
    "sts:ExternalId": "ExternalId",
    "sts:RoleSessionName": "RoleSessionName",
    "sts:SourceIdentity": "SourceIdentity",
    "kms:EncryptionAlgorithm": "EncryptionAlgorithm",
    "kms:SigningAlgorithm": "SigningAlgorithm",
    "kms:GranteePrincipal": "GranteePrincipal",
    "kms:KeySpec": "KeySpec",
    "kms:KeyUsage": "KeyUsage",
    "kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
    "secretsmanager:SecretId": "SecretId",
    "secretsmanager:VersionId": "VersionId",
    "secretsmanager:VersionStage": "VersionStage",
    "secretsmanager:Name": "Name",
    "secretsmanager:Description": "Description",
    "secretsmanager:KmsKeyId": "KmsKeyId",
    "secretsmanager:RecoveryWindowInDays": "RecoveryWindowInDays",
    "secretsmanager:ForceDeleteWithoutRecovery": "ForceDeleteWithoutRecovery",
    "secretsmanager:RotationLambdaARN": "RotationLambdaARN",
    "ssm:Overwrite": "Overwrite",
    "ssm:Recursive": "Recursive",
    "cloudwatch:namespace": "Namespace",
}
_MANY = {
    "events:TargetArn": "Targets[].Arn",
    "lambda:Layer": "Layers[]",
    "lambda:SubnetIds": "VpcConfig.SubnetIds[]",
    "lambda:SecurityGroupIds": "VpcConfig.SecurityGroupIds[]",
    "sts:TransitiveTagKeys": "TransitiveTagKeys[]",
    "kms:GrantOperations": "Operations[]",
    "cloudwatch:AlarmActions": "AlarmActions[]",
}
_TAGS = ("Tags", "tags", "tagList", "TagList", "Tagging.TagSet")
_EQUALS = regex(r"([#\w.\-]+)\s*=\s*(:\w+)")


def keys_of(facts: ActionFacts, given: Mapping[str, Any], plain: Mapping[str, Any], lookup: Lookup) -> Keys:
    """The keys. `given` are the parameters as the caller wrote them, `plain` with resources made plain."""
    out: Keys = {}
    for key in facts.keys:
        path = _SINGLE.get(key)
        if path is not None:
            for value in values_at(plain if key == "lambda:FunctionArn" else given, path):
                if isinstance(value, (str, int, float, bool)):
                    out[key] = text(value)
        elif key in _MANY:
            many = tuple(text(value) for value in values_at(given, _MANY[key]))
            if many:
                out[key] = many
    listed = " ".join(facts.keys)
    if "aws:TagKeys" in facts.keys:
        _tags(out, dict(_pairs(given)), "aws:RequestTag/", "aws:TagKeys", tuple(_removed(given)))
    if "s3:RequestObjectTag" in listed:
        _tags(out, _object_tags(given), "s3:RequestObjectTag/", "s3:RequestObjectTagKeys", ())
    if "kms:EncryptionContext" in listed:
        _encryption(out, given)
    if "dynamodb:LeadingKeys" in listed:
        _dynamodb(out, given, lookup)
    alias = given.get("KeyId")
    if "kms:RequestAlias" in facts.keys and isinstance(alias, str) and "alias/" in alias:
        out["kms:RequestAlias"] = alias[alias.index("alias/") :]
    return out


def _tags(out: Keys, tags: Mapping[str, str], prefix: str, names: str, removed: tuple[str, ...]) -> None:
    for key, value in tags.items():
        out[f"{prefix}{key}"] = value
    if tags or removed:
        out[names] = (*tags, *removed)


def _pairs(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path in _TAGS:
        for tags in values_at(given, path):
            if isinstance(tags, Mapping):
                yield from ((str(key), str(value)) for key, value in tags.items())
            elif isinstance(tags, (list, tuple)):
                for tag in tags:
                    name = tag.get("Key", tag.get("key", tag.get("TagKey")))
                    value = tag.get("Value", tag.get("value", tag.get("TagValue", "")))
                    yield str(name), str(value)


def _removed(given: Mapping[str, Any]) -> Iterator[str]:
    for name in ("TagKeys", "tagKeys"):
        yield from (str(key) for key in given.get(name) or ())


def _object_tags(given: Mapping[str, Any]) -> dict[str, str]:
    tagging = given.get("Tagging")
    if not isinstance(tagging, str):
        return dict(_pairs(given))
    from urllib.parse import parse_qsl

    return dict(parse_qsl(tagging, keep_blank_values=True))


def _encryption(out: Keys, given: Mapping[str, Any]) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html"""
    context = given.get("EncryptionContext")
    if isinstance(context, Mapping) and context:
        for key, value in context.items():
            out[f"kms:EncryptionContext:{key}"] = str(value)
        out["kms:EncryptionContextKeys"] = tuple(map(str, context))


def _dynamodb(out: Keys, given: Mapping[str, Any], lookup: Lookup) -> None:
    """The partition keys a request touches, when a lookup tells the name of the table's key.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"""
    key = lookup("dynamodb:partition-key", str(given.get("TableName", "")))
    if key:
        leading = dict.fromkeys(_leading(key, given))
        if leading:
            out["dynamodb:LeadingKeys"] = tuple(leading)
    attributes = dict.fromkeys(_attributes(given))
    if attributes:
        out["dynamodb:Attributes"] = tuple(attributes)


def _items(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    wanted = given.get("RequestItem")
    for path in ("Item", "Key"):
        yield from (item for item in values_at(given, path) if isinstance(item, Mapping))
    if isinstance(wanted, Mapping):
        yield from (item for item in values_at(wanted, "Keys[]") if isinstance(item, Mapping))
    for each in wanted if isinstance(wanted, (list, tuple)) else ():
        yield from values_at(each, "PutRequest.Item")
        yield from values_at(each, "DeleteRequest.Key")


def _leading(key: str, given: Mapping[str, Any]) -> Iterator[str]:
    for item in _items(given):
        yield from _scalar(item.get(key))
    names = given.get("ExpressionAttributeNames") or {}
    values = given.get("ExpressionAttributeValues") or {}
    for name, value in _EQUALS.findall(str(given.get("KeyConditionExpression", ""))):
        if names.get(name, name) == key:
            yield from _scalar(values.get(value))


def _scalar(value: object) -> Iterator[str]:
    """A key's value, as the low-level client writes it ({"S": "x"})."""
    if isinstance(value, Mapping):
        yield from (str(inner) for inner in value.values())
    elif value is not None:
        yield text(value)


def _attributes(given: Mapping[str, Any]) -> Iterator[str]:
    for item in _items(given):
        yield from map(str, item)
    yield from (str(name) for name in given.get("AttributesToGet") or ())
    names = given.get("ExpressionAttributeNames") or {}
    for name in str(given.get("ProjectionExpression", "")).split(","):
        if name.strip():
            yield str(names.get(name.strip(), name.strip()))
