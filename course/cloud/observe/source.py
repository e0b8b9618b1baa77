"""Who writes a log: the facts about an environment that its lines name."""

from __future__ import annotations

from typing import NamedTuple

from course.cloud.model import Function
from course.cloud.runtime.environment import Environment


class Source(NamedTuple):
    """One environment, as its log names it."""

    function: Function
    stream: str
    initialization: str
    """"on-demand", "provisioned-concurrency" or "snap-start"."""
    runtime: str
    runtime_arn: str


def source(environment: Environment, region: str) -> Source:
    """What the lines of an environment say of it."""
    function = environment.function
    kind = "snap-start" if function.snap_start else "on-demand"
    return Source(
        function,
        environment.log_stream,
        "provisioned-concurrency" if environment.provisioned else kind,
        f"{function.runtime}.local",
        f"arn:aws:lambda:{region}::runtime:{function.runtime}",
    )
