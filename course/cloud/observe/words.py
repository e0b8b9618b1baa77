"""Chooses the words of an environment's log: those of its function's log format."""

from __future__ import annotations

from typing import Protocol

from course.cloud.model import Invocation
from course.cloud.observe.logs import Start
from course.cloud.observe.platform import Platform
from course.cloud.observe.source import source
from course.cloud.observe.text import Text
from course.cloud.runtime.environment import Environment, Init, Run
from course.cloud.runtime.output import Event


class Words(Protocol):
    """What is written about the phases of one environment, with what its code wrote."""

    def init(self, init: Init) -> list[Event]: ...

    def own(self, events: list[Event]) -> list[Event]: ...

    def run(self, invocation: Invocation, run: Run, start: Start | None) -> list[Event]: ...


def words(environment: Environment, region: str) -> Words:
    """The words in the log format of the environment's function."""
    known = source(environment, region)
    return Platform(known) if known.function.log_format == "JSON" else Text(known)
