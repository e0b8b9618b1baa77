"""One question to the policies, and where it is asked: what others say to the engine before it is needed."""

from __future__ import annotations

from collections.abc import Mapping

from lint_rules.engine.typed import NamedTuple


class Place(NamedTuple):
    """Where a call goes: `region`, `account` (12 digits) and `partition`."""

    region: str
    account: str
    partition: str = "aws"


class Authorization(NamedTuple):
    """One question to the policies. `context` holds the condition keys that follow from the call."""

    action: str
    resource: str
    context: Mapping[str, str | tuple[str, ...]]
