"""The operation that a request to a service of AWS names, as botocore's description of the service calls it.

Services with one path for everything say it: in a header, in the path or in the form. REST services do not; their
operation follows from method, path, query and headers. What no description knows is named by method and path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

_RPC = re.compile(r"/service/\w+/operation/(\w+)")
_FORM = re.compile(r"(?:^|&)Action=(\w+)")
_ELSEWHERE = {"elasticfilesystem": ("efs",), "aps": ("amp",)}
"""What botocore calls services that are neither called as they are signed nor that with `v2` behind it."""
_PUBLIC = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]+)\.(?:s3[.-]|localhost\b)")


def operation(service: str, environ: Mapping[str, Any], path: str, form: str = "") -> str:
    """Its name, like "PutItem", or "GET /path".

    `service` is the name that the request is signed for, `path` still percent-encoded, `form` the body if it is one.
    """
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if path.startswith("/service/") and (found := _RPC.fullmatch(path)):
        return found[1]
    query = environ.get("QUERY_STRING", "")
    if found := _FORM.search(form) or _FORM.search(query):
        return found[1]
    if service == "s3" and (hosted := _PUBLIC.match(environ.get("HTTP_HOST", ""))):
        path = f"/{hosted['bucket']}{path}"
    headers = frozenset(name for name in _told(service) if name in environ)
    return _rest(service, environ["REQUEST_METHOD"], path, query, headers)


class _Route(NamedTuple):
    path: re.Pattern[str]
    query: frozenset[tuple[str, str]]
    asked: frozenset[str]
    """Names of the query that must be there."""
    headers: frozenset[str]
    name: str


@lru_cache(maxsize=4096)
def _rest(service: str, method: str, path: str, query: str, headers: frozenset[str]) -> str:
    sent = parse_qsl(query, keep_blank_values=True)
    pairs, names = frozenset(sent), {name for name, _ in sent}
    fits = [
        route
        for route in _routes(service).get(method, ())
        if route.query <= pairs
        and route.asked <= names
        and route.headers <= headers
        and route.path.fullmatch(path)
    ]
    if not fits:
        return f"{method} {path}"
    # The one that asks for most; of equals the one with the plainer path, as /a/b before /a/{name}.
    return max(
        fits, key=lambda route: (len(route.query) + len(route.asked) + len(route.headers), -_open(route))
    ).name


def _open(route: _Route) -> int:
    return route.path.pattern.count("[^/]") + 2 * route.path.pattern.count(".+")


@lru_cache(maxsize=64)
def _told(service: str) -> frozenset[str]:
    """The headers, as WSGI names them, by which operations of a service are told apart."""
    return frozenset(
        header for routes in _routes(service).values() for route in routes for header in route.headers
    )


@lru_cache(maxsize=64)
def _routes(service: str) -> dict[str, list[_Route]]:
    found: dict[str, list[_Route]] = {}
    for model in _models(service):
        for name in model.operation_names:
            known = model.operation_model(name)
            if (method := known.http.get("method")) and not known.deprecated:
                found.setdefault(method, []).append(_route(known))
    return found


def _models(service: str) -> Iterable[Any]:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    loader = Loader()
    names = (service, f"{service}v2", *_ELSEWHERE.get(service, ()))
    known = loader.list_available_services("service-2")
    for name in names:
        if name in known:
            model = ServiceModel(loader.load_service_model(name, "service-2"), name)
            if str(model.metadata.get("protocol", "")).startswith("rest"):
                yield model


def _route(known: Any) -> _Route:
    fixed, _, query = known.http["requestUri"].partition("?")
    path = re.sub(
        r"\\\{[^{}]+?(\\\+)?\\\}", lambda found: ".+" if found[1] else "[^/]+", re.escape(fixed.rstrip("/"))
    )
    asked, headers = set(), set()
    shape = known.input_shape
    for member in shape.required_members if shape else ():
        serialization = shape.members[member].serialization
        wire = str(serialization.get("name", member))
        if serialization.get("location") == "querystring":
            asked.add(wire)
        elif serialization.get("location") == "header":
            headers.add("HTTP_" + wire.upper().replace("-", "_"))
    pairs = frozenset(parse_qsl(query, keep_blank_values=True))
    return _Route(re.compile(path + "/?"), pairs, frozenset(asked), frozenset(headers), known.name)
