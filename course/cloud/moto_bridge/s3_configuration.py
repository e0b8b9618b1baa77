"""PutBucketNotificationConfiguration and its opposite, with the checks and the words of AWS.

moto reads names of filters in lower case only, lets notifications overlap and destinations be missing, and forgets
EventBridge when it is asked. The answers follow what was recorded against AWS and published by others (2025-01).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from course.cloud.iam.rights import lacking_to_send
from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.push import current
from course.cloud.sources import s3
from course.cloud.sources.buckets import PRINCIPAL

KINDS = {"Topic": "sns", "Queue": "sqs", "CloudFunction": "lambda"}
_ARN = re.compile(r"arn:aws[\w-]*:(\w+):[\w-]*:\d{12}:\S+")
_FURTHER = "further_members"
_CLOSED = {
    "sns": "Permissions on the destination topic do not allow S3 to publish notifications from this bucket",
    "sqs": "Permissions on the destination queue do not allow S3 to publish notifications from this bucket",
}
_MISSING = {"sns": "The destination topic does not exist", "sqs": "The destination queue does not exist"}


@patch("moto.s3.responses", "S3Response._notification_config_from_body", "80faf78dfed2")
def _from_body(original: Function) -> Function:
    def notification_config_from_body(self: Any) -> dict[str, Any]:
        xmltodict = importlib.import_module("xmltodict")
        document = xmltodict.parse(self.body)["NotificationConfiguration"] or {}
        made: dict[str, Any] = {}
        for kind, service in KINDS.items():
            given = document.get(f"{kind}Configuration")
            if given:
                made[f"{kind}Configuration"] = [_read(kind, service, each) for each in _list(given)]
        overlap = s3.complain([*_notifications(made)])
        if overlap:
            raise _refused(overlap)
        if self.headers.get("x-amz-skip-destination-validation", "").lower() != "true":
            _check_destinations(made, f"arn:aws:s3:::{self.bucket_name}")
        if "EventBridgeConfiguration" in document:
            made["EventBridgeConfiguration"] = {}
        return made

    return notification_config_from_body


@patch("moto.core.serialize", "S3Serializer._serialize_error_metadata", "74dd6685c881")
def _error_members(original: Function) -> Function:
    def serialize_error_metadata(self: Any, serialized: Any, error: Exception, shape: Any) -> None:
        original(self, serialized, error, shape)
        serialized.update(getattr(error, _FURTHER, {}))

    return serialize_error_metadata


@patch("moto.s3.responses", "S3Response.get_bucket_notification", "82884034c165")
def _get(original: Function) -> Function:
    def get_bucket_notification(self: Any) -> Any:
        from moto.core.responses import ActionResult, EmptyResult

        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if not configuration:
            return self.serialized(EmptyResult())
        result: dict[str, Any] = {
            "TopicConfigurations": [_shown("TopicArn", each) for each in configuration.topic],
            "QueueConfigurations": [_shown("QueueArn", each) for each in configuration.queue],
            "LambdaFunctionConfigurations": [
                _shown("LambdaFunctionArn", each) for each in configuration.cloud_function
            ],
        }
        if configuration.event_bridge is not None:
            result["EventBridgeConfiguration"] = {}
        self.data["Action"] = "GetBucketNotificationConfiguration"
        return self.serialized(ActionResult(result))

    return get_bucket_notification


def _shown(member: str, notification: Any) -> dict[str, Any]:
    made = {"Id": notification.id, member: notification.arn, "Events": notification.events}
    if notification.filters:
        made["Filter"] = {"Key": {"FilterRules": notification.filters["S3Key"]["FilterRule"]}}
    return made


def _read(kind: str, service: str, given: Mapping[str, Any]) -> dict[str, Any]:
    arn = given[kind]
    found = _ARN.fullmatch(arn or "")
    if found is None or found[1] != service:
        raise _refused("The ARN could not be parsed", (kind, str(arn)))
    read: dict[str, Any] = {kind: arn, "Event": [str(event) for event in _list(given["Event"])]}
    if given.get("Id"):
        read["Id"] = given["Id"]
    rules = _list(((given.get("Filter") or {}).get("S3Key") or {}).get("FilterRule") or [])
    if rules:
        read["Filter"] = {"S3Key": {"FilterRule": [*_rules(rules)]}}
    return read


def _rules(rules: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    seen = set()
    for rule in rules:
        name = str(rule["Name"]).capitalize()
        if name not in ("Prefix", "Suffix"):
            raise _refused(
                "filter rule name must be either prefix or suffix", ("FilterRule.Name", str(rule["Name"]))
            )
        if name in seen:
            raise _refused(f"Cannot specify more than one {name.lower()} rule in a filter.")
        seen.add(name)
        yield {"Name": name, "Value": rule.get("Value") or ""}


def _notifications(made: Mapping[str, Any]) -> Iterator[s3.Notification]:
    for kind in KINDS:
        for each in made.get(f"{kind}Configuration", []):
            filters = s3.filters(each.get("Filter", {}).get("S3Key", {}).get("FilterRule", []))
            yield s3.Notification(
                "", each[kind], tuple(each["Event"]), filters.get("prefix", ""), filters.get("suffix", "")
            )


def _check_destinations(made: Mapping[str, Any], bucket: str) -> None:
    push = current.it
    missing: list[tuple[str, str]] = []
    for notification in _notifications(made):
        service = notification.arn.split(":")[2]
        if push is None:
            continue
        if push.presence.exists(notification.arn):
            rights = push.deliveries.rights
            if not rights.enabled or not lacking_to_send(rights, PRINCIPAL, bucket, notification.arn):
                continue
            if service != "lambda":
                missing.append((notification.arn, _CLOSED[service]))
                continue
        if service == "lambda":
            missing.append(
                (f"{notification.arn}, null", f"Not authorized to invoke function [{notification.arn}]")
            )
        else:
            missing.append((notification.arn, _MISSING[service]))
    if missing:
        raise _refused("Unable to validate the following destination configurations", *missing, numbered=True)


def _refused(message: str, *arguments: tuple[str, str], numbered: bool = False) -> Exception:
    from moto.s3.exceptions import S3ClientError

    error: Exception = S3ClientError("InvalidArgument", message)
    further: dict[str, str] = {}
    for number, (name, value) in enumerate(arguments, 1):
        suffix = str(number) if numbered else ""
        further |= {f"ArgumentName{suffix}": name, f"ArgumentValue{suffix}": value}
    setattr(error, _FURTHER, further)
    return error


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
