"""The URL of a function, by which it can be invoked without an API."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class FunctionUrl(NamedTuple):
    """`function` is the logical id of the function, empty where it is of another template; `auth` is "AWS_IAM" or
    "NONE".

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """

    function: str
    auth: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[FunctionUrl]:
        """Those of functions that say so themselves, then those that are resources of their own."""
        for function in template.functions:
            for own in function.resource.maps("FunctionUrlConfig"):
                yield cls(function.logical_id, own.value("AuthType"), own)
        for found in template.of("AWS::Lambda::Url"):
            named = template.functions_named(found.properties, "TargetFunctionArn")
            yield cls((*named, "")[0], found.value("AuthType"), found)
