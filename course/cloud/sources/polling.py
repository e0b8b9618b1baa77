"""Whether a poller may read its source, and write to its destination, in the name of the function's role.

What it may not is written into the mapping's `LastProcessingResult`, in the form that was seen there (2018-02), and
waits in its source until the role may again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from course.cloud.api.mapping import Mapping
from course.cloud.engine.outbox import Undeliverable
from course.cloud.errors import AwsError
from course.cloud.iam.rights import polling, sending
from course.cloud.sources.ground import Ground

if TYPE_CHECKING:
    from lint_rules import Authorization, Decision

PROBLEM = "PROBLEM: "


def may_read(ground: Ground, mapping: Mapping, *but: str) -> bool:
    """Whether the role may do what reading the source takes, besides the actions named."""
    if not ground.rights.enabled:
        return True
    asked = [one for one in polling(mapping.source_arn) if one.action not in but]
    return all(may(ground, mapping, one) for one in asked)


def may(ground: Ground, mapping: Mapping, one: Authorization) -> bool:
    """Whether the role may do one thing."""
    lacking = _lacking(ground, mapping, one)
    if lacking is not None:
        ground.board.processed(mapping.uuid, f"{PROBLEM}{lacking.sentence}")
    return lacking is None


def check_destination(ground: Ground, mapping: Mapping, target: str) -> None:
    """Raises Undeliverable if the role may not send there."""
    asked = sending(target, f"aws/lambda/{mapping.uuid}/records" if ":s3:" in target else "")
    lacking = _lacking(ground, mapping, asked) if asked else None
    if lacking is not None:
        raise Undeliverable(lacking.sentence)


def _lacking(ground: Ground, mapping: Mapping, one: Authorization) -> Decision | None:
    if not ground.rights.enabled:
        return None
    try:
        role = ground.call.role(mapping.function_arn)
    except AwsError:  # the call will say what is wrong
        return None
    return ground.rights.require_role(role, mapping.function_arn.split(":")[6], one, mapping.uuid)
