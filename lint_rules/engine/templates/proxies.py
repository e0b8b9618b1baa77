"""Whether an API hands through what a function answers (a proxy integration), or makes the response itself."""

from __future__ import annotations

import re

from lint_rules.engine.templates.model import FunctionSpec

_PROXIES = frozenset({"lambda-proxy", "lambda_proxy", "aws-proxy", "aws_proxy"})
_MAPS = re.compile(r"[\"']?type[\"']?\s*:\s*[\"']?aws[\"']?\s*(?:[,}#]|$)", re.IGNORECASE | re.MULTILINE)
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
