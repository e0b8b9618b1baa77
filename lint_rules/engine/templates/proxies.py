"""Whether an API hands through what a function answers (a proxy integration), or makes the response itself."""

from __future__ import annotations

import re

from lint_rules.engine.regex import regex
from lint_rules.engine.templates.model import FunctionSpec, Value

_PROXIES = frozenset({"lambda-proxy", "lambda_proxy", "aws-proxy", "aws_proxy"})
_MAPS = regex(r"[\"']?type[\"']?\s*:\s*[\"']?aws[\"']?\s*(?:[,}#]|$)", re.IGNORECASE | re.MULTILINE)
"""An integration in an OpenAPI document that hands nothing through."""


def is_mapped(spec: FunctionSpec) -> bool:
    """Whether an API maps what the function answers, and does not hand it through, or may do so."""
    template = spec.template
    for event in spec.events:
        integration = event.settings.value("Integration")
        if not integration.absent and str(integration.value).lower() not in _PROXIES:
            return True
        api = template.resources.get(next(iter(event.settings.refers_to("RestApiId")), ""))
        own = api is not None and not api.first("DefinitionBody", "DefinitionUri").absent
        if own and ("aws_proxy" not in template.text.lower() or _MAPS.search(template.text)):
            return True
    return any(
        spec.logical_id in template.functions_named(part.properties, "Uri")
        and part.value("Type").value == "AWS"
        for found in template.of("AWS::ApiGateway::Method")
        for part in found.maps("Integration")
    )


def payload_versions(spec: FunctionSpec) -> frozenset[str]:
    """The formats of the events in which requests of HTTP come, "1.0" or "2.0"; empty where one is not known.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    found: set[object] = set()
    template = spec.template
    for event in spec.events:
        if event.kind in ("Api", "ALB"):
            found.add("1.0")
        elif event.kind == "HttpApi":
            written = event.settings.value("PayloadFormatVersion")
            open_ = template.kind == "serverless" and "payload" in template.text
            api = template.resources.get(next(iter(event.settings.refers_to("ApiId")), ""))
            documented = api is not None and not api.first("DefinitionBody", "DefinitionUri").absent
            found.add(None if open_ or documented else "2.0" if written.absent else _version(written))
    if not spec.value("FunctionUrlConfig").absent:
        found.add("2.0")
    for made in template.of("AWS::ApiGatewayV2::Integration"):
        if spec.logical_id in template.functions_named(made.properties, "IntegrationUri"):
            api = template.resources.get(next(iter(made.refers_to("ApiId")), ""))
            plain = api is None or api.value("ProtocolType").value == "HTTP"
            written = made.value("PayloadFormatVersion")
            found.add(None if not plain else "1.0" if written.absent else _version(written))
    for made in template.of("AWS::Lambda::Url"):
        if spec.logical_id in template.functions_named(made.properties, "TargetFunctionArn"):
            found.add("2.0")
    for made in template.of("AWS::ApiGateway::Method"):
        for part in made.maps("Integration"):
            if spec.logical_id in template.functions_named(part.properties, "Uri"):
                found.add("1.0" if part.value("Type").value == "AWS_PROXY" else None)
    return frozenset() if None in found else frozenset(str(version) for version in found)


def _version(written: Value) -> str | None:
    known = str(written.value)
    return known if known in ("1.0", "2.0") else None
