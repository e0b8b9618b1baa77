"""How the account's concurrency is divided: reserved, provisioned, and what is left for everybody.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

from dataclasses import dataclass

from course.cloud import quotas
from course.cloud.api.account import Account
from course.cloud.api.stored import LATEST, Stored
from course.cloud.model import Function


@dataclass(frozen=True)
class Reservation:
    """A function's reserved concurrency."""

    limit: int


@dataclass(frozen=True)
class Provisioned:
    """The provisioned concurrency of a version or an alias; `ahead` is the version whose environments wait."""

    requested: int
    ahead: Function
    modified: float


def reserved(account: Account, name: str) -> int | None:
    """The reserved concurrency of a function; None if it has none."""
    with account.lock:
        stored = account.functions.get(name)
        found = stored.shelf(Reservation).get(LATEST) if stored else None
    return found.limit if found else None


def reservations(account: Account) -> dict[str, int]:
    """Every reserved concurrency, by the name of the function."""
    with account.lock:
        found = {name: stored.shelf(Reservation).get(LATEST) for name, stored in account.functions.items()}
    return {name: reservation.limit for name, reservation in found.items() if reservation}


def provisions(account: Account) -> dict[str, dict[str, int]]:
    """What is provisioned for versions, by the name of the function and the ARN of the version."""
    found: dict[str, dict[str, int]] = {}
    with account.lock:
        for name, stored in account.functions.items():
            for config in stored.shelf(Provisioned).values():
                of = found.setdefault(name, {})
                of[config.ahead.arn] = of.get(config.ahead.arn, 0) + config.requested
    return found


def provisioned_of(stored: Stored) -> int:
    """The provisioned concurrency of all versions and aliases of a function together."""
    return sum(config.requested for config in stored.shelf(Provisioned).values())


def unreserved(account: Account, without: str | None = None) -> int:
    """What no function has for itself. `without` names a function that is left out of the account."""
    left = quotas.ACCOUNT_CONCURRENCY
    with account.lock:
        for name, stored in account.functions.items():
            if name != without:
                own = stored.shelf(Reservation).get(LATEST)
                left -= own.limit if own else provisioned_of(stored)
    return left


def provision(account: Account, *configs: Provisioned | None) -> None:
    """Let the engine keep ready what the configurations of these versions ask for together, now that one came or went.

    Not to be called under the lock: environments end meanwhile.
    """
    account.shares_changed()
    wanted = provisions(account)
    versions = {config.ahead.arn: config.ahead for config in configs if config is not None}
    for arn, ahead in versions.items():
        if account.provisioner is not None:
            account.provisioner.provision(ahead, wanted.get(ahead.name, {}).get(arn, 0))
