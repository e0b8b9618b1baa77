"""Which settings a mapping of a stream takes, with their defaults.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html (2026-11). The sentences are the service's own
where they were published: unsupported settings and positions, streams that are not there, no position.
"""

from __future__ import annotations

from typing import Any

from course.cloud.api.mapping import Mapping
from course.cloud.api.stored import Parameters
from course.cloud.errors import InvalidParameterValue
from course.cloud.sources.filters import check_filters
from course.cloud.sources.ground import Ground
from course.cloud.sources.stream_records import StreamType

_DEFAULTS: dict[str, Any] = {
    "BatchSize": 100,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
_FURTHER = (
    "FilterCriteria",
    "KMSKeyArn",
    "LoggingConfig",
    "MetricsConfig",
    "StartingPosition",
    "StartingPositionTimestamp",
)
_YOUNGEST = 60
"""Seconds: the smallest maximum age. https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html"""
_DESTINATIONS = ("sqs", "sns", "s3")


def completed(
    kind: StreamType, source_arn: str, members: Parameters, ground: Ground, old: Mapping | None
) -> Parameters:
    """All settings; see `kinds.Check`."""
    for name in members:
        if name not in _DEFAULTS and name not in _FURTHER:
            raise InvalidParameterValue(f"Unsupported {name} parameter for given event source mapping type.")
    settings: Parameters = {**_DEFAULTS, **(old.members if old is not None else {}), **members}
    if not any((settings.get("FilterCriteria") or {}).values()):
        settings.pop("FilterCriteria", None)  # an empty value takes the setting back
    _check_position(kind, source_arn, settings, ground)
    if not ground.streams[kind.service].known(source_arn):
        raise InvalidParameterValue(f"Stream not found: {source_arn}")
    age = settings["MaximumRecordAgeInSeconds"]
    if age != -1 and age < _YOUNGEST:
        raise InvalidParameterValue(
            f"MaximumRecordAgeInSeconds must be -1 or at least {_YOUNGEST} seconds, not {age}."
        )
    settings["DestinationConfig"] = _destination(settings["DestinationConfig"])
    check_filters(settings.get("FilterCriteria"))
    return settings


def _check_position(kind: StreamType, source_arn: str, settings: Parameters, ground: Ground) -> None:
    position, moment = settings.get("StartingPosition"), settings.get("StartingPositionTimestamp")
    if position is None:
        raise InvalidParameterValue(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
            "Member must not be null."
        )
    if position != "AT_TIMESTAMP":
        if moment is not None:
            raise InvalidParameterValue(
                "StartingPositionTimestamp is only valid when StartingPosition is AT_TIMESTAMP."
            )
        return
    if kind.service == "dynamodb":
        raise InvalidParameterValue(f"Unsupported starting position for arn type: {source_arn}")
    if moment is None:
        raise InvalidParameterValue("StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp.")
    if moment > ground.clock.now():
        raise InvalidParameterValue("StartingPositionTimestamp cannot be in the future.")


def _destination(config: Any) -> dict[str, Any]:
    config = config or {}
    if config.get("OnSuccess"):
        raise InvalidParameterValue(
            "Unsupported DestinationConfig parameter for given event source mapping type."
        )
    on_failure = dict(config.get("OnFailure") or {})
    arn = on_failure.get("Destination") or ""
    parts = arn.split(":")
    if arn and (len(parts) < 6 or parts[2] not in _DESTINATIONS or arn.endswith(".fifo")):
        raise InvalidParameterValue(
            f"The destination {arn} is not a standard SQS queue, a standard SNS topic or an S3 bucket."
        )
    return {"OnFailure": {"Destination": arn} if arn else {}}
