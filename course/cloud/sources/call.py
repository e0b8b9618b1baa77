"""The door through which event sources call functions: like Invoke, without HTTP, and waiting for the whole run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from course.cloud.api.targets import Targets
from course.cloud.engine.recursion import Recursion
from course.cloud.engine.trace import Traces
from course.cloud.model import Invocation, Outcome


class Caller:
    """A `ground.Call`. `run` is the engine's invoke."""

    def __init__(
        self,
        targets: Targets,
        run: Callable[[Invocation], Outcome],
        recursion: Recursion,
        traces: Traces,
        new_id: Callable[[], str],
    ) -> None:
        self._targets = targets
        self._run = run
        self._recursion = recursion
        self._traces = traces
        self._new_id = new_id

    def __call__(self, function_arn: str, payload: bytes, *, trace: str = "") -> Outcome:
        request = self._new_id()
        function, invoked_arn = self._targets.runnable(function_arn, None)
        header = self._recursion.admit(function.name, invoked_arn, self._traces.follow(trace), request)
        invocation = Invocation(
            id=request,
            function=function,
            payload=payload,
            kind="RequestResponse",
            invoked_arn=invoked_arn,
            trace=header,
        )
        return replace(self._run(invocation), request=request, version=function.version)

    def role(self, function_arn: str) -> str:
        return self._targets.runnable(function_arn, None).function.role
