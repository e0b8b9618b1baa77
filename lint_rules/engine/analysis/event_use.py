"""What a handler does with its event: the questions that rules about events ask.

What answers a question is imported when it is asked, for most projects need few of the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lint_rules.engine.analysis.event_paths import EventPaths, EventRead

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.analysis.first_records import FirstRecord
    from lint_rules.engine.analysis.object_keys import ObjectKey
    from lint_rules.engine.analysis.record_loops import RecordLoop
    from lint_rules.engine.analysis.replies import Reply


class EventUse(EventPaths):
    """The use that everything a handler reaches makes of the event."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of events of whose shape it reads something, in SAM's words; "Api" for every request of HTTP."""
        from lint_rules.engine.analysis.event_shapes import kinds_read

        return kinds_read(self.reads)

    def undecoded_keys(self) -> Iterator[ObjectKey]:
        """The keys of S3's notifications that are used as they come."""
        from lint_rules.engine.analysis.object_keys import undecoded_keys

        return undecoded_keys(self.reach, self)

    def first_record(self) -> FirstRecord | None:
        """Where the first record of a batch is worked on and no other."""
        from lint_rules.engine.analysis.first_records import first_record

        return first_record(self.reach, self)

    def unparsed_bodies(self) -> Iterator[EventRead]:
        """The bodies of SQS's messages in which keys are looked for, as they come."""
        from lint_rules.engine.analysis.event_shapes import unparsed_bodies

        return unparsed_bodies(self)

    def record_loop(self, use: AwsUse) -> RecordLoop | None:
        """A loop over the records of which a round changes something in AWS, and the next may fail."""
        from lint_rules.engine.analysis.record_loops import record_loop

        return record_loop(self, use)

    def replies(self) -> Iterator[Reply]:
        """The dictionaries that the handler answers with."""
        from lint_rules.engine.analysis.replies import replies

        return replies(self.reach)
