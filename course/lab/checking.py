"""What a check is written with: `Failure` to say what was observed, and `invoke` to call a function.

A check raises `Failure` (or `assert`s with a message) for the learner's mistakes. Any other exception is
taken for a mistake of the check's author.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Protocol


class Failure(Exception):
    """The answer does not do what the check asks. `observed` says what was seen, `help` where to look."""

    def __init__(self, observed: str, help: str = "") -> None:
        super().__init__(observed)
        self.observed, self.help = observed, help


class LearnerError(Failure):
    """An exception in the learner's own code, carried over from the process it ran in."""

    def __init__(self, type: str, message: str, traceback: str = "") -> None:
        super().__init__(f"{type}: {message}" if message else type)
        self.type, self.message, self.traceback = type, message, traceback


class CloudLike(Protocol):
    """The part of `course.cloud.Cloud` a check and an answer use."""

    def client(self, service: str, **kwargs: Any) -> Any:
        """A boto3 client against this cloud."""

    def environment(self) -> dict[str, str]:
        """The variables that lead a child process to this cloud."""

    def reset(self) -> None:
        """Empty it."""


@dataclass(frozen=True)
class Invoked:
    """The answer to one invocation. `payload` is the decoded JSON (the text when it is not JSON, None when
    empty), `log` the last 4 KB the function wrote, empty unless the call was synchronous."""

    status: int
    payload: Any
    function_error: str | None
    log: str
    request_id: str
    executed_version: str | None


def invoke(cloud: CloudLike, name: str, payload: Any = None, **kwargs: Any) -> Invoked:
    """Invoke a function with `payload` as JSON; `kwargs` go to boto3's `invoke`.

    Raises Failure with Lambda's own words when the call itself is refused.
    """
    from botocore.exceptions import ClientError

    arguments = {"FunctionName": name, "Payload": json.dumps(payload).encode(), **kwargs}
    if arguments.get("InvocationType", "RequestResponse") == "RequestResponse":
        arguments.setdefault("LogType", "Tail")
    try:
        answer = cloud.client("lambda").invoke(**arguments)
    except ClientError as error:
        facts = error.response["Error"]
        raise Failure(f"invoking `{name}` was refused: {facts['Code']}: {facts['Message']}") from None
    body = answer["Payload"].read()
    return Invoked(
        status=answer["StatusCode"],
        payload=_decoded(body),
        function_error=answer.get("FunctionError"),
        log=base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"),
        request_id=answer["ResponseMetadata"].get("RequestId", ""),
        executed_version=answer.get("ExecutedVersion"),
    )


def _decoded(body: bytes) -> Any:
    if not body:
        return None
    text = body.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text
