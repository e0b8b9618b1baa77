"""The Lambda API's wire protocol (REST-JSON), read from botocore's service model rather than written by hand.

Finds the operation of a method and path, parses its input, and shapes its output or error.
https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from course.cloud.errors import AwsError, InvalidRequestContent


class Reply(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Match(NamedTuple):
    """The operation a request names, and the parts of its path."""

    operation: str
    labels: dict[str, str]


@lru_cache(maxsize=1)
def model() -> Any:
    """botocore's ServiceModel of Lambda."""
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    return ServiceModel(Loader().load_service_model("lambda", "service-2"), "lambda")


class _Route(NamedTuple):
    path: re.Pattern[str]
    query: dict[str, list[str]]
    operation: str


@lru_cache(maxsize=1)
def _routes() -> dict[str, list[_Route]]:
    routes: dict[str, list[_Route]] = {}
    for name in model().operation_names:
        http = model().operation_model(name).http
        fixed, _, query = http["requestUri"].partition("?")
        path = re.sub(
            r"\\\{(\w+)(\\\+)?\\\}",
            lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})",
            re.escape(fixed),
        )
        route = _Route(re.compile(path.rstrip("/") + "/?"), parse_qs(query), name)
        routes.setdefault(http["method"], []).append(route)
    for found in routes.values():
        found.sort(key=lambda route: not route.query)  # the narrower first
    return routes


@lru_cache(maxsize=1024)
def match(method: str, raw_path: str, query: str = "") -> Match | None:
    """The operation of a request, from its method, its still percent-encoded path and its query string."""
    for route in _routes().get(method, []):
        if (found := route.path.fullmatch(raw_path)) and _asks(query, route.query):
            labels = {label: unquote(value) for label, value in found.groupdict().items()}
            return Match(route.operation, labels)
    return None


def _asks(query: str, wanted: Mapping[str, list[str]]) -> bool:
    if not wanted:
        return True
    sent = parse_qs(query, keep_blank_values=True)
    return all(sent.get(key) == values for key, values in wanted.items())


def parse(found: Match, query: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The input members of an operation. Header names are lower case. Raises InvalidRequestContent."""
    payload, members = _inputs(found.operation)
    sent = parse_qs(query, keep_blank_values=True) if query else {}
    parameters: dict[str, Any] = {}
    content: Any = {}
    if payload is None and body.strip():
        try:
            content = json.loads(body)
        except ValueError:
            raise InvalidRequestContent(
                "Could not parse request body into json: " + _complaint(body)
            ) from None
        if not isinstance(content, dict):
            raise InvalidRequestContent("Could not parse request body into json: an object is expected")
    for name, location, wire, member in members:
        value: Any = None
        if name == payload:
            value = body
        elif location == "uri":
            value = found.labels.get(wire)
        elif location == "querystring":
            values = sent.get(wire)
            value = values if member.type_name == "list" else (values[0] if values else None)
        elif location == "header":
            value = headers.get(wire)
        elif location is None:
            value = content.get(wire)
        if value is not None:
            parameters[name] = _decode(member, value, location)
    return parameters


@lru_cache(maxsize=256)
def _inputs(operation: str) -> tuple[str | None, list[tuple[str, str | None, str, Any]]]:
    """The member of an operation that is its body, and of each member the name, the place, and the name there."""
    shape = model().operation_model(operation).input_shape
    if shape is None:
        return None, []
    members = []
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        wire = member.serialization.get("name", name)
        members.append((name, location, wire.lower() if location == "header" else wire, member))
    return shape.serialization.get("payload"), members


def shape_output(operation: str, result: Mapping[str, Any]) -> Reply:
    """The answer of an operation that succeeded."""
    described = model().operation_model(operation)
    status = described.http.get("responseCode", 200)
    shape = described.output_shape
    headers = [("Content-Type", "application/json")]
    if shape is None:
        return Reply(status, headers, b"")
    payload = shape.serialization.get("payload")
    body: dict[str, Any] = {}
    blob = b""
    for name, member in shape.members.items():
        value = result.get(name)
        if value is None:
            continue
        location = member.serialization.get("location")
        if location == "statusCode":
            status = int(value)
        elif location == "header":
            headers.append((member.serialization.get("name", name), str(value)))
        elif name == payload:
            blob = value
        else:
            body[name] = _encode(member, value)
    if payload is not None:
        return Reply(status, headers, blob)
    return Reply(status, headers, b"" if status == 204 else json.dumps(body).encode())


def shape_error(error: AwsError) -> Reply:
    """The answer of an operation that failed."""
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", error.code)]
    return Reply(error.status, headers, json.dumps(error.body()).encode())


def _decode(shape: Any, value: Any, location: str | None) -> Any:
    kind = shape.type_name
    if kind == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value)
        except ValueError:
            raise InvalidRequestContent("Could not parse request body into json: not base64") from None
    if location is not None and isinstance(value, str):
        if kind in ("integer", "long"):
            return int(value) if re.fullmatch(r"-?\d+", value) else value
        if kind == "boolean":
            return value.lower() == "true"
    if kind == "structure" and isinstance(value, dict):
        return {
            name: _decode(member, value[wire], None)
            for name, member in shape.members.items()
            if value.get(wire := member.serialization.get("name", name)) is not None
        }
    if kind == "list" and isinstance(value, list):
        return [_decode(shape.member, item, None) for item in value]
    return value


def _encode(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        return {
            member.serialization.get("name", name): _encode(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if shape.type_name == "list":
        return [_encode(shape.member, item) for item in value]
    return value


def _complaint(body: bytes) -> str:
    try:
        json.loads(body)
    except ValueError as error:
        return str(error)
    return ""
