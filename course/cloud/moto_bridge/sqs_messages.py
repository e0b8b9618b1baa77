"""What can be done with the messages of one of moto's queues, without walking over all of them for each.

Every change is made under the queue's own lock. `watch` is told what changed and what went away by itself.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from course.cloud.moto_bridge.patches import Current
from course.cloud.moto_bridge.reliance import relies_on

relies_on("moto.sqs.models", {"Message.__init__": "4ab16d5eb16e", "Queue.__init__": "0a4781ed5a21"})

REMEMBERED = 5 * 60 * 1000
"""Milliseconds for which an identifier of deduplication counts.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html"""
_RECEIPTS = 10_000
"""Receipts of deleted messages that a queue remembers, so that deleting twice is no error."""
_FIRST_NUMBER = 18_850_000_000_000_000_000


def _nothing(*told: str) -> None:
    return


class Watcher:
    """Who is told that a queue changed, by its ARN, and what became of a message that nobody receives."""

    def __init__(self) -> None:
        self.changed: Callable[[str], None] = _nothing
        self.gone: Callable[[str, str, str], None] = _nothing
        """Told a queue's ARN, a message's id, and "expired" or the ARN of the dead-letter queue it went to."""


class Watch(Current[Watcher]):
    """Tells the watcher of the cloud that is open."""

    def changed(self, arn: str) -> None:
        if self.it is not None:
            self.it.changed(arn)

    def gone(self, arn: str, message: str, fate: str) -> None:
        if self.it is not None:
            self.it.gone(arn, message, fate)


watch = Watch()


def receive(queue: Any, count: int, visibility: int) -> list[Any]:
    """Copies of up to `count` messages that are visible now, which makes them invisible for so many seconds.

    Messages past their retention period go; those received often enough move to the dead-letter queue.
    """
    from moto.core.utils import unix_time_millis

    with queue._messages_lock:
        now = unix_time_millis()
        expired, dead, found = _choose(queue, count, now)
        for message in (*expired, *dead):
            queue._messages.remove(message)
            queue._pending_messages.discard(message)
        copies = []
        for message in found:
            message.mark_received(visibility_timeout=visibility)
            if visibility:
                queue._pending_messages.add(message)
            _receipts(queue)[message.receipt_handle] = message
            copies.append(copy.copy(message))
    for message in expired:
        watch.gone(queue.queue_arn, message.id, "expired")
    for message in dead:
        target = queue.dead_letter_queue
        message.dead_letter_source = queue.queue_arn
        message.visible_at = 0.0
        with target._messages_lock:
            append(target, message)
        watch.gone(queue.queue_arn, message.id, target.queue_arn)
        watch.changed(target.queue_arn)
    return copies


def delete(queue: Any, receipt_handle: str) -> bool:
    """Delete the message of that receipt, old or new; False if there is none."""
    with queue._messages_lock:
        message = _receipts(queue).pop(receipt_handle, None)
        if message is None or receipt_handle in queue.deleted_messages:
            return False
        handles = [handle for handle in message.all_receipt_handles if handle]
        for handle in handles:
            _receipts(queue).pop(handle, None)
        if len(queue.deleted_messages) > _RECEIPTS:
            queue.deleted_messages.clear()
        queue.deleted_messages.update(handles)
        queue._pending_messages.discard(message)
        try:
            queue._messages.remove(message)
        except ValueError:  # it was purged
            return False
        return True


def next_change(queue: Any, since: float) -> float | None:
    """Epoch seconds of the first moment after `since` at which a message became or becomes visible by itself."""
    before = since * 1000
    with queue._messages_lock:
        moments = (max(one.visible_at, one.delayed_until) for one in queue._messages)
        first = min((moment for moment in moments if moment > before), default=None)
    # A millisecond more: moto counts a message as visible after its moment, not at it.
    return None if first is None else (first + 1) / 1000


def _choose(queue: Any, count: int, now: float) -> tuple[list[Any], list[Any], list[Any]]:
    most = queue.redrive_policy["maxReceiveCount"] if _has_dead_letters(queue) else None
    oldest = now - queue.message_retention_period * 1000
    flying = [one for one in queue._pending_messages if one.visible_at > now]
    queue._pending_messages = set(flying)
    blocked = {one.group_id for one in flying} if queue.fifo_queue else set()
    expired: list[Any] = []
    dead: list[Any] = []
    found: list[Any] = []
    first: str | None = None
    others: list[Any] = []
    for message in queue._messages:
        if len(found) == count:
            break
        if message.visible_at > now or message.delayed_until > now or message.group_id in blocked:
            continue
        if message.sent_timestamp <= oldest:
            expired.append(message)
        elif most is not None and message.approximate_receive_count >= most:
            dead.append(message)
        elif not queue.fifo_queue or first in (None, message.group_id):
            first = message.group_id
            found.append(message)
        elif len(others) < count:
            # SQS gives as many as it can of one group before it goes on to the next.
            others.append(message)
    return expired, dead, [*found, *others][:count]


def _has_dead_letters(queue: Any) -> bool:
    """Whether its dead-letter queue is still there: otherwise messages stay where they are."""
    from moto.sqs.models import sqs_backends

    target = queue.dead_letter_queue
    if target is None or not queue.redrive_policy:
        return False
    return sqs_backends[target.account_id][target.region].queues.get(target.name) is target


def append(queue: Any, message: Any) -> None:
    """Put it at the end. The caller holds the queue's lock."""
    if queue.fifo_queue:
        queue.last_number = number = getattr(queue, "last_number", _FIRST_NUMBER) + 256
        message.sequence_number = str(number)
    queue._messages.append(message)
    queue._messages_lock.notify_all()


def repeats(queue: Any, message: Any) -> bool:
    """Whether a message with that identifier was sent a while ago; remembers this one."""
    if not message.deduplication_id:
        return False
    seen: dict[Any, float] = queue.__dict__.setdefault("seen", {})
    by_group = queue.deduplication_scope == "messageGroup"
    key = (message.group_id if by_group else None, message.deduplication_id)
    now = message.sent_timestamp
    if now - seen.get(key, -REMEMBERED) < REMEMBERED:
        return True
    for old in [other for other, at in seen.items() if now - at >= REMEMBERED] if len(seen) > 1000 else ():
        del seen[old]
    seen[key] = now
    return False


def _receipts(queue: Any) -> dict[str, Any]:
    receipts: dict[str, Any] = queue.__dict__.setdefault("receipts", {})
    return receipts


def count(queue: Any, name: str) -> int:
    """The value of one of the attributes `ApproximateNumberOfMessages…`."""
    from moto.core.utils import unix_time_millis

    now = unix_time_millis()
    with queue._messages_lock:
        if name.endswith("Delayed"):
            return sum(one.delayed_until > now for one in queue._messages)
        hidden: int = sum(one.visible_at > now for one in queue._messages)
        if name.endswith("NotVisible"):
            return hidden
        return sum(one.visible_at <= now and one.delayed_until <= now for one in queue._messages)
