"""Writes each call of an AWS API into the ledger: which operation, by whom, and what was answered.

Whoever calls with the keys of an environment's session is known, down to the invocation. A call is written down
before its answer is sent, so whoever has the answer finds the entry.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from course.cloud.clock import Clock
from course.cloud.observe.ledger import Ledger
from course.cloud.observe.operations import operation
from course.cloud.observe.signature import signature

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], str, Callable[..., Any]], Iterable[bytes]]
OPERATION = "cloud.operation"
"""In the WSGI environment: the name of the operation, from who has found it out already."""
_CODE = re.compile(rb"<Code>([^<]+)</Code>|\"(?:__type|code|Code)\"\s*:\s*\"([^\"]+)\"")
_FORM = "application/x-www-form-urlencoded"
_LARGEST = 1 << 20
_UNSIGNED = {
    "AWSCognitoIdentityService": "cognito-identity",
    "AWSCognitoIdentityProviderService": "cognito-idp",
}


class Caller(NamedTuple):
    """The environment whose keys were used, its function, and the invocation that it served, if any."""

    environment: str
    function: str
    invocation: str


class Calls:
    """`whose` tells whose an access key is."""

    def __init__(self, ledger: Ledger, clock: Clock, whose: Callable[[str], Caller | None]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._whose = whose

    def heard(
        self,
        environ: dict[str, Any],
        path: str,
        start_response: Callable[..., Any],
        serve: Application,
    ) -> Iterable[bytes]:
        """Have a request served, and write down what became of it. `path` is still percent-encoded."""
        began = self._clock.now()
        form = _form(environ) if environ.get("CONTENT_TYPE", "").startswith(_FORM) else ""
        heads: list[tuple[str, Headers]] = []

        def respond(status: str, headers: Headers, exc_info: Any = None) -> Any:
            heads.append((status, headers))
            return start_response(status, headers)

        try:
            answer = serve(environ, path, respond)
        except OSError:
            raise  # the client is gone
        except Exception as error:
            self._write(environ, path, form, began, 500, "", type(error).__name__)
            raise
        status, headers = heads[-1]
        number = int(status[:3])
        id, error_code = _told(headers)
        if number >= 400 and not error_code:
            answer = _whole(answer)
            error_code = _code(answer[0]) or str(number)
        self._write(environ, path, form, began, number, id, error_code)
        return answer

    def refused(self, environ: Mapping[str, Any], path: str) -> None:
        """Write down that somebody without the token asked an admin route."""
        now = self._clock.now()
        details = {"operation": f"{environ['REQUEST_METHOD']} {path}", "status": 403, "error": "NoToken"}
        self._ledger.call("cloud", "", "", {**details, "access_key": "", "began": now})

    def _write(
        self,
        environ: dict[str, Any],
        path: str,
        form: str,
        began: float,
        status: int,
        id: str,
        error: str,
    ) -> None:
        found = environ.get(OPERATION)
        key, service, _ = signature(environ)
        if not service:
            service = "lambda" if found else _unsigned(environ, form)
        details: dict[str, Any] = {
            "operation": found or operation(service, environ, path, form),
            "status": status,
            "error": error,
            "access_key": key,
            "began": began,
        }
        if key and (caller := self._whose(key)) is not None:
            details["environment"], details["function"], details["invocation"] = caller
        self._ledger.call(service, id, "", details)


def _unsigned(environ: Mapping[str, Any], form: str) -> str:
    # Few operations need no signature: of Cognito, of STS (the federated sessions), and what S3 gives to everybody.
    target = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")[0]
    return _UNSIGNED.get(target) or ("sts" if "Action=" in form else "s3")


def _form(environ: dict[str, Any]) -> str:
    """The body of a form, which stays there to be read."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > _LARGEST or environ.get("wsgi.input_terminated"):
        return ""
    data = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(data)
    return str(data, "latin-1")


def _told(headers: Headers) -> tuple[str, str]:
    """Request id and error code of an answer's headers."""
    id = code = query_code = ""
    for name, value in headers:
        lower = name.lower()
        if lower in ("x-amzn-requestid", "x-amz-request-id"):
            id = value
        elif lower == "x-amzn-errortype":
            code = value.partition(":")[0].rpartition("#")[2]
        elif lower == "x-amzn-query-error":
            query_code = value.partition(";")[0]
    return id, query_code or code


def _whole(answer: Iterable[bytes]) -> list[bytes]:
    body = b"".join(answer)
    close = getattr(answer, "close", None)
    if close is not None:
        close()
    return [body]


def _code(body: bytes) -> str:
    found = _CODE.search(body[:4096])
    if found is None:
        return ""
    return (found[1] or found[2]).decode("utf-8", "replace").rpartition("#")[2]
