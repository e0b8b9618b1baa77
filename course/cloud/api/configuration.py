"""A function's configuration members: how a request changes them.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
"""

from __future__ import annotations

from course.cloud import quotas
from course.cloud.api.account import Neighbours
from course.cloud.api.stored import Parameters
from course.cloud.errors import InvalidParameterValue

_KEPT = (
    *("Handler", "Runtime", "Role", "Description", "Timeout", "MemorySize", "VpcConfig", "DeadLetterConfig"),
    *("Environment", "KMSKeyArn", "TracingConfig", "FileSystemConfigs", "ImageConfig", "EphemeralStorage"),
    *("SnapStart", "LoggingConfig", "TenancyConfig"),
)
"""The members that are kept; those not treated below are kept as they were sent."""


def start(parameters: Parameters, neighbours: Neighbours) -> Parameters:
    """The configuration of a new function."""
    defaults: Parameters = {
        "Timeout": quotas.TIMEOUT_DEFAULT,
        "MemorySize": quotas.MEMORY_DEFAULT,
        "Description": "",
        "Architectures": parameters.get("Architectures", ["x86_64"]),
    }
    return change(defaults, parameters, neighbours)


def change(old: Parameters, parameters: Parameters, neighbours: Neighbours) -> Parameters:
    """The configuration after an update. Raises InvalidParameterValue."""
    new = {**old, **{member: parameters[member] for member in _KEPT if member in parameters}}
    if "VpcConfig" in parameters:
        new["VpcConfig"] = _network(parameters["VpcConfig"], neighbours)
    if "LoggingConfig" in parameters:
        new["LoggingConfig"] = _logging(old.get("LoggingConfig") or {}, parameters["LoggingConfig"])
    if not (new.get("DeadLetterConfig") or {}).get("TargetArn"):
        new.pop("DeadLetterConfig", None)
    if not new.get("KMSKeyArn"):
        new.pop("KMSKeyArn", None)
    return new


def _network(asked: Parameters, neighbours: Neighbours) -> Parameters:
    subnets, groups = asked.get("SubnetIds") or [], asked.get("SecurityGroupIds") or []
    return {
        "SubnetIds": subnets,
        "SecurityGroupIds": groups,
        "VpcId": neighbours.check_network(subnets, groups) if subnets or groups else "",
        "Ipv6AllowedForDualStack": bool(asked.get("Ipv6AllowedForDualStack", False)),
    }


def _logging(old: Parameters, asked: Parameters) -> Parameters:
    new = {**old, **asked}
    if new.get("LogFormat", "Text") == "JSON":
        return new
    if "ApplicationLogLevel" in asked or "SystemLogLevel" in asked:
        raise InvalidParameterValue(
            'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or '
            'change the LogFormat to "Json" and try again.'
        )
    return {member: value for member, value in new.items() if not member.endswith("LogLevel")}
