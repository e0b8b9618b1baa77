"""Calls to AWS that do for one thing what others do for many, and those that do it for many, of whose failures nobody
hears."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.loops import Loop, loop_around
from lint_rules.engine.analysis.sdk_models import batch_of
from lint_rules.engine.analysis.sent import Sent
from lint_rules.engine.typed import NamedTuple

_MANY = {
    "dynamodb.PutItem": ("batch_write_item", ("TableName",)),
    "dynamodb.DeleteItem": ("batch_write_item", ("TableName",)),
    "dynamodb.GetItem": ("batch_get_item", ("TableName",)),
    "sqs.SendMessage": ("send_message_batch", ("QueueUrl",)),
    "sns.Publish": ("publish_batch", ("TopicArn",)),
    "kinesis.PutRecord": ("put_records", ("StreamName", "StreamARN")),
    "firehose.PutRecord": ("put_record_batch", ("DeliveryStreamName",)),
    "events.PutEvents": ("put_events", ()),
    "s3.DeleteObject": ("delete_objects", ("Bucket",)),
}
"""By operation the method that does the same for many, and what all of them must have in common."""
_ALONE = frozenset({
    *("ConditionExpression", "Expected", "ReturnValues", "MessageGroupId", "SequenceNumberForOrdering"),
    *("PhoneNumber", "TargetArn", "ReturnItemCollectionMetrics"),
})  # fmt: skip
"""Parameters that the method for many does not have, or that ask for an order."""
_WRITES = ("update_item", "put_item", "delete_item", "transact_write_items")
_SINGLE = ("'s3'", '"s3"', "'Sns'", '"Sns"')
"""What only records of events have that hold one record."""
_TELLING = frozenset({"Successful", "Records", "Entries", "RequestResponses", "Results"})
"""Members of answers that tell of each entry what became of it."""


class SingleCall(NamedTuple):
    """A call for one thing in a loop over many. `many` is the method that takes all at once."""

    sent: Sent
    many: str


def single_calls(calls: Iterable[Sent]) -> Iterator[SingleCall]:
    """Such calls, where nothing says that each must be made by itself."""
    for sent in calls:
        many, common = _MANY.get(sent.name, ("", ()))
        node = sent.call.node
        if (
            not many
            or not isinstance(node, ast.Call)
            or _ALONE & {*sent.parameters}
            or not sent.call.complete
        ):
            continue
        if sent.method.replace("_", "") != sent.operation.lower() or not sent.scope.is_function:
            continue
        loop = loop_around(node, sent.scope)
        if loop is None or loop.is_short or not loop.is_plain or loop.guards(node):
            continue
        if sent.operation == "PutEvents" and not _is_one_entry(sent):
            continue
        if sent.operation == "GetItem" and loop.calls(*_WRITES):
            continue
        if len(loop.calls(sent.method)) > 1 or (sent.operation != "GetItem" and sent.answer.is_used):
            continue
        if _is_for_many(node, loop, common) and not _is_over_single(loop):
            on_table = sent.call.via == "resource" and many == "batch_write_item"
            yield SingleCall(sent, "batch_writer" if on_table else many)


def _is_for_many(node: ast.Call, loop: Loop, common: tuple[str, ...]) -> bool:
    """Whether the turns differ in what is sent, and not in where it goes."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if loop.turns(node.func) or any(loop.turns(given[name]) for name in common if name in given):
        return False
    return any(loop.turns(value) for value in given.values())


def _is_one_entry(sent: Sent) -> bool:
    entries = sent.given("Entries")
    return entries is not None and isinstance(entries.node, ast.List) and len(entries.node.elts) == 1


def _is_over_single(loop: Loop) -> bool:
    """Whether it goes over the records of S3 or SNS, of which an event holds one.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    """
    module = loop.scope.facts.module
    return "Records" in module.code(loop.over) and any(word in module.code(loop.node) for word in _SINGLE)


class Unheard(NamedTuple):
    """A call for many of which nothing reads the member of the answer that tells what failed."""

    sent: Sent
    failed: str


def unheard(calls: Iterable[Sent]) -> Iterator[Unheard]:
    """Such calls, where all that happens to the answer can be seen."""
    for sent in calls:
        batch = batch_of(sent.call.service, sent.operation)
        if batch is None or not batch.failed or not sent.scope.is_function:
            continue
        if sent.method.replace("_", "") != sent.operation.lower():
            continue
        code = sent.scope.facts.module.code(sent.scope.node)
        if any(word in code for word in batch.failed if word != "Errors"):
            continue
        answer = sent.answer
        if not answer.escapes and not answer.members & {*batch.failed, *_TELLING}:
            yield Unheard(sent, batch.failed[0])
