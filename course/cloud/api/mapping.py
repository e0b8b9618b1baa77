"""An event source mapping: a queue or stream whose events Lambda fetches by itself and hands to a function.

https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html

The noun beside this file answers the API; the pollers that do what a mapping says belong to the event sources, which
are reached through `Sources`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from course.cloud.api.stored import Parameters
from course.cloud.model import Function

State = Literal["Creating", "Enabling", "Enabled", "Disabling", "Disabled", "Updating", "Deleting"]


@dataclass(frozen=True)
class Mapping:
    """One mapping at one moment. `members` are its settings, defaults included, under their API names."""

    uuid: str
    arn: str
    source_arn: str
    function_arn: str
    """As the mapping's owner gave it: with the version or alias, if there was one."""
    members: Parameters
    state: State
    reason: str
    modified: float
    enabled: bool
    """What its owner wants; `state` follows."""
    result: str = ""
    """`LastProcessingResult`, where the kind of source has one."""
    tags: dict[str, str] = field(default_factory=dict)
    """Changed in place by the nouns that tag."""

    @property
    def batch_size(self) -> int:
        """The most records of one invocation."""
        return int(self.members["BatchSize"])

    @property
    def window(self) -> float:
        """Seconds that a batch may wait to be filled."""
        return float(self.members.get("MaximumBatchingWindowInSeconds") or 0)

    @property
    def partial(self) -> bool:
        """Whether the function names the records of a batch that failed."""
        return "ReportBatchItemFailures" in (self.members.get("FunctionResponseTypes") or [])

    @property
    def patterns(self) -> tuple[str, ...]:
        """The filters, as JSON texts; one that fits is enough, none lets everything through."""
        filters = (self.members.get("FilterCriteria") or {}).get("Filters") or []
        return tuple(one["Pattern"] for one in filters)

    @property
    def on_failure(self) -> str:
        """The ARN of the on-failure destination; empty if there is none."""
        destination = (self.members.get("DestinationConfig") or {}).get("OnFailure") or {}
        return str(destination.get("Destination") or "")


class Sources(Protocol):
    """What the API asks of the pollers."""

    def completed(
        self, source_arn: str, members: Parameters, function: Function, old: Mapping | None
    ) -> Parameters:
        """The settings of a new mapping, or those of `old` with `members` changed, with the source's defaults.

        Raises AwsError with what AWS says about settings or a source that will not do.
        """
        ...

    def created(self, mapping: Mapping) -> None:
        """It was just created: bring it into the state that its owner wants, and poll."""
        ...

    def changed(self, mapping: Mapping) -> None:
        """Its settings or its owner's wish changed."""
        ...

    def deleted(self, mapping: Mapping) -> None:
        """Its owner wants it gone: stop, and let it go after a moment."""
        ...
