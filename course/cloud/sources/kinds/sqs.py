"""SQS queues as event sources: which settings they take, and their pollers.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html (2026-11). The sentences are the service's
own where they were published: with and without a window, FIFO queues, time-outs, queues that are not there.
"""

from __future__ import annotations

from course.cloud.api.mapping import Mapping
from course.cloud.api.stored import Parameters
from course.cloud.errors import InvalidParameterValue, NotOffered
from course.cloud.model import Function
from course.cloud.sources.filters import check_filters
from course.cloud.sources.ground import Ground
from course.cloud.sources.kinds import Kind
from course.cloud.sources.sqs import SqsPoller

_TAKEN = (
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "FilterCriteria",
    "FunctionResponseTypes",
    "KMSKeyArn",
    "LoggingConfig",
    "MetricsConfig",
    "ScalingConfig",
)
_WITHOUT_WINDOW = 10


def check(
    source_arn: str, members: Parameters, function: Function, ground: Ground, old: Mapping | None
) -> Parameters:
    """All settings; see `kinds.Check`."""
    if "ProvisionedPollerConfig" in members:
        raise NotOffered("Provisioned pollers are not offered by this cloud.")
    for name in members:
        if name not in _TAKEN:
            raise InvalidParameterValue(f"Unsupported {name} parameter for given event source mapping type.")
    defaults = {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 0, "FunctionResponseTypes": []}
    settings: Parameters = {**defaults, **(old.members if old is not None else {}), **members}
    for name in ("FilterCriteria", "ScalingConfig"):
        if not any((settings.get(name) or {}).values()):
            settings.pop(name, None)  # an empty value takes the setting back
    queue = ground.queues.settings(source_arn)
    if queue is None:
        raise InvalidParameterValue(
            "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
            "SQS Error Message: The specified queue does not exist."
        )
    if queue.fifo and settings["MaximumBatchingWindowInSeconds"]:
        raise InvalidParameterValue("Batching window is not supported for FIFO queues")
    if queue.fifo and settings["BatchSize"] > _WITHOUT_WINDOW:
        raise InvalidParameterValue("Maximum batch size must be between 1 and 10 inclusive")
    if settings["BatchSize"] > _WITHOUT_WINDOW and not settings["MaximumBatchingWindowInSeconds"]:
        raise InvalidParameterValue(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        )
    if queue.visibility < function.timeout:
        raise InvalidParameterValue(
            f"Queue visibility timeout: {queue.visibility} seconds is less than Function timeout: "
            f"{function.timeout} seconds"
        )
    check_filters(settings.get("FilterCriteria"))
    return settings


KIND = Kind("sqs", check, SqsPoller)
