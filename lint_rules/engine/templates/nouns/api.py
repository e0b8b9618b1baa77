"""An HTTP interface: API Gateway's three kinds, and function URLs."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple

_KINDS = {
    "AWS::Serverless::Api": "rest",
    "AWS::ApiGateway::RestApi": "rest",
    "AWS::Serverless::HttpApi": "http",
    "AWS::Serverless::WebSocketApi": "websocket",
    "AWS::ApiGatewayV2::Api": "http",
    "AWS::Lambda::Url": "url",
}


class Api(NamedTuple):
    """`kind` is "rest", "http", "websocket" or "url"; `auth` what guards it as a whole: the default
    authorizer, or a URL's AuthType. An API that SAM makes for events without one is not among them."""

    logical_id: str
    kind: str
    name: Value
    auth: Value
    cors: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Api]:
        """The APIs that the template makes."""
        for found in template.of(*_KINDS):
            kind = _KINDS[found.kind]
            if found.value("ProtocolType").value == "WEBSOCKET":
                kind = "websocket"
            yield cls._read(found, kind)
        for function in template.functions:
            for url in function.resource.maps("FunctionUrlConfig"):
                yield cls._read(url, "url")

    @classmethod
    def _read(cls, found: Resource, kind: str) -> Api:
        return cls(
            logical_id=found.logical_id,
            kind=kind,
            name=found.value("Name"),
            auth=found.value("AuthType") if kind == "url" else found.chosen("Auth", "DefaultAuthorizer"),
            cors=found.first("CorsConfiguration", "Cors"),
            resource=found,
        )
