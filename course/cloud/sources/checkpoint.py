"""How far a batch of stream records was processed, and when what is left of it is tried again.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html (2026-11)
"""

from __future__ import annotations

from collections.abc import Sequence

from course.cloud.sources.responses import failures

_FIRST = 0.5
_LONGEST = 60.0


def processed(payload: bytes, numbers: Sequence[str]) -> int | None:
    """How many records, from the first on, a function that reports failures has processed.

    Of several that it names the lowest counts. None if the response does not say: then the whole batch failed.
    """
    failed = failures(payload, set(numbers))
    if failed is None:
        return None
    return next((index for index, number in enumerate(numbers) if number in failed), len(numbers))


def pause(tries: int) -> float:
    """Seconds to wait after that many failures in a row.

    AWS speaks of an exponential back-off without figures. Half a second, doubled each time, gives the seven runs in
    a record's first minute that were seen (2025-11); it stays at a minute.
    """
    return min(_FIRST * 2.0 ** min(tries - 1, 20), _LONGEST)
