"""moto's SQS with a backlog: what it recomputes for every message is computed when asked for, or once a request.

moto also pushes messages into functions, one by one in the sender's request; here mappings have pollers, and `watch`
tells them that a queue changed. On the way a few things become what SQS does: identifiers of deduplication are
remembered for five minutes even when the message is gone, messages of a FIFO queue have growing sequence numbers, a
group with a message in flight waits, and the trace header of whoever sends travels along.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from course.cloud.engine.trace import served
from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.sqs_messages import append, count, delete, receive, repeats, watch

MODELS = "moto.sqs.models"
_own = threading.local()


class Attributes(Mapping[str, Any]):
    """The attributes of a queue, each found when it is read: counting messages costs a walk over all of them."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self._names = list(queue.BASE_ATTRIBUTES)
        if queue.fifo_queue:
            self._names += queue.FIFO_ATTRIBUTES
        if queue.kms_master_key_id:
            self._names += queue.KMS_ATTRIBUTES

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        value = self._read(name)
        return str(value).lower() if isinstance(value, bool) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _read(self, name: str) -> Any:
        queue = self._queue
        if name.startswith("ApproximateNumber"):
            return count(queue, name)
        if name == "RedrivePolicy":
            return json.dumps(queue.redrive_policy) if queue.redrive_policy else queue.redrive_policy
        from moto.core.utils import camelcase_to_underscores

        return getattr(queue, camelcase_to_underscores(name))


@patch(MODELS, "Queue.attributes", "40cb990b1216")
def _attributes(original: Function) -> Function:
    return lambda self: Attributes(self)


@patch(MODELS, "SQSBackend.send_message_batch", "0707ad219481")
def _send_message_batch(original: Function) -> Function:
    def send_message_batch(self: Any, queue_name: str, entries: dict[str, dict[str, Any]]) -> Any:
        waiting: set[str] = set()
        _own.waiting = waiting
        try:
            return original(self, queue_name, entries)
        finally:
            del _own.waiting
            for arn in waiting:  # one word for all of them, so that they can be fetched together
                watch.changed(arn)

    return send_message_batch


@patch(MODELS, "Queue.add_message", "f27c9231c1f2")
def _add_message(original: Function) -> Function:
    def add_message(self: Any, message: Any) -> None:
        header = served()
        if header and "AWSTraceHeader" not in message.system_attributes:
            value = {"DataType": "String", "StringValue": header}
            message.system_attributes = {**message.system_attributes, "AWSTraceHeader": value}
        with self._messages_lock:
            if self.fifo_queue and repeats(self, message):
                return
            append(self, message)
        _tell(self.queue_arn)

    return add_message


@patch(MODELS, "SQSBackend.receive_message", "065f3e5e7d21")
def _receive_message(original: Function) -> Function:
    def receive_message(
        self: Any,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Any]:
        from moto.core.utils import unix_time
        from moto.sqs.models import _filter_message_attributes

        queue = self.get_queue(queue_name)
        end = unix_time() + wait_seconds_timeout
        found = receive(queue, count, visibility_timeout)
        while not found and unix_time() < end:
            with queue._messages_lock:
                queue._messages_lock.wait(
                    min(end - unix_time(), 0.25)
                )  # the end may come by a skip of the clock
            found = receive(queue, count, visibility_timeout)
        for message in found:
            _filter_message_attributes(message, message_attribute_names or [])
        if found:
            watch.changed(queue.queue_arn)
        return found

    return receive_message


@patch(MODELS, "Queue.delete_message", "fa6fd5b9bd2c")
def _delete_message(original: Function) -> Function:
    def delete_message(self: Any, receipt_handle: str) -> None:
        from moto.sqs.exceptions import ReceiptHandleIsInvalid

        if receipt_handle in self.deleted_messages:
            return
        if not delete(self, receipt_handle):
            raise ReceiptHandleIsInvalid()
        watch.changed(self.queue_arn)

    return delete_message


@patch(MODELS, "SQSBackend.change_message_visibility", "f0e9df5f6662")
def _change_message_visibility(original: Function) -> Function:
    def change_message_visibility(
        self: Any, queue_name: str, receipt_handle: str, visibility_timeout: int
    ) -> None:
        queue = self.get_queue(queue_name)
        with queue._messages_lock:
            original(self, queue_name, receipt_handle, visibility_timeout)
            queue._messages_lock.notify_all()
        watch.changed(queue.queue_arn)

    return change_message_visibility


@patch(MODELS, "generate_receipt_handle", "10853f98152c")
def _generate_receipt_handle(original: Function) -> Function:
    def generate_receipt_handle() -> str:
        from moto.moto_api._internal import mock_random

        return base64.b64encode(mock_random.getrandbits(1104).to_bytes(138, "big")).decode()

    return generate_receipt_handle


def _tell(arn: str) -> None:
    waiting = getattr(_own, "waiting", None)
    if waiting is None:
        watch.changed(arn)
    else:
        waiting.add(arn)
