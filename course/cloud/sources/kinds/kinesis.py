"""Kinesis data streams as event sources."""

from __future__ import annotations

from course.cloud.api.mapping import Mapping
from course.cloud.api.stored import Parameters
from course.cloud.model import Function
from course.cloud.sources.ground import Ground
from course.cloud.sources.kinds import Kind
from course.cloud.sources.stream_poller import StreamPoller
from course.cloud.sources.stream_records import KINESIS
from course.cloud.sources.stream_settings import completed


def check(
    source_arn: str, members: Parameters, function: Function, ground: Ground, old: Mapping | None
) -> Parameters:
    """All settings; see `kinds.Check`."""
    return completed(KINESIS, source_arn, members, ground, old)


def poller(mapping: Mapping, ground: Ground) -> StreamPoller:
    return StreamPoller(mapping, ground, KINESIS)


KIND = Kind("kinesis", check, poller)
