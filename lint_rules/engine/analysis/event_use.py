"""What a handler does with its event: the questions that rules about events ask.

What answers a question is imported when it is asked, for most projects need few of the answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.analysis.event_paths import EventPaths, EventRead
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.absent_parameters import AbsentParameters
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.analysis.batch_lists import Misshapen
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

    def of_version(self, version: str) -> list[EventRead]:
        """Where parts of a request are read that only this format of the payload has, "1.0" or "2.0"."""
        from lint_rules.engine.analysis.event_shapes import payload_version

        return [read for read in self.reads if payload_version(read) == version]

    def misread(self, version: str) -> Iterator[EventRead]:
        """Reads that fail where requests come in this format of the payload, each path once; none where code is ready
        for both."""
        others = self.of_version("1.0" if version == "2.0" else "2.0")
        if others and not self.of_version(version) and not any(self.tests(read.path) for read in others):
            first: dict[tuple[str, ...], EventRead] = {}
            for read in others:
                if read.needed:
                    first.setdefault(read.path, read)
            yield from first.values()

    @property
    def takes_records(self) -> bool:
        """Whether it reads the records of an event, and not those of something else."""
        return any(read.path[0] == "Records" for read in self.reads)

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

    def misshapen_batch_lists(self) -> Iterator[Misshapen]:
        """What is wrong with the lists of failed records that the handler answers with."""
        from lint_rules.engine.analysis.batch_lists import misshapen

        return misshapen(self.replies(), self)

    def absent_parameters(self) -> Iterator[AbsentParameters]:
        """Where a request without a query string ends in an exception."""
        from lint_rules.engine.analysis.absent_parameters import absent_parameters

        return absent_parameters(self)
