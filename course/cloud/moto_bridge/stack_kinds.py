"""How a stack's resources of AWS::Lambda become calls of the Lambda API: made, changed, deleted.

Properties that the API has under the same name pass as they are; what differs stands here. A kind without `update` is
replaced when it changes. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Lambda.html (2026-11)
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]
Call = Callable[[str, Properties], Properties]
"""Asks an operation of the Lambda API by its name. Members that it does not have are left out."""


class NotStable(Exception):
    """A resource was accepted, and did not come to be. The message is CloudFormation's."""


@dataclass(frozen=True)
class Made:
    """A resource that is there: its physical id, which is what `Ref` gives, and what `Fn::GetAtt` gives."""

    id: str
    attributes: dict[str, str]


@dataclass(frozen=True)
class Kind:
    """A type of resource. `create` is given the name that the stack would give it."""

    create: Callable[[Call, str, Properties], Made]
    delete: Callable[[Call, Made, Properties], object]
    update: Callable[[Call, Made, Properties, Properties], Made] | None = None
    """Given the old properties and the new ones."""
    named: str | None = None
    """The property that names it, and by which it is replaced when that changes."""
    attributes: tuple[str, ...] = ()


def _function(call: Call, name: str, given: Properties) -> Made:
    made = call("CreateFunction", {**_settings(given), "FunctionName": name, "Code": _code(given)})
    try:
        _concurrency(call, name, given)
    except BaseException:
        call("DeleteFunction", {"FunctionName": name})
        raise
    return Made(name, {"Arn": made["FunctionArn"]})


def _changed_function(call: Call, made: Made, old: Properties, new: Properties) -> Made:
    name = {"FunctionName": made.id}
    if (old.get("Code"), old.get("Architectures")) != (new.get("Code"), new.get("Architectures")):
        call("UpdateFunctionCode", {**new, **_code(new), **name})
    gone = {key: _EMPTY[key] for key in old if key not in new and key in _EMPTY}
    call("UpdateFunctionConfiguration", {**gone, **_settings(new), **name})
    _concurrency(call, made.id, new, had=old)
    tags, before = _tags(new), _tags(old)
    if missing := [key for key in before if key not in tags]:
        call("UntagResource", {"Resource": made.attributes["Arn"], "TagKeys": missing})
    if tags != before and tags:
        call("TagResource", {"Resource": made.attributes["Arn"], "Tags": tags})
    return made


_EMPTY: Properties = {
    "Description": "",
    "DeadLetterConfig": {"TargetArn": ""},
    "Environment": {"Variables": {}},
    "KmsKeyArn": "",
    "Layers": [],
    "MemorySize": 128,
    "Timeout": 3,
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
"""What a property is when a template does not say it any more."""


def _concurrency(call: Call, name: str, given: Properties, had: Properties | None = None) -> None:
    limit = given.get("ReservedConcurrentExecutions")
    if limit is not None:
        call("PutFunctionConcurrency", {"FunctionName": name, "ReservedConcurrentExecutions": limit})
    elif had and "ReservedConcurrentExecutions" in had:
        call("DeleteFunctionConcurrency", {"FunctionName": name})
    if loop := given.get("RecursiveLoop"):
        call("PutFunctionRecursionConfig", {"FunctionName": name, "RecursiveLoop": loop})


def _settings(given: Properties) -> Properties:
    settings = {key: value for key, value in given.items() if key not in ("Code", "Tags")}
    return {**settings, "Tags": _tags(given)} if "Tags" in given else settings


def _code(given: Properties) -> Properties:
    code = dict(given["Code"])
    if isinstance(source := code.get("ZipFile"), str):
        # Source in the template is a file called index, whatever the handler says.
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            entry = zipfile.ZipInfo("index.py")  # 1980-01-01: the same template makes the same package
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, source)
        code["ZipFile"] = packed.getvalue()
    return code


def _tags(given: Properties) -> dict[str, str]:
    tags = given.get("Tags") or {}
    return dict(tags) if isinstance(tags, dict) else {tag["Key"]: str(tag["Value"]) for tag in tags}


def _version(call: Call, name: str, given: Properties) -> Made:
    made = call("PublishVersion", given)
    try:
        _provision(call, made["FunctionName"], made["Version"], given)
    except BaseException:
        call("DeleteFunction", {"FunctionName": made["FunctionArn"]})
        raise
    return Made(made["FunctionArn"], {"FunctionArn": made["FunctionArn"], "Version": made["Version"]})


def _alias(call: Call, name: str, given: Properties) -> Made:
    made = call("CreateAlias", {**given, "RoutingConfig": _routing(given)})
    try:
        _provision(call, given["FunctionName"], given["Name"], given)
    except BaseException:
        call("DeleteAlias", given)
        raise
    return Made(made["AliasArn"], {"AliasArn": made["AliasArn"]})


def _changed_alias(call: Call, made: Made, old: Properties, new: Properties) -> Made:
    call("UpdateAlias", {"Description": "", **new, "RoutingConfig": _routing(new)})
    if "ProvisionedConcurrencyConfig" in old and "ProvisionedConcurrencyConfig" not in new:
        call(
            "DeleteProvisionedConcurrencyConfig",
            {"FunctionName": new["FunctionName"], "Qualifier": new["Name"]},
        )
    _provision(call, new["FunctionName"], new["Name"], new)
    return made


def _routing(given: Properties) -> Properties:
    routes = (given.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or []
    weights = {str(route["FunctionVersion"]): float(route["FunctionWeight"]) for route in routes}
    return {"AdditionalVersionWeights": weights}


def _provision(call: Call, function: str, qualifier: str, given: Properties) -> None:
    if config := given.get("ProvisionedConcurrencyConfig"):
        call("PutProvisionedConcurrencyConfig", {**config, "FunctionName": function, "Qualifier": qualifier})


def _permission(call: Call, name: str, given: Properties) -> Made:
    call("AddPermission", {**given, "StatementId": name})
    return Made(name, {"Id": name})


def _layer(call: Call, name: str, given: Properties) -> Made:
    made = call("PublishLayerVersion", {"LayerName": name, **given})
    return Made(made["LayerVersionArn"], {"LayerVersionArn": made["LayerVersionArn"]})


def _layer_parts(arn: str) -> Properties:
    layer, _, number = arn.rpartition(":")
    return {"LayerName": layer, "VersionNumber": int(number)}


def _layer_permission(call: Call, name: str, given: Properties) -> Made:
    call(
        "AddLayerVersionPermission", {**given, **_layer_parts(given["LayerVersionArn"]), "StatementId": name}
    )
    return Made(name, {"Id": name})


def _mapping(call: Call, name: str, given: Properties) -> Made:
    made = call("CreateEventSourceMapping", _settings(given))
    arn = made.get("EventSourceMappingArn", "")
    return Made(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": arn})


def _changed_mapping(call: Call, made: Made, old: Properties, new: Properties) -> Made:
    call("UpdateEventSourceMapping", {**new, "UUID": made.id})
    return made


def _url(call: Call, name: str, given: Properties) -> Made:
    made = call("CreateFunctionUrlConfig", {**given, "FunctionName": given["TargetFunctionArn"]})
    return Made(made["FunctionArn"], {"FunctionArn": made["FunctionArn"], "FunctionUrl": made["FunctionUrl"]})


def _changed_url(call: Call, made: Made, old: Properties, new: Properties) -> Made:
    call("UpdateFunctionUrlConfig", {**new, "FunctionName": new["TargetFunctionArn"]})
    return made


def _event_settings(call: Call, name: str, given: Properties) -> Made:
    call("PutFunctionEventInvokeConfig", given)
    return Made(name, {})


def _put_event_settings(call: Call, made: Made, old: Properties, new: Properties) -> Made:
    call("PutFunctionEventInvokeConfig", new)
    return made


KINDS = {
    "AWS::Lambda::Function": Kind(
        _function,
        lambda call, made, given: call("DeleteFunction", {"FunctionName": made.id}),
        _changed_function,
        named="FunctionName",
        attributes=("Arn",),
    ),
    "AWS::Lambda::Version": Kind(
        _version,
        lambda call, made, given: call("DeleteFunction", {"FunctionName": made.id}),
        attributes=("FunctionArn", "Version"),
    ),
    "AWS::Lambda::Alias": Kind(
        _alias,
        lambda call, made, given: call("DeleteAlias", given),
        _changed_alias,
        named="Name",
        attributes=("AliasArn",),
    ),
    "AWS::Lambda::Permission": Kind(
        _permission,
        lambda call, made, given: call("RemovePermission", {**given, "StatementId": made.id}),
        attributes=("Id",),
    ),
    "AWS::Lambda::LayerVersion": Kind(
        _layer,
        lambda call, made, given: call("DeleteLayerVersion", _layer_parts(made.id)),
        attributes=("LayerVersionArn",),
    ),
    "AWS::Lambda::LayerVersionPermission": Kind(
        _layer_permission,
        lambda call, made, given: call(
            "RemoveLayerVersionPermission",
            {**_layer_parts(given["LayerVersionArn"]), "StatementId": made.id},
        ),
        attributes=("Id",),
    ),
    "AWS::Lambda::EventSourceMapping": Kind(
        _mapping,
        lambda call, made, given: call("DeleteEventSourceMapping", {"UUID": made.id}),
        _changed_mapping,
        attributes=("Id", "EventSourceMappingArn"),
    ),
    "AWS::Lambda::Url": Kind(
        _url,
        lambda call, made, given: call(
            "DeleteFunctionUrlConfig", {**given, "FunctionName": given["TargetFunctionArn"]}
        ),
        _changed_url,
        attributes=("FunctionArn", "FunctionUrl"),
    ),
    "AWS::Lambda::EventInvokeConfig": Kind(
        _event_settings,
        lambda call, made, given: call("DeleteFunctionEventInvokeConfig", given),
        _put_event_settings,
    ),
}
