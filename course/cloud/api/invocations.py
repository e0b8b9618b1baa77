"""Invoke: the checks and headers around a run.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html

An `Event` invocation is only accepted here; the queue sees to it from then on.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from typing import Any

from course.cloud import quotas
from course.cloud.api.payload import check_json
from course.cloud.api.stored import Parameters
from course.cloud.api.targets import Targets
from course.cloud.api.tenancy import for_tenant
from course.cloud.engine.async_queue import AsyncQueue, check_event_size
from course.cloud.engine.invoke import Engine
from course.cloud.engine.recursion import Recursion
from course.cloud.engine.trace import Traces, served
from course.cloud.errors import InvalidRequestContent, RequestTooLarge
from course.cloud.model import Invocation


class Invocations:
    """The data plane's API."""

    def __init__(
        self,
        targets: Targets,
        engine: Engine,
        queue: AsyncQueue,
        recursion: Recursion,
        traces: Traces,
        new_id: Callable[[], str],
    ) -> None:
        self._targets = targets
        self._engine = engine
        self._queue = queue
        self._recursion = recursion
        self._traces = traces
        self._new_id = new_id
        self._calls = 0
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

    def invoke_async(self, parameters: Parameters) -> Parameters:
        """The output members of InvokeAsync, which AWS keeps for old clients. Raises AwsError."""
        event = {**parameters, "Payload": parameters.get("InvokeArgs"), "InvocationType": "Event"}
        return {"Status": self.invoke(event)["StatusCode"]}

    def _invoke(self, parameters: Parameters) -> Parameters:
        request = parameters.get("RequestId") or self._new_id()
        payload: bytes = parameters.get("Payload") or b""
        kind = parameters.get("InvocationType") or "RequestResponse"
        function, invoked_arn = self._targets.runnable(
            parameters["FunctionName"], parameters.get("Qualifier")
        )
        function = for_tenant(function, parameters.get("TenantId"))
        answer: Parameters = {"ExecutedVersion": function.version, "RequestId": request}
        _check_size(len(payload))
        if kind == "Event":
            check_event_size(payload)
        check_json(payload)
        if kind == "DryRun":
            return {**answer, "StatusCode": 204}
        if kind == "Event":
            self._queue.accept(invoked_arn, payload, request=request, tenant=function.tenant)
            return {"StatusCode": 202, "RequestId": request}
        trace = self._recursion.admit(function.name, invoked_arn, self._traces.follow(served()), request)
        invocation = Invocation(
            id=request,
            function=function,
            payload=payload or b"{}",
            kind="RequestResponse",
            invoked_arn=invoked_arn,
            trace=trace,
            client_context=_client_context(parameters.get("ClientContext")),
            tail=parameters.get("LogType") == "Tail",
            caller=parameters.get("Caller", ""),
        )
        outcome, rest = self._engine.answer(invocation)
        answer |= {"StatusCode": 200, "Payload": outcome.payload, "Rest": rest}
        if outcome.error is not None:
            answer["FunctionError"] = "Unhandled"
        if invocation.tail:
            answer["LogResult"] = base64.b64encode(outcome.log_tail).decode()
        return answer

    def quiet(self, seconds: float) -> bool:
        """Wait until nobody waits for an answer; False if that took longer."""
        with self._settled:
            return self._settled.wait_for(lambda: self._calls == 0, timeout=seconds)


def _check_size(size: int) -> None:
    if size > quotas.SYNC_PAYLOAD:
        raise RequestTooLarge(
            f"Request must be smaller than {quotas.SYNC_PAYLOAD} bytes for the InvokeFunction operation"
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
