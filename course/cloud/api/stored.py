"""A function as the control plane keeps it, and as its answers show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from course.cloud import quotas
from course.cloud.api.code import Package
from course.cloud.clock import last_modified

Parameters = dict[str, Any]

KEPT = (
    "Handler",
    "Runtime",
    "Role",
    "Description",
    "Timeout",
    "MemorySize",
    "VpcConfig",
    "DeadLetterConfig",
    "Environment",
    "KMSKeyArn",
    "TracingConfig",
    "FileSystemConfigs",
    "ImageConfig",
    "EphemeralStorage",
    "SnapStart",
    "LoggingConfig",
)
"""The members of a configuration that are kept as they were sent."""


@dataclass(frozen=True)
class Stored:
    """A function as it is now. Configuration members are kept under their API names."""

    name: str
    package: Package
    configuration: Parameters
    tags: dict[str, str]
    revision: str
    modified: float


def describe(stored: Stored, arn: str, region: str) -> Parameters:
    """A FunctionConfiguration: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html"""
    configuration = stored.configuration
    group = f"/aws/lambda/{stored.name}"
    answer = {
        "FunctionName": stored.name,
        "FunctionArn": arn,
        "CodeSize": stored.package.size,
        "CodeSha256": stored.package.sha256,
        "LastModified": last_modified(stored.modified),
        "RevisionId": stored.revision,
        "Version": "$LATEST",
        "PackageType": "Zip",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": quotas.EPHEMERAL_STORAGE_MIN},
        "RuntimeVersionConfig": {
            "RuntimeVersionArn": f"arn:aws:lambda:{region}::runtime:{configuration['Runtime']}"
        },
        **configuration,
    }
    answer["LoggingConfig"] = {
        "LogFormat": "Text",
        "LogGroup": group,
        **(configuration.get("LoggingConfig") or {}),
    }
    answer["SnapStart"] = {
        "ApplyOn": (configuration.get("SnapStart") or {}).get("ApplyOn", "None"),
        "OptimizationStatus": "Off",
    }
    return answer
