"""A permission: who may invoke a function."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.templates.model import Template, Value
from lint_rules.engine.templates.resource import Resource
from lint_rules.engine.typed import NamedTuple


class Permission(NamedTuple):
    """A statement of a function's resource policy, as AddPermission takes it. `functions` are logical ids.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    """

    logical_id: str
    functions: tuple[str, ...]
    action: Value
    principal: Value
    source_arn: Value
    source_account: Value
    organization: Value
    url_auth: Value
    resource: Resource

    @classmethod
    def all_in(cls, template: Template) -> Iterator[Permission]:
        """The permissions that the template writes; those that SAM adds by itself are right and left out."""
        for found in template.of("AWS::Lambda::Permission"):
            yield cls(
                logical_id=found.logical_id,
                functions=tuple(template.functions_named(found.properties, "FunctionName")),
                action=found.value("Action"),
                principal=found.value("Principal"),
                source_arn=found.value("SourceArn"),
                source_account=found.value("SourceAccount"),
                organization=found.value("PrincipalOrgID"),
                url_auth=found.value("FunctionUrlAuthType"),
                resource=found,
            )
