"""moto's SNS, so that functions get messages as SNS writes them, and what cannot be delivered its dead-letter queue.

moto makes a key for each subscription, takes RawMessageDelivery "false" for true, and loses a message with its queue.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from course.cloud.engine.outbox import Undeliverable
from course.cloud.moto_bridge import signer
from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.push import current
from course.cloud.sources.topics import Envelope


@patch("moto.sns.models", "Subscription.publish", "fd07bd0bb87f")
def _publish(original: Function) -> Function:
    def publish(
        self: Any,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        push = current.it
        if push is None or self.protocol not in ("lambda", "sqs"):
            original(
                self,
                message,
                message_id,
                subject=subject,
                message_attributes=message_attributes,
                group_id=group_id,
                deduplication_id=deduplication_id,
                message_structure=message_structure,
            )
            return
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(message_attributes, message):
            return
        if message_structure == "json":
            message = self._parse_message_structure(message, self.protocol)
        attributes = {name: _shown(value) for name, value in (message_attributes or {}).items()}
        envelope = _envelope(self, message, message_id, subject, attributes)

        def enqueue(queue_arn: str) -> None:
            raw = str(self.attributes.get("RawMessageDelivery")).lower() == "true"
            body = message if raw else json.dumps(envelope.as_message())
            given = _typed(attributes) if raw else None
            _enqueue(queue_arn, body, given, group_id, deduplication_id)

        dead = json.loads(self.attributes.get("RedrivePolicy") or "{}").get("deadLetterTargetArn")
        push.topics.publish(
            envelope,
            self.endpoint,
            (dead, lambda: enqueue(dead)) if dead else None,
            (lambda: enqueue(self.endpoint)) if self.protocol == "sqs" else None,
        )

    return publish


def _envelope(
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None,
    attributes: dict[str, dict[str, str]],
) -> Envelope:
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.core.utils import iso_8601_datetime_with_milliseconds
    from moto.sns.models import sns_backends

    topic = subscription.topic
    region = topic.arn.split(":")[3]
    version = str(getattr(topic, "signature_version", "1"))
    signed = {
        "Message": message,
        "MessageId": message_id,
        "Timestamp": iso_8601_datetime_with_milliseconds(),
        "TopicArn": topic.arn,
        "Type": "Notification",
        **({"Subject": subject} if subject else {}),
    }
    sns_backends[DEFAULT_ACCOUNT_ID][region]._message_public_keys[signer.NAME] = signer.certificate()
    host = f"https://sns.{region}.amazonaws.com"
    return Envelope(
        id=message_id,
        topic=topic.arn,
        subscription=subscription.arn,
        subject=subject,
        message=message,
        timestamp=signed["Timestamp"],
        signature_version=version,
        signature=signer.sign(signed, version),
        certificate=f"{host}/{signer.NAME}",
        unsubscribe=f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}",
        attributes=attributes,
    )


def _enqueue(
    arn: str, body: str, attributes: dict[str, Any] | None, group: str | None, deduplication: str | None
) -> None:
    from moto.core.exceptions import ServiceException
    from moto.sqs.models import sqs_backends
    from werkzeug.exceptions import HTTPException

    _, _, _, region, account, name = arn.split(":", 5)
    try:
        sqs_backends[account][region].send_message(
            name,
            body,
            message_attributes=attributes,
            deduplication_id=deduplication,
            group_id=group,
            validate_group_id=False,
        )
    except (ServiceException, HTTPException) as error:
        raise Undeliverable(str(getattr(error, "message", None) or error)) from error


def _shown(attribute: dict[str, Any]) -> dict[str, str]:
    return {"Type": str(attribute["Type"]), "Value": str(attribute["Value"])}


def _typed(attributes: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {name: _message_attribute(value["Type"], value["Value"]) for name, value in attributes.items()}


def _message_attribute(kind: str, value: str) -> dict[str, Any]:
    if kind.startswith("Binary"):
        return {"DataType": kind, "BinaryValue": base64.b64decode(value)}
    return {"DataType": kind, "StringValue": value}
