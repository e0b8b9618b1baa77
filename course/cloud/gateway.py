"""The front door: one WSGI application in front of everything.

Lambda's own API is answered here, before moto is asked; `/_cloud/` holds the admin routes; the rest is moto's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from course.cloud import quotas
from course.cloud.admin import Admin
from course.cloud.api import protocol
from course.cloud.api.invocations import Invocations
from course.cloud.api.noun import Operation
from course.cloud.api.targets import Targets
from course.cloud.api.validation import validate
from course.cloud.engine.recursion import carried
from course.cloud.engine.trace import serving
from course.cloud.errors import (
    AccessDenied,
    AwsError,
    BadToken,
    NotOffered,
    RequestTooLarge,
    ServiceError,
    UnknownOperation,
)
from course.cloud.iam.guard import Guard, Refused, Request
from course.cloud.moto_bridge.door import Door
from course.cloud.observe.calls import OPERATION, Calls
from course.cloud.observe.signature import signature

StartResponse = Callable[..., Any]
Rest = Callable[[], object]
_LAMBDA_PATH = re.compile(r"/20\d\d-\d\d-\d\d/")
_CODE_PATH = re.compile(r"/_(code|layer)/([^/]+)/([^/]+)\.zip")
_REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content"}


class Gateway:
    """The WSGI application."""

    def __init__(
        self,
        operations: Mapping[str, Operation],
        targets: Targets,
        invocations: Invocations,
        moto: Callable[[dict[str, Any], StartResponse], Iterable[bytes]],
        admin: Admin,
        calls: Calls,
        guard: Guard,
        caught_up: Callable[[], object],
        new_id: Callable[[], str],
    ) -> None:
        self._operations = operations
        self._targets = targets
        self._invocations = invocations
        self._moto = moto
        self._admin = admin
        self._calls = calls
        self._guard = guard
        self._door = Door(guard)
        self._caught_up = caught_up
        self._new_id = new_id

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]
        path = path.partition("?")[0]
        if path.startswith("/_cloud/"):
            if not self._admin.admits(environ):
                self._calls.refused(environ, path)
            self._caught_up()
            return _send(start_response, *self._admin(environ, path))
        if code := _CODE_PATH.fullmatch(path):
            return _send(start_response, *self._code(code))
        trace = environ.get("HTTP_X_AMZN_TRACE_ID", "")
        with serving(trace and carried(trace, signature(environ).service)):
            return self._calls.heard(environ, path, start_response, self._serve)

    def _serve(self, environ: dict[str, Any], path: str, start_response: StartResponse) -> Iterable[bytes]:
        if _LAMBDA_PATH.match(path) and _is_lambda(environ, path):
            return self._lambda(environ, path, start_response)
        self._caught_up()
        refused = self._door.refused(environ, start_response)
        if refused is not None:
            return refused
        answer = self._moto(environ, start_response)
        self._door.passed(environ)
        return answer

    def _lambda(self, environ: dict[str, Any], path: str, start_response: StartResponse) -> Iterable[bytes]:
        request = self._new_id()
        rest: Rest = bool
        try:
            reply, request, rest = self._operate(environ, path, request)
        except AwsError as error:
            reply = protocol.shape_error(error)
        except OSError as error:
            complaint = f"this machine cannot do what {path} asks of it: {error.strerror or error}"
            reply = protocol.shape_error(ServiceError(complaint))
        headers = [*reply.headers, ("x-amzn-RequestId", request)]
        return _send(start_response, reply.status, headers, reply.body, rest)

    def _operate(self, environ: dict[str, Any], path: str, request: str) -> tuple[protocol.Reply, str, Rest]:
        found = protocol.match(environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""))
        if found is None:
            raise UnknownOperation("Unknown operation for Lambda: " + environ["REQUEST_METHOD"] + " " + path)
        environ[OPERATION] = found.operation
        body = _body(environ, found.operation)
        headers = {
            key[5:].replace("_", "-").lower(): value
            for key, value in environ.items()
            if key.startswith("HTTP_")
        }
        parameters = protocol.parse(found, environ.get("QUERY_STRING", ""), headers, body)
        validate(found.operation, parameters)
        if self._guard.enabled:
            self._admit(environ, found.operation, parameters, request)
        if found.operation == "Invoke":
            parameters |= {"RequestId": request, "Caller": signature(environ).key}
            answer = self._invocations.invoke(parameters)
            request, rest = answer.pop("RequestId"), answer.pop("Rest", bool)
            return protocol.shape_output("Invoke", answer), request, rest
        if found.operation == "InvokeAsync":
            answer = self._invocations.invoke_async({**parameters, "RequestId": request})
            return protocol.shape_output("InvokeAsync", answer), request, bool
        self._caught_up()
        operation = self._operations.get(_snake(found.operation))
        if operation is None:
            raise NotOffered(f"The operation {found.operation} of Lambda is not offered by this cloud.")
        return protocol.shape_output(found.operation, operation(parameters)), request, bool

    def _admit(
        self, environ: dict[str, Any], operation: str, parameters: Mapping[str, Any], request: str
    ) -> None:
        signed = signature(environ)
        try:
            self._guard.check(Request("lambda", operation, parameters, signed.key, signed.token, request))
        except Refused as refused:
            if refused.decision is None:
                raise BadToken(refused.message, code=refused.code) from None
            raise AccessDenied(refused.message) from None

    def _code(self, found: re.Match[str]) -> tuple[int, list[tuple[str, str]], bytes]:
        kind, name, number = found.groups()
        if kind == "code":
            data = self._targets.code(unquote(name), unquote(number))
        else:
            data = self._targets.layer_code(unquote(name), int(number)) if number.isdecimal() else None
        if data is None:
            return _json(404, {"message": "there is no such code (any more)"})
        return 200, [("Content-Type", "application/zip")], data


def _is_lambda(environ: dict[str, Any], path: str) -> bool:
    # Other services use dated paths too (CloudFront, Route 53, Cognito Sync); the signature names the service.
    service = signature(environ).service
    if service:
        return service == "lambda"
    return protocol.match(environ["REQUEST_METHOD"], path) is not None


def _body(environ: dict[str, Any], operation: str) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        if int(length) > quotas.CREATE_REQUEST:
            raise _oversized(operation)
        return bytes(environ["wsgi.input"].read(int(length)))
    if environ.get("wsgi.input_terminated"):
        body = bytes(environ["wsgi.input"].read(quotas.CREATE_REQUEST + 1))
        if len(body) > quotas.CREATE_REQUEST:
            raise _oversized(operation)
        return body
    return b""


def _oversized(operation: str) -> RequestTooLarge:
    return RequestTooLarge(
        f"Request must be smaller than {quotas.CREATE_REQUEST} bytes for the {operation} operation"
    )


def _json(status: int, content: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    return status, [("Content-Type", "application/json")], json.dumps(content).encode()


class _Body(list[bytes]):
    """The body of an answer, and what is left to do when it is on its way."""

    close: Rest = bool


def _send(
    start_response: StartResponse,
    status: int,
    headers: list[tuple[str, str]],
    body: bytes,
    rest: Rest = bool,
) -> Iterable[bytes]:
    start_response(
        f"{status} {_REASONS.get(status, 'Error')}", [*headers, ("Content-Length", str(len(body)))]
    )
    sent = _Body([body])
    sent.close = rest
    return sent


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
