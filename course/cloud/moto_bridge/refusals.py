"""Errors of other services than Lambda, in the form that the SDKs read for each protocol of AWS.

moto answers an operation that it does not have with an exception or an HTML page. Here it becomes an error that
names the operation, with a status that SDKs do not ask again after.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.observe.signature import signature

relies_on("moto.core.responses", {"BaseResponse.call_action": "26076963fd17"})

_MISSING = re.compile(r"The (\w+) action has not been implemented")
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'

Headers = list[tuple[str, str]]


def explain(environ: dict[str, Any], error: NotImplementedError | None) -> str:
    """The sentence about an operation that is not there. `error` is moto's, None where it knew no such path."""
    service = signature(environ).service or "this service"
    if error is None:
        operation = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    elif found := _MISSING.search(str(error)):
        operation = found[1]
    else:
        return f"What was asked of {service} is not offered by this cloud: {error}"
    return f"The operation {operation} of {service} is not offered by this cloud."


def refuse(
    environ: dict[str, Any], start_response: Callable[..., Any], status: str, code: str, message: str
) -> Iterable[bytes]:
    """Answer with an error. `status` is the line with its reason, `code` the name that SDKs raise."""
    kind, body, further = _shape(environ, code, message)
    headers = [("Content-Type", kind), ("x-amzn-ErrorType", code), *further]
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _shape(environ: dict[str, Any], code: str, message: str) -> tuple[str, bytes, Headers]:
    service = signature(environ).service
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        content = b"\xa2" + b"".join(map(_cbor, ("__type", code, "message", message)))
        return "application/cbor", content, [("smithy-protocol", "rpc-v2-cbor")]
    if "HTTP_X_AMZ_TARGET" in environ:
        return "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message}).encode(), []
    if service == "ec2":
        text = f"{_XML}<Response><Errors><Error>{inner}</Error></Errors><RequestID>0</RequestID></Response>"
        return "text/xml", text.encode(), []
    if service in ("", "s3"):
        return "application/xml", f"{_XML}<Error>{inner}</Error>".encode(), []
    if service in ("route53", "cloudfront") or "form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        text = f"{_XML}<ErrorResponse><Error><Type>Receiver</Type>{inner}</Error></ErrorResponse>"
        return "text/xml", text.encode(), []
    return "application/json", json.dumps({"message": message}).encode(), []


def _cbor(text: str) -> bytes:
    # RFC 8949, major type 3 with a length of two bytes.
    data = text.encode()[:65535]
    return b"\x79" + len(data).to_bytes(2, "big") + data
