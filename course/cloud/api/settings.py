"""The parts of a function's configuration that Lambda checks itself, after its model."""

from __future__ import annotations

import json
from typing import Any

from course.cloud import quotas
from course.cloud.errors import InvalidParameterValue, NotOffered, ValidationFailed

_VARIABLES = (
    "Lambda was unable to configure your environment variables "
    "because the environment variables you have provided"
)


def check(parameters: dict[str, Any]) -> None:
    """Raises InvalidParameterValue, ValidationFailed, or NotOffered for a runtime that only AWS has."""
    if (runtime := parameters.get("Runtime")) is not None:
        _check_runtime(runtime)
    # The model's limits are those of managed instances, which are higher.
    if parameters.get("Timeout", 0) > quotas.TIMEOUT_MAX:
        raise ValidationFailed(
            f"1 validation error detected: Value '{parameters['Timeout']}' at 'timeout' failed to satisfy "
            f"constraint: Member must have value less than or equal to {quotas.TIMEOUT_MAX}"
        )
    if parameters.get("MemorySize", 0) > quotas.MEMORY_MAX:
        raise ValidationFailed(
            "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to "
            f"{quotas.MEMORY_MAX}"
        )
    _check_variables((parameters.get("Environment") or {}).get("Variables") or {})


def _check_runtime(runtime: str) -> None:
    if runtime in quotas.PYTHON_RUNTIMES:
        return
    if runtime in quotas.BLOCKED_RUNTIMES:
        raise InvalidParameterValue(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda "
            "functions. We recommend you use a supported runtime while creating or updating functions."
        )
    if runtime in quotas.RUNTIMES:
        raise NotOffered(
            f"The runtime {runtime} is not offered by this cloud; it runs {', '.join(quotas.PYTHON_RUNTIMES)}."
        )
    raise InvalidParameterValue(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
        f"[{', '.join(quotas.RUNTIMES)}] or be a valid ARN"
    )


def _check_variables(variables: dict[str, str]) -> None:
    reserved = [key for key in variables if key in quotas.RESERVED_VARIABLES]
    if reserved:
        raise InvalidParameterValue(
            f"{_VARIABLES} contains reserved keys that are currently not supported for modification. Reserved "
            f"keys used in this request: {', '.join(reserved)}"
        )
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > quotas.ENVIRONMENT_VARIABLES:
        raise InvalidParameterValue(f"{_VARIABLES} exceeded the 4KB limit. String measured: {measured}")
