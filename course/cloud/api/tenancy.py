"""Tenant isolation: every invocation names a tenant, and an environment only ever serves one of them.

The mode is chosen when a function is created and stays. What needs environments before it knows for whom does not go
with it. https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html
"""

from __future__ import annotations

from dataclasses import replace

from course.cloud.api.stored import Parameters
from course.cloud.errors import InvalidParameterValue
from course.cloud.model import Function

_WITHOUT = (
    "The invoked function is enabled with tenancy configuration. "
    "Add a valid tenant ID in your request and try again."
)
_NEEDLESS = (
    "The invoked function is not enabled with tenancy configuration. "
    "Remove the tenant ID from your request and try again."
)


def for_tenant(function: Function, tenant: str | None) -> Function:
    """The function as it runs for the tenant of a request. Raises InvalidParameterValue for a tenant that is missing,
    or named to a function without tenants."""
    if function.per_tenant and not tenant:
        raise InvalidParameterValue(_WITHOUT)
    if tenant and not function.per_tenant:
        raise InvalidParameterValue(_NEEDLESS)
    return replace(function, tenant=tenant) if tenant else function


def refuse(configuration: Parameters, feature: str) -> None:
    """Raises InvalidParameterValue if the configuration isolates tenants, which does not go with `feature`."""
    if configuration.get("TenancyConfig"):
        raise InvalidParameterValue(f"{feature} is not supported for functions with tenancy configuration.")


def check(configuration: Parameters) -> None:
    """Raises InvalidParameterValue for SnapStart: a snapshot is taken before there is a tenant."""
    if (configuration.get("SnapStart") or {}).get("ApplyOn", "None") != "None":
        refuse(configuration, "SnapStart")
