"""The guard of one cloud, with what it asks: moto's identities and policies, and our functions' own policies."""

from __future__ import annotations

from course.cloud.api.account import Account
from course.cloud.api.permissions import document
from course.cloud.clock import Clock
from course.cloud.iam.guard import Guard
from course.cloud.moto_bridge.identities import MotoIdentities
from course.cloud.moto_bridge.lookups import MotoLookups
from course.cloud.moto_bridge.resource_policies import MotoResourcePolicies
from course.cloud.observe.ledger import Ledger


def make_guard(account: Account, clock: Clock, ledger: Ledger) -> Guard:
    """It enforces nothing until it is told to."""
    return Guard(
        account.number,
        account.region,
        MotoIdentities(account.number, clock),
        MotoResourcePolicies(account.number, account.region, lambda arn: document(account, arn)),
        MotoLookups(account.number, account.region),
        ledger,
    )
