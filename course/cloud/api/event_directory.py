"""What the functions' settings say about the events that were accepted for them, read anew at each attempt."""

from __future__ import annotations

from course.cloud.api.account import Account
from course.cloud.api.concurrency import reserved
from course.cloud.api.event_settings import EventSettings
from course.cloud.api.names import resolve
from course.cloud.api.recursion import Recursion
from course.cloud.api.stored import LATEST
from course.cloud.api.targets import chosen, function, routed
from course.cloud.engine.event import MAXIMUM_AGE, RETRIES, Addressee, Terms
from course.cloud.model import Function


class EventDirectory:
    """The `Directory` of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def addressee(self, function_arn: str) -> Addressee:
        account = self._account
        name, qualifier = resolve(function_arn, None, region=account.region, account=account.number)
        with account.lock:
            routed(account, account.function(name, qualifier or LATEST), qualifier or LATEST)
        return Addressee(name, account.arn(name, qualifier), account.arn(name, qualifier or LATEST))

    def target(self, to: Addressee) -> Function:
        account = self._account
        with account.lock:
            stored = account.function(to.name, _qualifier(to))
            return function(account, to.name, chosen(account, stored, _qualifier(to)))

    def terms(self, to: Addressee) -> Terms:
        account = self._account
        with account.lock:
            stored = account.function(to.name, _qualifier(to))
            version = routed(account, stored, _qualifier(to))
            settings = stored.shelf(EventSettings).get(_qualifier(to))
        members = settings.members if settings else {}
        config = members.get("DestinationConfig") or {}
        return Terms(
            retries=members.get("MaximumRetryAttempts", RETRIES),
            age=float(members.get("MaximumEventAgeInSeconds", MAXIMUM_AGE)),
            on_success=(config.get("OnSuccess") or {}).get("Destination") or "",
            on_failure=(config.get("OnFailure") or {}).get("Destination") or "",
            dead_letter=(version.configuration.get("DeadLetterConfig") or {}).get("TargetArn") or "",
            role=str(version.configuration.get("Role") or ""),
        )

    def may_recurse(self, name: str) -> bool:
        with self._account.lock:
            stored = self._account.functions.get(name)
            found = stored.shelf(Recursion).get(LATEST) if stored else None
        return found is not None and found.loop == "Allow"

    def closed(self, name: str) -> bool:
        return reserved(self._account, name) == 0


def _qualifier(to: Addressee) -> str:
    return to.qualified.rpartition(":")[2]
