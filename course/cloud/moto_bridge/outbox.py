"""Deliveries into moto's queues, topics, buses and buckets, in process and without HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.cloud import quotas
from course.cloud.engine.outbox import Accept, Undeliverable
from course.cloud.engine.recursion import carried
from course.cloud.engine.trace import serving
from course.cloud.errors import AwsError
from course.cloud.moto_bridge.reliance import relies_on

relies_on("moto.sqs.models", {"SQSBackend.send_message": "bf161af09a9e"})
relies_on("moto.sns.models", {"SNSBackend.publish": "6356a2b5b79e"})
relies_on("moto.events.models", {"EventsBackend.put_events": "c56f6ac1f932"})
relies_on("moto.s3.models", {"S3Backend.put_object": "db803f2da9d7"})

Attributes = Mapping[str, str | int]


class MotoOutbox:
    """The `Outbox` over moto's services; events for functions go to `accept`."""

    def __init__(self, account: str, region: str, accept: Accept) -> None:
        self._account = account
        self._region = region
        self._accept = accept

    def send(
        self,
        target_arn: str,
        body: str,
        attributes: Attributes,
        *,
        group: str = "",
        trace: str = "",
        key: str = "",
    ) -> None:
        from moto.core.exceptions import ServiceException
        from werkzeug.exceptions import HTTPException

        parts = target_arn.split(":", 5)
        if len(parts) != 6:
            raise Undeliverable(f"{target_arn} is not the ARN of something that takes events.")
        service, region = parts[2], parts[3] or self._region
        account = parts[4] or self._account
        try:
            with serving(carried(trace, service)):  # what the message sets off carries it further
                if service == "sqs":
                    _to_queue(account, region, parts[5], body, attributes, group, trace)
                elif service == "sns":
                    _to_topic(account, region, target_arn, body, attributes, group)
                elif service == "events":
                    _to_bus(account, region, target_arn, body, attributes)
                elif service == "s3":
                    _to_bucket(account, parts[5], key, body)
                elif service == "lambda":
                    self._accept(target_arn, body.encode(), source="lambda.amazonaws.com", trace=trace)
                else:
                    raise Undeliverable(f"Nothing can be sent to {target_arn}.")
        except AwsError as error:
            raise Undeliverable(error.message) from error
        except (ServiceException, HTTPException) as error:
            reason = getattr(error, "message", None) or getattr(error, "description", None) or str(error)
            raise Undeliverable(str(reason)) from error


def _to_queue(
    account: str, region: str, name: str, body: str, attributes: Attributes, group: str, trace: str
) -> None:
    from moto.sqs.models import sqs_backends

    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}}
    sqs_backends[account][region].send_message(
        name,
        body,
        message_attributes=_typed(attributes, "DataType", "StringValue"),
        group_id=group or None,
        system_attributes=header if trace else None,
    )


def _to_topic(account: str, region: str, arn: str, body: str, attributes: Attributes, group: str) -> None:
    from moto.sns.models import sns_backends

    sns_backends[account][region].publish(
        body, arn, message_attributes=_typed(attributes, "Type", "Value"), group_id=group or None
    )


def _to_bus(account: str, region: str, arn: str, body: str, attributes: Attributes) -> None:
    from moto.events.models import events_backends

    sizes = (len(text.encode()) for text in (body, *map(str, attributes.values())))
    if sum(sizes) > quotas.EVENT_ENTRY:
        raise Undeliverable("Total size of the entries in the request is over the limit.")
    entry = {
        "EventBusName": arn,
        "Source": str(attributes["Source"]),
        "DetailType": str(attributes["DetailType"]),
        "Detail": body,
        "Resources": str(attributes.get("Resources", "")).split(),
    }
    (answer,) = events_backends[account][region].put_events([entry])
    if "ErrorCode" in answer:
        raise Undeliverable(answer["ErrorMessage"])


def _to_bucket(account: str, bucket: str, key: str, body: str) -> None:
    from moto.s3.models import s3_backends

    s3_backends[account]["aws"].put_object(bucket, key, body.encode())


def _typed(attributes: Attributes, kind: str, value: str) -> dict[str, Any]:
    return {
        name: {kind: "Number" if isinstance(given, int) else "String", value: str(given)}
        for name, given in attributes.items()
    }
