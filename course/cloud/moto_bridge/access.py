"""The guard of one cloud, with what it asks: moto's identities and policies, and our functions' own policies."""

from __future__ import annotations

from collections.abc import Callable

from course.cloud.clock import Clock
from course.cloud.iam.guard import Guard
from course.cloud.moto_bridge import (
    last_used,
    policy_words,
    public_access,
    sessions,
    simulator,
    user_boundaries,
)
from course.cloud.moto_bridge.identities import MotoIdentities
from course.cloud.moto_bridge.lookups import MotoLookups
from course.cloud.moto_bridge.resource_policies import MotoResourcePolicies
from course.cloud.observe.ledger import Ledger

PATCHING = (last_used, policy_words, public_access, sessions, simulator, user_boundaries)
"""Modules that change moto when they are imported."""


def make_guard(
    account: str, region: str, functions: Callable[[str], str | None], clock: Clock, ledger: Ledger
) -> Guard:
    """It enforces nothing until it is told to. `functions` gives the policy of a function's ARN."""
    return Guard(
        account,
        region,
        MotoIdentities(account, clock),
        MotoResourcePolicies(account, region, functions),
        MotoLookups(account, region),
        clock,
        ledger,
    )
