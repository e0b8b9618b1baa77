"""The environment variables of a function whose values a template writes out, rather than refer to them."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import Map, Scalar
from lint_rules.engine.templates.model import FunctionSpec


def written_variables(function: FunctionSpec) -> Iterator[tuple[str, str, Span]]:
    """The variables, each with its value and where that stands."""
    environment = function.properties.get("Environment")
    variables = environment.get("Variables") if isinstance(environment, Map) else None
    for key, value in variables.items() if isinstance(variables, Map) else ():
        if isinstance(value, Scalar) and isinstance(value.value, str):
            yield key.text, value.value, value.span
