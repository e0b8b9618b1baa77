"""A route of an API: the method and path that reach a function."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple

_DEEPEST = 40


class Route(NamedTuple):
    """`method` is in capitals, "ANY" for all; `path` begins with a slash, and is empty for a WebSocket route,
    whose key is the method. `api` and `function` are logical ids, empty where the template does not tell.
    `auth` is the authorizer or the kind of authorization."""

    logical_id: str
    api: str
    function: str
    method: Value
    path: Value
    auth: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Route]:
        """The routes of functions' events, then those that stand alone."""
        for function in template.functions:
            for event in function.events:
                found = event.settings
                if found.kind in ("Api", "HttpApi"):
                    api = (*found.refers_to("RestApiId"), *found.refers_to("ApiId"), "")[0]
                    method, path = found.value("Method"), found.value("Path")
                    if method.absent and path.absent:
                        method, path = method._replace(state="known", value="ANY"), _with(path, "/$default")
                    auth = found.chosen("Auth", "Authorizer")
                    yield cls(
                        found.logical_id,
                        api,
                        function.logical_id,
                        _capitals(method),
                        _slashed(path),
                        auth,
                        found,
                    )
        for found in template.of("AWS::ApiGatewayV2::Route"):
            yield cls._second(template, found)
        for found in template.of("AWS::ApiGateway::Method"):
            yield cls._first(template, found)

    @classmethod
    def _second(cls, template: Template, found: Resource) -> Route:
        key = found.value("RouteKey")
        words = key.value.split(None, 1) if isinstance(key.value, str) else []
        method = _with(key, words[0] if len(words) == 2 else "ANY" if key.value == "$default" else key.value)
        path = _with(key, words[1] if len(words) == 2 else "/$default" if key.value == "$default" else "")
        functions = [
            name
            for integration in found.refers_to("Target")
            if (made := template.resources.get(integration)) is not None
            for name in template.functions_named(made.properties, "IntegrationUri")
        ]
        return cls(
            logical_id=found.logical_id,
            api=(*found.refers_to("ApiId"), "")[0],
            function=functions[0] if functions else "",
            method=_capitals(method),
            path=path,
            auth=found.first("AuthorizerId", "AuthorizationType"),
            resource=found,
        )

    @classmethod
    def _first(cls, template: Template, found: Resource) -> Route:
        parts = found.maps("Integration")
        functions = [name for part in parts for name in template.functions_named(part.properties, "Uri")]
        return cls(
            logical_id=found.logical_id,
            api=(*found.refers_to("RestApiId"), "")[0],
            function=functions[0] if functions else "",
            method=_capitals(found.value("HttpMethod")),
            path=_path(template, found),
            auth=found.first("AuthorizerId", "AuthorizationType"),
            resource=found,
        )


def _path(template: Template, method: Resource) -> Value:
    """The path of a REST method, put together from the resources above it."""
    place = method.value("ResourceId")
    above = method.refers_to("ResourceId")
    steps: list[str] = []
    for _ in range(_DEEPEST):
        step = template.resources.get(above[0]) if above else None
        if step is None or step.kind != "AWS::ApiGateway::Resource":
            break
        part = step.value("PathPart")
        if not isinstance(part.value, str):
            return place
        steps.insert(0, part.value)
        above = step.refers_to("ParentId")
    known_root = step is not None and step.kind in ("AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
    return _with(place, "/" + "/".join(steps)) if known_root else place


def _with(value: Value, text: object) -> Value:
    return value._replace(state="known", value=text) if isinstance(text, str) else value


def _capitals(value: Value) -> Value:
    if not isinstance(value.value, str):
        return value
    return value._replace(
        value="ANY" if value.value in ("*", "x-amazon-apigateway-any-method") else value.value.upper()
    )


def _slashed(value: Value) -> Value:
    return _with(value, "/" + value.value.lstrip("/")) if isinstance(value.value, str) else value
