"""moto's CloudWatch Logs, so that subscriptions get what meets their pattern.

moto sends everything whatever the pattern, runs functions while the log is written, looks for functions among its own,
and counts a filter that is changed as a third one. To FilterLogEvents every pattern but a word is met by all.
"""

from __future__ import annotations

from typing import Any

from course.cloud.iam.rights import EVERY_RIGHT, lacking_to_send
from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.push import current
from course.cloud.sources.log_subscriptions import (
    LogEvent,
    Subscription,
    compress,
    control_message,
    principal,
    read,
    select,
)

MODELS = "moto.logs.models"
_NO_PATTERN = "Invalid filter pattern"
_NO_FUNCTION = (
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your "
    "function."
)


@patch(MODELS, "LogStream._send_log_events", "28c8e81b695b")
def _send_log_events(original: Function) -> Function:
    def send_log_events(
        self: Any, service: str, destination_arn: str, filter_name: str, log_events: list[dict[str, Any]]
    ) -> None:
        push = current.it
        found = self.log_group.subscription_filters[filter_name]
        subscription = Subscription(filter_name, found.filter_pattern or "", destination_arn)
        events = [
            LogEvent(f"{event['timestamp']:013d}{event['id']:043d}", event["timestamp"], event["message"])
            for event in log_events
        ]
        if service != "lambda":
            selected = select(subscription, events)
            if selected:
                original(self, service, destination_arn, filter_name, selected)
        elif push is not None:
            group, stream = self.log_group.arn, self.log_stream_name
            push.deliveries.guarded(
                group,
                lambda: push.log_subscriptions.written(self.account_id, group, stream, subscription, events),
            )

    return send_log_events


@patch(MODELS, "LogsBackend.put_subscription_filter", "fb9f70a87b8e")
def _put_subscription_filter(original: Function) -> Function:
    def put_subscription_filter(
        self: Any,
        log_group_name: str,
        filter_name: str,
        filter_pattern: str,
        destination_arn: str,
        role_arn: str,
    ) -> None:
        from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException

        group = self.groups.get(log_group_name)
        if group is None:
            raise ResourceNotFoundException()
        try:
            read(filter_pattern or "")
        except ValueError:
            raise InvalidParameterException(_NO_PATTERN) from None
        if ":lambda:" not in destination_arn:
            original(self, log_group_name, filter_name, filter_pattern, destination_arn, role_arn)
            if ":kinesis:" in destination_arn:
                _greet(self, destination_arn)
            return
        push = current.it
        if push is not None and not push.presence.exists(destination_arn):
            raise InvalidParameterException(_NO_FUNCTION)
        rights = push.deliveries.rights if push is not None else EVERY_RIGHT
        if rights.enabled and lacking_to_send(
            rights, principal(group.arn), f"{group.arn}:*", destination_arn
        ):
            raise InvalidParameterException(_NO_FUNCTION)
        group.put_subscription_filter(filter_name, filter_pattern, destination_arn, role_arn)

    return put_subscription_filter


@patch(MODELS, "LogGroup.put_subscription_filter", "45d68391814f")
def _put_in_group(original: Function) -> Function:
    def put_subscription_filter(
        self: Any, filter_name: str, filter_pattern: str, destination_arn: str, role_arn: str
    ) -> None:
        known = self.subscription_filters.get(filter_name)
        if known is not None:
            known.update(filter_pattern, destination_arn, role_arn)
        else:
            original(self, filter_name, filter_pattern, destination_arn, role_arn)

    return put_subscription_filter


@patch("moto.logs.utils", "EventMessageFilter.__init__", "0e1ed97a6775")
def _read_pattern(original: Function) -> Function:
    def read_pattern(self: Any, pattern: str | None) -> None:
        from moto.logs.exceptions import InvalidParameterException

        try:
            self.pattern = read(pattern or "")
        except ValueError:
            raise InvalidParameterException(_NO_PATTERN) from None

    return read_pattern


@patch("moto.logs.utils", "EventMessageFilter.matches", "91f6bb55eb3d")
def _matches(original: Function) -> Function:
    def matches(self: Any, message: str) -> bool:
        return self.pattern.match(message) is not None

    return matches


def _greet(backend: Any, arn: str) -> None:
    from moto.core.utils import unix_time
    from moto.kinesis.models import kinesis_backends

    kinesis_backends[backend.account_id][arn.split(":")[3]].put_record(
        stream_arn=arn,
        stream_name="",
        partition_key="control",
        explicit_hash_key="",
        data=compress(control_message(unix_time(), "Kinesis stream")),
    )
