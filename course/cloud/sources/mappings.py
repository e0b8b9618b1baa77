"""Every event source mapping of the cloud at work: its poller, and the states it goes through.

AWS takes seconds to half a minute for a change of state and names no figure; here it is `TRANSITION`.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from __future__ import annotations

import threading
from dataclasses import replace

from course.cloud.api.account import Account
from course.cloud.api.mapping import Mapping, State
from course.cloud.api.stored import Parameters
from course.cloud.errors import InvalidParameterValue
from course.cloud.iam.rights import cannot_poll, cannot_send, polling, sending
from course.cloud.model import Function
from course.cloud.sources.ground import Ground
from course.cloud.sources.kinds import Poller, kinds
from course.cloud.sources.polling import PROBLEM

TRANSITION = 1.0
"""Seconds from a request to the state that it asks for."""


class Mappings:
    """Implements `Sources` for the API, and is told by the stores when there is something to fetch."""

    def __init__(self, account: Account, ground: Ground) -> None:
        self._account = account
        self._ground = ground
        ground.board = self
        self._kinds = kinds()
        self._lock = threading.RLock()
        self._pollers: dict[str, Poller] = {}
        self._watched: dict[str, tuple[Poller, ...]] = {}
        """The pollers of a source's ARN, read without the lock."""
        ground.queues.watch(self.notify)
        for streams in ground.streams.values():
            streams.watch(self.notify)

    def notify(self, source_arn: str, besides: object = None) -> None:
        """A source may have something new. Called in the sender's thread; costs nothing if nobody polls it.

        `besides` is the poller that need not be told.
        """
        for poller in self._watched.get(source_arn, ()):
            if poller is not besides:
                poller.notify()

    def processed(self, uuid: str, result: str) -> None:
        """A new `LastProcessingResult`."""
        with self._account.lock:
            shelf = self._account.shelf(Mapping)
            for arn, mapping in shelf.items():
                if mapping.uuid == uuid and mapping.result != result:
                    shelf[arn] = replace(mapping, result=result)
                    return

    def completed(
        self, source_arn: str, members: Parameters, function: Function, old: Mapping | None
    ) -> Parameters:
        kind = self._kinds.get(_service(source_arn))
        if kind is None:
            raise InvalidParameterValue(f"Unrecognized event source. (Service: {_service(source_arn)})")
        made = kind.check(source_arn, members, function, self._ground, old)
        if self._ground.rights.enabled:
            self._check_role(source_arn, made, function)
        return made

    def created(self, mapping: Mapping) -> None:
        with self._lock:
            poller = self._kinds[_service(mapping.source_arn)].poller(mapping, self._ground)
            self._pollers[mapping.uuid] = poller
            self._watch(mapping.source_arn, poller)
        self._soon(mapping.arn)

    def changed(self, mapping: Mapping) -> None:
        poller = self._pollers.get(mapping.uuid)
        if poller is not None:
            poller.change(mapping)
            if not mapping.enabled:
                poller.stop()
        self._soon(mapping.arn)

    def deleted(self, mapping: Mapping) -> None:
        with self._lock:
            poller = self._pollers.pop(mapping.uuid, None)
            if poller is not None:
                poller.stop()
                others = self._watched.get(mapping.source_arn, ())
                self._watched[mapping.source_arn] = tuple(one for one in others if one is not poller)
        self._soon(mapping.arn)

    def look_again(self) -> None:
        """Roles may have gained or lost rights: every poller tries anew."""
        with self._account.lock:
            shelf = self._account.shelf(Mapping)
            for arn, mapping in shelf.items():
                if mapping.result.startswith(f"{PROBLEM}User: "):
                    shelf[arn] = replace(mapping, result=_untried(mapping.source_arn))
        with self._lock:
            pollers = list(self._pollers.values())
        for poller in pollers:
            poller.notify()

    def clear(self) -> None:
        """Stop every poller and forget all."""
        with self._lock:
            pollers = list(self._pollers.values())
            self._pollers.clear()
            self._watched = {}
        for poller in pollers:
            poller.stop()

    def _check_role(self, source_arn: str, members: Parameters, function: Function) -> None:
        require = self._ground.rights.require_role
        for one in polling(source_arn):
            if (lacking := require(function.role, function.name, one)) is not None:
                raise InvalidParameterValue(cannot_poll(lacking))
        target = ((members.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination") or ""
        asked = sending(target) if ":s3:" not in target else None
        if asked is not None and require(function.role, function.name, asked) is not None:
            raise InvalidParameterValue(cannot_send(target))

    def _watch(self, source_arn: str, poller: Poller) -> None:
        self._watched[source_arn] = (*self._watched.get(source_arn, ()), poller)

    def _soon(self, arn: str) -> None:
        self._ground.work.at(self._ground.clock.now() + TRANSITION, lambda: self._arrive(arn))

    def _arrive(self, arn: str) -> None:
        """The moment at which a mapping reaches the state that its owner asked for last."""
        with self._account.lock:
            shelf = self._account.shelf(Mapping)
            mapping = shelf.get(arn)
            if mapping is None:
                return
            if mapping.state == "Deleting":
                del shelf[arn]
                return
            state: State = "Enabled" if mapping.enabled else "Disabled"
            shelf[arn] = mapping = replace(mapping, state=state)
        self._ground.ledger.note("mapping.state", mapping.uuid, mapping.uuid, state=state)
        poller = self._pollers.get(mapping.uuid)
        if poller is not None and mapping.enabled:
            poller.start()


def _untried(source_arn: str) -> str:
    return "" if _service(source_arn) == "sqs" else "No records processed"


def _service(arn: str) -> str:
    return [*arn.split(":"), "", ""][2]
