"""What an event source mapping needs of Kinesis and DynamoDB: shards, records in order, and word of new ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True)
class StreamRecord:
    """A record as its stream has it. `number` orders the records of a shard, `at` is epoch seconds."""

    shard: str
    number: int
    key: str
    """Records of one key are processed in order: the partition key, or the item's key as text."""
    at: float
    event: Mapping[str, Any]
    """What a function gets of it, without the members that depend on the mapping."""
    text: str | None = None
    """The sender's data where `event` holds it encoded."""

    @property
    def id(self) -> str:
        """Names it in the ledger."""
        return f"{self.shard}:{self.number}"


class ShardState(NamedTuple):
    """A shard, the shards that it came from, and whether it still takes records."""

    id: str
    parents: tuple[str, ...]
    open: bool


class Streams(Protocol):
    """The streams of one service in one account and Region, by ARN; a consumer's ARN stands for its stream."""

    def known(self, arn: str) -> bool:
        """Whether there is such a stream, or consumer."""
        ...

    def shards(self, arn: str) -> list[ShardState]:
        """Parents before children; none if the stream is gone."""
        ...

    def read(self, arn: str, shard: str, after: int) -> list[StreamRecord]:
        """All records of a shard with larger numbers that the stream still keeps, in order."""
        ...

    def position(self, arn: str, shard: str, start: str, moment: float) -> int:
        """The number after which a reader begins.

        `start` is TRIM_HORIZON, LATEST, or AT_TIMESTAMP, which is the first record that arrived at `moment` or later.
        """
        ...

    def retention(self, arn: str) -> float:
        """Seconds for which a record is kept."""
        ...

    def watch(self, notify: Callable[[str], None]) -> None:
        """From now on call `notify` with a stream's ARN, in the thread that causes it, when there is a new record or
        shard; with the ARN of each of its consumers too."""
        ...
