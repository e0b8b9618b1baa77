"""moto's S3, so that it tells our `Buckets` of what happens to objects, as often as AWS does and not more.

moto tells of tags that nobody put, tells twice of what was uploaded in parts, says nothing of delete markers and of
versions that are deleted, and calls functions in the middle of the request.
"""

from __future__ import annotations

import threading
from datetime import timezone
from typing import Any

from course.cloud.moto_bridge.afterwards import afterwards
from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.push import current
from course.cloud.sources import s3

_own = threading.local()


@patch("moto.s3.notifications", "send_event", "da8a7c7c6f2b")
def _send_event(original: Function) -> Function:
    def send_event(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
        name = str(getattr(event_name, "value", event_name)).removeprefix("s3:")
        unasked = name == "ObjectTagging:Put" and not getattr(_own, "tagging", False)
        joined = name in ("ObjectCreated:Put", "ObjectCreated:Post") and getattr(_own, "joining", False)
        if not unasked and not joined and not name.startswith("ObjectRemoved"):
            _happened(account_id, name, bucket, key)

    return send_event


@patch("moto.s3.notifications", "send_test_event", "89bc68c5842c")
def _send_test_event(original: Function) -> Function:
    def send_test_event(account_id: str, bucket: Any) -> None:
        push = current.it
        if push is not None:
            configuration = bucket.notification_configuration
            arns = [each.arn for each in (*configuration.queue, *configuration.topic)]
            afterwards(lambda: push.buckets.configured(bucket.name, arns))

    return send_test_event


@patch("moto.s3.responses", "S3Response.put_object_tagging", "08d79877601f")
def _put_object_tagging(original: Function) -> Function:
    def put_object_tagging(self: Any) -> Any:
        _own.tagging = True
        try:
            return original(self)
        finally:
            _own.tagging = False

    return put_object_tagging


@patch("moto.s3.models", "S3Backend.complete_multipart_upload", "f16c9a08e5db")
def _complete_multipart_upload(original: Function) -> Function:
    def complete_multipart_upload(self: Any, *args: Any, **kwargs: Any) -> Any:
        _own.joining = True
        try:
            return original(self, *args, **kwargs)
        finally:
            _own.joining = False

    return complete_multipart_upload


@patch("moto.s3.models", "S3Backend.delete_object", "5c1677b52971")
def _delete_object(original: Function) -> Function:
    def delete_object(
        self: Any, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> Any:
        bucket = self.get_bucket(bucket_name)
        there = list(bucket.keys.getlist(key_name) or [])
        answer = original(self, bucket_name, key_name, version_id=version_id, bypass=bypass)
        if not bucket.is_versioned:
            _happened(self.account_id, "ObjectRemoved:Delete", bucket, there[-1] if there else None, key_name)
        elif version_id is None:
            marker = (bucket.keys.getlist(key_name) or [None])[-1]
            _happened(self.account_id, "ObjectRemoved:DeleteMarkerCreated", bucket, marker, key_name)
        elif gone := [key for key in there if str(key.version_id) == str(version_id)]:
            _happened(self.account_id, "ObjectRemoved:Delete", bucket, gone[0], key_name)
        return answer

    return delete_object


def _happened(account: str, name: str, bucket: Any, key: Any, key_name: str = "") -> None:
    push = current.it
    configuration = bucket.notification_configuration
    if push is None or configuration is None:
        return
    version = str(key.version_id) if key is not None and key.version_id else "null"
    marks = push.buckets.marks()
    expiry = getattr(key, "_expiry", None) if name == "ObjectRestore:Completed" else None

    def tell() -> None:
        happening = s3.Happening(
            name=name,
            bucket=bucket.name,
            region=bucket.region_name,
            account=account,
            key=key_name or key.name,
            size=int(getattr(key, "size", 0) or 0),
            etag=str(getattr(key, "etag", "") or "").strip('"'),
            version=None if version == "null" else version,
            storage_class=str(getattr(key, "storage_class", "STANDARD")),
            at=marks.at,
            sequencer=marks.sequencer,
            request=marks.request,
            host=marks.host,
            restored_until=expiry.replace(tzinfo=timezone.utc).timestamp() if expiry else None,
        )
        push.buckets.happened(happening, notifications(configuration), configuration.event_bridge is not None)

    afterwards(lambda: push.deliveries.guarded(bucket.arn, tell))


def notifications(configuration: Any) -> list[s3.Notification]:
    """Those of a bucket's configuration in moto."""
    made = []
    for each in (*configuration.cloud_function, *configuration.queue, *configuration.topic):
        filters = s3.filters(each.filters.get("S3Key", {}).get("FilterRule", []))
        made.append(
            s3.Notification(
                each.id, each.arn, tuple(each.events), filters.get("prefix", ""), filters.get("suffix", "")
            )
        )
    return made
