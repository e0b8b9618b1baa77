"""Calls that are authorized several times: per table, per object, per bus, or on two sides.

For such a call this gives the actions, each with the parameters it would have in a call of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from lint_rules.engine.iam.calls import values_at
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import Any

Part = tuple[str, Mapping[str, Any]]
Parameters = Mapping[str, Any]

_PARTIQL = regex(
    r"\s*(SELECT\b.*?\bFROM|INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?([\w.\-]+)\"?(?:\.\"?([\w.\-]+)\"?)?",
    re.IGNORECASE | re.DOTALL,
)
_TRANSACTION = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Get": "dynamodb:GetItem",
}


def parts(call: str, parameters: Parameters, actions: tuple[str, ...]) -> list[Part]:
    """The parts of a call. `call` is boto3's service and the operation, in lower case: s3.copyobject."""
    split = _SPLITS.get(call)
    given = list(split(parameters)) if split else []
    covered = {action for action, _ in given} | _COVERED.get(call, set())
    return [*((action, parameters) for action in actions if action not in covered), *given]


def _tables(action: str) -> Callable[[Parameters], Iterator[Part]]:
    def split(parameters: Parameters) -> Iterator[Part]:
        items = parameters.get("RequestItems")
        for table, wanted in items.items() if isinstance(items, Mapping) else ():
            yield action, {"TableName": table, "RequestItem": wanted}

    return split


def _transaction(parameters: Parameters) -> Iterator[Part]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html"""
    for item in parameters.get("TransactItems") or ():
        for kind, wanted in item.items():
            if kind in _TRANSACTION and isinstance(wanted, Mapping):
                yield _TRANSACTION[kind], wanted


def _partiql(path: str) -> Callable[[Parameters], Iterator[Part]]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html"""

    def split(parameters: Parameters) -> Iterator[Part]:
        for statement in values_at(parameters, path):
            found = _PARTIQL.match(str(statement))
            if found:
                verb = found[1].split()[0].capitalize()
                index = {"IndexName": found[3]} if found[3] else {}
                yield f"dynamodb:PartiQL{verb}", {"TableName": found[2], **index}

    return split


def _copy(parameters: Parameters) -> Iterator[Part]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""
    source = parameters.get("CopySource")
    if isinstance(source, str):
        from urllib.parse import unquote

        text, _, version = source.partition("?versionId=")
        bucket, _, key = unquote(text).lstrip("/").partition("/")
        source = {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}
    if isinstance(source, Mapping):
        yield ("s3:GetObjectVersion" if source.get("VersionId") else "s3:GetObject"), source


def _deletions(parameters: Parameters) -> Iterator[Part]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    for item in values_at(parameters, "Delete.Objects[]"):
        if isinstance(item, Mapping):
            action = "s3:DeleteObjectVersion" if item.get("VersionId") else "s3:DeleteObject"
            yield action, {"Bucket": parameters.get("Bucket"), **item}


def _buses(parameters: Parameters) -> Iterator[Part]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html"""
    for entry in parameters.get("Entries") or ():
        bus = entry.get("EventBusName") or "default"
        yield "events:PutEvents", {**entry, "EventBusName": bus, "Bus": bus}


def _reencrypt(parameters: Parameters) -> Iterator[Part]:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html"""
    source = {"KeyId": parameters["SourceKeyId"]} if parameters.get("SourceKeyId") else {}
    yield "kms:ReEncryptFrom", {**source, "EncryptionContext": parameters.get("SourceEncryptionContext")}
    target = {"KeyId": parameters["DestinationKeyId"]} if parameters.get("DestinationKeyId") else {}
    yield "kms:ReEncryptTo", {**target, "EncryptionContext": parameters.get("DestinationEncryptionContext")}


def _layers(parameters: Parameters) -> Iterator[Part]:
    for layer in parameters.get("Layers") or ():
        yield "lambda:GetLayerVersion", {"Arn": layer, "LayerName": layer, "LayerVersion": layer}


def _names(action: str, path: str, name: str) -> Callable[[Parameters], Iterator[Part]]:
    def split(parameters: Parameters) -> Iterator[Part]:
        for each in values_at(parameters, path):
            yield action, {name: each}

    return split


_SPLITS: dict[str, Callable[[Parameters], Iterator[Part]]] = {
    "dynamodb.batchexecutestatement": _partiql("Statements[].Statement"),
    "dynamodb.batchgetitem": _tables("dynamodb:BatchGetItem"),
    "dynamodb.batchwriteitem": _tables("dynamodb:BatchWriteItem"),
    "dynamodb.executestatement": _partiql("Statement"),
    "dynamodb.executetransaction": _partiql("TransactStatements[].Statement"),
    "dynamodb.transactgetitems": _transaction,
    "dynamodb.transactwriteitems": _transaction,
    "events.putevents": _buses,
    "kms.reencrypt": _reencrypt,
    "lambda.createfunction": _layers,
    "lambda.updatefunctionconfiguration": _layers,
    "s3.copyobject": _copy,
    "s3.deleteobjects": _deletions,
    "s3.uploadpartcopy": _copy,
    "secretsmanager.batchgetsecretvalue": _names(
        "secretsmanager:GetSecretValue", "SecretIdList[]", "SecretId"
    ),
}
_VERBS = {f"dynamodb:PartiQL{verb}" for verb in ("Select", "Insert", "Update", "Delete")}
_COVERED: dict[str, set[str]] = {
    "dynamodb.batchexecutestatement": _VERBS,
    "dynamodb.executestatement": _VERBS,
    "dynamodb.executetransaction": _VERBS,
    "dynamodb.transactgetitems": {"dynamodb:GetItem"},
    "dynamodb.transactwriteitems": set(_TRANSACTION.values()),
    "s3.deleteobjects": {"s3:DeleteObject"},
}
"""Actions that only the items of these calls ask for."""
