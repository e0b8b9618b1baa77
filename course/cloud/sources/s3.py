"""What S3 tells of its objects: the records of notifications, the events for EventBridge, and who gets them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html (2026-11)
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html (2026-11)
Which members are there for which kind of event follows answers recorded against AWS and published by others (2025-01).
Keys are encoded as in a form, and slashes are not: https://github.com/minio/minio/issues/11665 (2021-03).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from course.cloud.sources.schedules import stamp, stamp_ms

OWNER = "A3LAMBDALABOWNER"
"""The principal id of whoever owns the buckets, and of who puts objects into them."""
EMPTY_ETAG = "d41d8cd98f00b204e9800998ecf8427e"
_REASONS = {
    "Put": "PutObject",
    "Post": "POST Object",
    "Copy": "CopyObject",
    "CompleteMultipartUpload": "CompleteMultipartUpload",
}


@dataclass(frozen=True)
class Happening:
    """Something that happened to an object. `name` is that of the event, as `ObjectCreated:Put`; moments are epoch
    seconds. `restored_until` is when the copy of a restored object goes away."""

    name: str
    bucket: str
    region: str
    account: str
    key: str
    size: int
    etag: str
    version: str | None
    storage_class: str
    at: float
    sequencer: str
    request: str
    host: str
    restored_until: float | None = None

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]

    @property
    def way(self) -> str:
        return self.name.partition(":")[2]


@dataclass(frozen=True)
class Notification:
    """Who is told of what. `events` are `s3:ObjectCreated:*` and the like."""

    id: str
    arn: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def wants(self, happening: Happening) -> bool:
        return (
            any(_covers(event, f"s3:{happening.name}") for event in self.events)
            and happening.key.startswith(self.prefix)
            and happening.key.endswith(self.suffix)
        )


def record(happening: Happening, configuration: str) -> dict[str, Any]:
    """The message to a function, queue or topic."""
    entry: dict[str, Any] = {
        "eventVersion": "2.3" if happening.kind in ("ObjectTagging", "ObjectAcl") else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": happening.region,
        "eventTime": stamp_ms(happening.at),
        "eventName": happening.name,
        "userIdentity": {"principalId": _who(happening)},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": happening.request, "x-amz-id-2": happening.host},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration,
            "bucket": {
                "name": happening.bucket,
                "ownerIdentity": {"principalId": OWNER},
                "arn": f"arn:aws:s3:::{happening.bucket}",
            },
            "object": _object(happening, quote_plus(happening.key, safe="/"), ("size", "eTag", "versionId")),
        },
    }
    if happening.restored_until is not None:
        entry["glacierEventData"] = {
            "restoreEventData": {
                "lifecycleRestorationExpiryTime": stamp_ms(happening.restored_until),
                "lifecycleRestoreStorageClass": happening.storage_class,
            }
        }
    return {"Records": [entry]}


def event(happening: Happening, id: str) -> dict[str, Any]:
    """The event on the default bus. The key is written as it is."""
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": happening.bucket},
        "object": _object(happening, happening.key, ("size", "etag", "version-id")),
        "request-id": happening.request,
        "requester": happening.account,
    }
    if happening.name != "ObjectRestore:Completed":
        detail["source-ip-address"] = "127.0.0.1"
    if happening.kind == "ObjectCreated":
        detail["reason"] = _REASONS[happening.way]
    elif happening.kind == "ObjectRemoved":
        marked = happening.way == "DeleteMarkerCreated"
        detail["reason"] = "DeleteObject"
        detail["deletion-type"] = "Delete Marker Created" if marked else "Permanently Deleted"
    elif happening.kind == "ObjectRestore":
        detail["source-storage-class"] = happening.storage_class
        if happening.restored_until is not None:
            detail["restore-expiry-time"] = stamp(happening.restored_until)
    return {
        "version": "0",
        "id": id,
        "detail-type": _detail_type(happening),
        "source": "aws.s3",
        "account": happening.account,
        "time": stamp(happening.at),
        "region": happening.region,
        "resources": [f"arn:aws:s3:::{happening.bucket}"],
        "detail": detail,
    }


def test_event(bucket: str, at: float, request: str, host: str) -> dict[str, Any]:
    """What a queue or topic gets when it is named in a configuration."""
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": stamp_ms(at),
        "Bucket": bucket,
        "RequestId": request,
        "HostId": host,
    }


def complain(notifications: Sequence[Notification]) -> str:
    """What S3 says against a configuration whose notifications overlap; empty if nothing."""
    for one, other in itertools.combinations(notifications, 2):
        shared = any(_covers(a, b) or _covers(b, a) for a in one.events for b in other.events)
        if not shared or not _overlap(one, other):
            continue
        if not any((one.prefix, one.suffix, other.prefix, other.suffix)):
            return (
                "Configurations overlap. Configurations on the same bucket cannot share a common event type."
            )
        return (
            "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes "
            "are overlapping for the same event type."
        )
    return ""


def filters(rules: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Prefix and suffix of a filter's rules, by names in lower case."""
    return {rule["Name"].lower(): rule.get("Value") or "" for rule in rules}


def _overlap(one: Notification, other: Notification) -> bool:
    prefixes = one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
    return prefixes and (one.suffix.endswith(other.suffix) or other.suffix.endswith(one.suffix))


def _covers(pattern: str, event: str) -> bool:
    return pattern == event or (pattern.endswith("*") and event.startswith(pattern[:-1]))


def _who(happening: Happening) -> str:
    # What S3 does by itself it does for the owner.
    return f"AmazonCustomer:{OWNER}" if happening.name == "ObjectRestore:Completed" else f"AWS:{OWNER}"


def _object(happening: Happening, key: str, names: tuple[str, str, str]) -> dict[str, Any]:
    size, etag, version = names
    made: dict[str, Any] = {"key": key}
    if happening.kind in ("ObjectCreated", "ObjectRestore"):
        made[size] = happening.size
    if happening.name == "ObjectRemoved:DeleteMarkerCreated":
        made[etag] = EMPTY_ETAG
    elif happening.kind != "ObjectRemoved":
        made[etag] = happening.etag
    if happening.version is not None:
        made[version] = happening.version
    if happening.kind in ("ObjectCreated", "ObjectRemoved") or (
        happening.kind == "ObjectRestore" and size == "size" and etag == "eTag"
    ):
        made["sequencer"] = happening.sequencer
    return made


def _detail_type(happening: Happening) -> str:
    if happening.kind == "ObjectRestore":
        return {"Post": "Object Restore Initiated", "Completed": "Object Restore Completed"}.get(
            happening.way, "Object Restore Expired"
        )
    if happening.kind == "ObjectTagging":
        return "Object Tags Added" if happening.way == "Put" else "Object Tags Deleted"
    return {
        "ObjectCreated": "Object Created",
        "ObjectRemoved": "Object Deleted",
        "ObjectAcl": "Object ACL Updated",
    }[happening.kind]
