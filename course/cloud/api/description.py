"""A function as the API's answers show it.

https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
"""

from __future__ import annotations

from typing import Any

from course.cloud import quotas
from course.cloud.api.code import Package
from course.cloud.api.stored import LATEST, Parameters, Version
from course.cloud.clock import last_modified

_STATE = ("State", "LastUpdateStatus", "RuntimeVersionConfig")
"""What lists leave out: https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html"""


def describe(name: str, version: Version, arn: str, region: str) -> Parameters:
    """A FunctionConfiguration. It is active at once: this cloud has nothing to prepare."""
    configuration = version.configuration
    answer: Parameters = {
        "FunctionName": name,
        "FunctionArn": arn,
        "CodeSize": version.package.size,
        "CodeSha256": version.package.sha256,
        "LastModified": last_modified(version.modified),
        "RevisionId": version.revision,
        "Version": version.number,
        "PackageType": "Zip",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": quotas.EPHEMERAL_STORAGE_MIN},
        "RuntimeVersionConfig": {
            "RuntimeVersionArn": f"arn:aws:lambda:{region}::runtime:{configuration['Runtime']}"
        },
        **configuration,
        "LoggingConfig": logging(name, version),
        "SnapStart": snap_start(version),
    }
    if version.layers:
        answer["Layers"] = [{"Arn": layer.arn, "CodeSize": layer.package.size} for layer in version.layers]
    return answer


def listed(name: str, version: Version, arn: str, region: str) -> Parameters:
    """A FunctionConfiguration as lists show it."""
    described = describe(name, version, arn, region)
    return {member: value for member, value in described.items() if member not in _STATE}


def place(shown: Parameters) -> list[Any]:
    """Where a configuration stands among all: by name, then $LATEST and the versions as they were numbered."""
    version = shown["Version"]
    return [shown["FunctionName"], int(version) if version.isdecimal() else 0]


def resolved(package: Package) -> Parameters:
    """The object that the code is read from, where Lambda has no copy of its own."""
    if package.reference is None:
        return {}
    bucket, key, version = package.reference
    return {"ResolvedS3Object": {"S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": version}}


def logging(name: str, version: Version) -> Parameters:
    """The LoggingConfig with its defaults; levels belong to JSON only."""
    own = version.configuration.get("LoggingConfig") or {}
    group = own.get("LogGroup") or f"/aws/lambda/{name}"
    if own.get("LogFormat", "Text") != "JSON":
        return {"LogFormat": "Text", "LogGroup": group}
    return {
        "LogFormat": "JSON",
        "LogGroup": group,
        "ApplicationLogLevel": own.get("ApplicationLogLevel", "INFO"),
        "SystemLogLevel": own.get("SystemLogLevel", "INFO"),
    }


def snap_start(version: Version) -> Parameters:
    """The SnapStart answer: snapshots are of published versions."""
    apply_on = (version.configuration.get("SnapStart") or {}).get("ApplyOn", "None")
    on = apply_on == "PublishedVersions" and version.number != LATEST
    return {"ApplyOn": apply_on, "OptimizationStatus": "On" if on else "Off"}
