"""moto's queues as event source mappings need them, in process."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

from course.cloud.moto_bridge import patches, sqs_messages, sqs_speed
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.queues import Message, QueueSettings

relies_on("moto.sqs.models", {"Message.__init__": "4ab16d5eb16e", "Queue.__init__": "0a4781ed5a21"})


class MotoQueues:
    """The `Queues` of one account. What goes away in a queue without being received is written down."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._watcher = sqs_messages.Watcher()
        self._watcher.gone = self._gone
        sqs_messages.watch.enter(self._watcher)
        assert sqs_speed.MODELS  # its patches are declared

    def settings(self, arn: str) -> QueueSettings | None:
        queue = _queue(arn)
        return None if queue is None else QueueSettings(_visibility(queue), bool(queue.fifo_queue))

    def receive(self, arn: str, most: int) -> list[Message]:
        queue = _queue(arn)
        if queue is None:
            return []
        return [_message(one) for one in sqs_messages.receive(queue, most, _visibility(queue))]

    def delete(self, arn: str, messages: Sequence[Message]) -> list[Message]:
        queue = _queue(arn)
        if queue is None:
            return []
        return [one for one in messages if sqs_messages.delete(queue, one.receipt)]

    def next_change(self, arn: str, since: float) -> float | None:
        queue = _queue(arn)
        return None if queue is None else sqs_messages.next_change(queue, since)

    def watch(self, notify: Callable[[str], None]) -> None:
        self._watcher.changed = notify

    def close(self) -> None:
        """Hear of nothing any more. May be called twice."""
        sqs_messages.watch.leave(self._watcher)

    def _gone(self, arn: str, id: str, fate: str) -> None:
        if fate == "expired":
            self._ledger.note("message.expired", arn, id, "it was older than the queue keeps messages")
        else:
            because = "it was received as often as the queue's redrive policy allows"
            self._ledger.note("message.dead-lettered", arn, id, because, queue=fate)


def _queue(arn: str) -> Any:
    from moto.sqs.models import sqs_backends

    patches.apply()
    _, _, _, region, account, name = arn.split(":", 5)
    try:
        return sqs_backends[account][region].queues.get(name)
    except KeyError:  # there is no such Region
        return None


def _visibility(queue: Any) -> int:
    # With 0 a function that fails would get its message again for ever, without any time in between.
    return max(int(queue.visibility_timeout), 1)


def _message(message: Any) -> Message:
    attributes = {"ApproximateReceiveCount": str(message.approximate_receive_count)}
    header = (message.system_attributes.get("AWSTraceHeader") or {}).get("StringValue")
    optional = {
        "AWSTraceHeader": header,
        "SentTimestamp": str(message.sent_timestamp),
        "SequenceNumber": message.sequence_number,
        "MessageGroupId": message.group_id,
        "SenderId": message.sender_id,
        "MessageDeduplicationId": message.deduplication_id,
        "DeadLetterQueueSourceArn": getattr(message, "dead_letter_source", None),
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    attributes |= {name: value for name, value in optional.items() if value}
    return Message(
        id=message.id,
        receipt=message.receipt_handle,
        body=message.body,
        md5=message.body_md5,
        attributes=attributes,
        message_attributes={name: _attribute(value) for name, value in message.message_attributes.items()},
        md5_of_attributes=message.attribute_md5 if message.message_attributes else "",
    )


def _attribute(value: Any) -> dict[str, object]:
    shown: dict[str, object] = {}
    if value.get("StringValue") is not None:
        shown["stringValue"] = value["StringValue"]
    if (data := value.get("BinaryValue")) is not None:
        shown["binaryValue"] = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    return {**shown, "stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
