"""Invoke: the checks and headers around a run.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

What this does not do: an `Event` invocation is accepted, queued in memory and run once; retries, age limits,
dead-letter queues and destinations belong to the event system that is still to come.
"""

from __future__ import annotations

import base64
import json
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from course.cloud import quotas
from course.cloud.api.payload import check_json
from course.cloud.api.stored import Parameters
from course.cloud.api.targets import Targets
from course.cloud.clock import Clock
from course.cloud.engine.invoke import Engine
from course.cloud.errors import AwsError, InvalidRequestContent, RequestTooLarge
from course.cloud.model import Invocation, Kind


class Invocations:
    """The data plane's API."""

    def __init__(
        self,
        targets: Targets,
        engine: Engine,
        clock: Clock,
        new_id: Callable[[], str],
        chance: random.Random,
    ) -> None:
        self._targets = targets
        self._engine = engine
        self._clock = clock
        self._new_id = new_id
        self._chance = chance
        self._queue = ThreadPoolExecutor(max_workers=16, thread_name_prefix="event")
        self._calls = 0
        self._pending = 0
        self._era = 0
        self._settled = threading.Condition()

    def invoke(self, parameters: Parameters) -> Parameters:
        """The output members of Invoke, with the request id under `RequestId`. Raises AwsError.

        What stands under `Rest`, if anything does, must be called by the same thread once the answer is on its way.
        """
        with self._settled:
            self._calls += 1
        try:
            return self._invoke(parameters)
        finally:
            with self._settled:
                self._calls -= 1
                self._settled.notify_all()

    def _invoke(self, parameters: Parameters) -> Parameters:
        request = parameters.get("RequestId") or self._new_id()
        payload: bytes = parameters.get("Payload") or b""
        kind = parameters.get("InvocationType") or "RequestResponse"
        function, invoked_arn = self._targets.runnable(
            parameters["FunctionName"], parameters.get("Qualifier")
        )
        answer: Parameters = {"ExecutedVersion": function.version, "RequestId": request}
        _check_size(len(payload), kind)
        check_json(payload)
        if kind == "DryRun":
            return {**answer, "StatusCode": 204}
        invocation = Invocation(
            id=request,
            function=function,
            payload=payload or b"{}",
            kind=_kind(kind),
            invoked_arn=invoked_arn,
            trace=self._trace(parameters),
            client_context=_client_context(parameters.get("ClientContext")),
            tail=parameters.get("LogType") == "Tail",
        )
        if kind == "Event":
            with self._settled:
                self._pending += 1
                era = self._era
            self._queue.submit(self._run_event, invocation, era)
            return {"StatusCode": 202, "RequestId": request}
        outcome, rest = self._engine.answer(invocation)
        answer |= {"StatusCode": 200, "Payload": outcome.payload, "Rest": rest}
        if outcome.error is not None:
            answer["FunctionError"] = "Unhandled"
        if invocation.tail:
            answer["LogResult"] = base64.b64encode(outcome.log_tail).decode()
        return answer

    def settle(self, seconds: float) -> bool:
        """Wait until no accepted event is still to be run; False if that took longer."""
        with self._settled:
            return self._settled.wait_for(lambda: self._pending == 0, timeout=seconds)

    def drop(self) -> None:
        """Run none of the events that still wait to be run."""
        with self._settled:
            self._era += 1

    def quiet(self, seconds: float) -> bool:
        """Wait until no invocation of any kind is under way; False if that took longer."""
        with self._settled:
            return self._settled.wait_for(lambda: self._pending + self._calls == 0, timeout=seconds)

    def close(self) -> None:
        """Run nothing any more."""
        self._queue.shutdown(wait=True, cancel_futures=True)

    def _run_event(self, invocation: Invocation, era: int) -> None:
        try:
            if era == self._era:
                self._engine.invoke(invocation)
        except (AwsError, OSError, RuntimeError):
            return  # the function or the cloud is gone; there is nobody to tell yet
        finally:
            with self._settled:
                self._pending -= 1
                self._settled.notify_all()

    def _trace(self, parameters: Parameters) -> str:
        given = parameters.get("TraceHeader")
        if given:
            return str(given)
        root = f"1-{int(self._clock.now()):08x}-{self._chance.getrandbits(96):024x}"
        return f"Root={root};Parent={self._chance.getrandbits(64):016x};Sampled=0"


def _kind(kind: str) -> Kind:
    return "Event" if kind == "Event" else "RequestResponse"


def _check_size(size: int, kind: str) -> None:
    if size > quotas.SYNC_PAYLOAD:
        raise RequestTooLarge(
            f"Request must be smaller than {quotas.SYNC_PAYLOAD} bytes for the InvokeFunction operation"
        )
    if kind == "Event" and size > quotas.ASYNC_PAYLOAD:
        raise RequestTooLarge(
            f"{size} byte payload is too large for the Event invocation type (limit {quotas.ASYNC_PAYLOAD} bytes)"
        )


def _client_context(encoded: Any) -> str | None:
    if not encoded:
        return None
    try:
        decoded = base64.b64decode(str(encoded), validate=True).decode()
        # One line of ASCII: it travels in a header of the Runtime API.
        decoded = json.dumps(json.loads(decoded))
    except (ValueError, RecursionError):
        raise InvalidRequestContent("Client context must be a valid Base64-encoded JSON object.") from None
    return decoded
