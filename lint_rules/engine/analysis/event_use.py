"""What a handler does with its event: the questions that rules about events ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lint_rules.engine.analysis.event_paths import EventPaths, EventRead
from lint_rules.engine.analysis.event_shapes import kinds_read, unparsed_bodies
from lint_rules.engine.analysis.first_records import FirstRecord, first_record
from lint_rules.engine.analysis.object_keys import ObjectKey, undecoded_keys
from lint_rules.engine.analysis.record_loops import RecordLoop, record_loop

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_use import AwsUse


class EventUse(EventPaths):
    """The use that everything a handler reaches makes of the event."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of events of whose shape it reads something, in SAM's words; "Api" for every request of HTTP."""
        return kinds_read(self.reads)

    def undecoded_keys(self) -> Iterator[ObjectKey]:
        """The keys of S3's notifications that are used as they come."""
        return undecoded_keys(self.reach, self)

    def first_record(self) -> FirstRecord | None:
        """Where the first record of a batch is worked on and no other."""
        return first_record(self.reach, self)

    def unparsed_bodies(self) -> Iterator[EventRead]:
        """The bodies of SQS's messages in which keys are looked for, as they come."""
        return unparsed_bodies(self)

    def record_loop(self, use: AwsUse) -> RecordLoop | None:
        """A loop over the records of which a round changes something in AWS, and the next may fail."""
        return record_loop(self, use)
