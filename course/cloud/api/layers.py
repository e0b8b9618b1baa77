"""Layers: published in versions, attached to functions in an order in which the later wins.

https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
"""

from __future__ import annotations

import re

from course.cloud import quotas
from course.cloud.api.account import Account
from course.cloud.api.code import Package
from course.cloud.api.description import resolved
from course.cloud.api.noun import Noun, page
from course.cloud.api.stored import LayerVersion, Parameters
from course.cloud.clock import last_modified
from course.cloud.errors import InvalidParameterValue, ResourceNotFound

_ARN = re.compile(
    r"arn:[^:]+:lambda:(?P<region>[^:]+):(?P<account>\d+):layer:(?P<name>[^:]+)(?::(?P<version>\d+))?"
)
_NOT_THERE = "The resource you requested does not exist."


class Layers(Noun):
    """Publish, read, list and delete layer versions."""

    def publish_layer_version(self, parameters: Parameters) -> Parameters:
        account = self._account
        name = layer_name(account, parameters["LayerName"])
        package = account.package(parameters.get("Content") or {})
        members = {
            "Description": parameters.get("Description", ""),
            "LicenseInfo": parameters.get("LicenseInfo"),
            "CompatibleRuntimes": parameters.get("CompatibleRuntimes", []),
            "CompatibleArchitectures": parameters.get("CompatibleArchitectures", []),
        }
        with account.lock:
            number = account.layers_published.get(name, 0) + 1
            account.layers_published[name] = number
            made = LayerVersion(
                layer_arn(account, name, number), number, package, members, account.clock.now()
            )
            account.layers.setdefault(name, {})[number] = made
        return self._describe(name, made)

    def get_layer_version(self, parameters: Parameters) -> Parameters:
        name, number = named(self._account, parameters)
        found = self._account.layers.get(name, {}).get(number)
        if found is None:
            raise ResourceNotFound(_NOT_THERE)
        return self._describe(name, found)

    def get_layer_version_by_arn(self, parameters: Parameters) -> Parameters:
        found = find(self._account, parameters["Arn"])
        if found is None:
            raise ResourceNotFound(_NOT_THERE)
        return self._describe(found.layer_arn.rpartition(":")[2], found)

    def list_layers(self, parameters: Parameters) -> Parameters:
        account = self._account
        found: list[Parameters] = []
        with account.lock:
            for name, versions in sorted(account.layers.items()):
                fitting = [version for version in versions.values() if _fits(version, parameters)]
                if fitting:
                    found.append(
                        {
                            "LayerName": name,
                            "LayerArn": layer_arn(account, name),
                            "LatestMatchingVersion": _short(fitting[-1]),
                        }
                    )
        shown, marker = page(found, parameters, key=lambda one: [one["LayerName"]])
        return {"Layers": shown, "NextMarker": marker}

    def list_layer_versions(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            versions = account.layers.get(layer_name(account, parameters["LayerName"]), {})
            fitting = [_short(version) for version in versions.values() if _fits(version, parameters)]
        shown, marker = page(fitting[::-1], parameters, key=lambda one: [-one["Version"]])
        return {"LayerVersions": shown, "NextMarker": marker}

    def delete_layer_version(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, number = named(account, parameters)
        with account.lock:
            gone = account.layers.get(name, {}).pop(number, None)
            if not account.layers.get(name):
                account.layers.pop(name, None)
        if gone is not None:
            account.forget(gone.arn)
            account.orphan(gone.package)
        return {}

    def _describe(self, name: str, version: LayerVersion) -> Parameters:
        return {
            **_short(version),
            "LayerArn": version.layer_arn,
            "Content": {
                "CodeSha256": version.package.sha256,
                "CodeSize": version.package.size,
                "Location": f"{self._account.endpoint}/_layer/{name}/{version.number}.zip",
                **resolved(version.package),
            },
        }


def layer_arn(account: Account, name: str, number: int | None = None) -> str:
    """The ARN of a layer or of one of its versions."""
    suffix = f":{number}" if number is not None else ""
    return f"arn:aws:lambda:{account.region}:{account.number}:layer:{name}{suffix}"


def layer_name(account: Account, reference: str) -> str:
    """The name in a `LayerName`, which may be an ARN. Raises ResourceNotFound for other accounts and Regions."""
    found = _ARN.fullmatch(reference)
    if found is None:
        return reference
    if (found["region"], found["account"]) != (account.region, account.number):
        raise ResourceNotFound(_NOT_THERE)
    return found["name"]


def find(account: Account, arn: str) -> LayerVersion | None:
    """A layer version of this account by its ARN."""
    found = _ARN.fullmatch(arn)
    if found is None or (found["region"], found["account"]) != (account.region, account.number):
        return None
    with account.lock:
        return account.layers.get(found["name"], {}).get(int(found["version"] or 0))


def attached(account: Account, arns: list[str]) -> tuple[LayerVersion, ...]:
    """The layers that a function asks for, in its order. Raises InvalidParameterValue."""
    if len(arns) > quotas.LAYERS:
        raise InvalidParameterValue(f"Cannot reference more than {quotas.LAYERS} layers.")
    made: list[LayerVersion] = []
    for arn in arns:
        parts = _ARN.fullmatch(arn)
        if parts is not None and parts["region"] != account.region:
            raise InvalidParameterValue(
                "Layers are not in the same region as the function. "
                f"Layers are expected to be in region {account.region}."
            )
        same = next((other.arn for other in made if other.layer_arn == arn.rpartition(":")[0]), None)
        if same is not None:
            raise InvalidParameterValue(
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{same} and {arn} are versions of the same layer."
            )
        found = find(account, arn)
        if found is None:
            raise InvalidParameterValue(f"Layer version {arn} does not exist.")
        made.append(found)
    return tuple(made)


def check_size(package: Package, layers: tuple[LayerVersion, ...]) -> None:
    """Raises InvalidParameterValue if code and layers together are larger, unpacked, than Lambda allows."""
    total = package.unzipped + sum(layer.package.unzipped for layer in layers)
    if total > quotas.UNZIPPED:
        raise InvalidParameterValue(
            f"Function code combined with layers exceeds the maximum allowed size of {quotas.UNZIPPED} bytes. "
            f"The actual size is {total} bytes."
        )


def named(account: Account, parameters: Parameters) -> tuple[str, int]:
    """Name and number in `LayerName` and `VersionNumber`. Raises InvalidParameterValue for a number below 1."""
    number = int(parameters["VersionNumber"])
    if number < 1:
        raise InvalidParameterValue("Layer Version Cannot be less than 1")
    return layer_name(account, parameters["LayerName"]), number


def _short(version: LayerVersion) -> Parameters:
    return {
        "LayerVersionArn": version.arn,
        "Version": version.number,
        "CreatedDate": last_modified(version.created),
        **version.members,
    }


def _fits(version: LayerVersion, parameters: Parameters) -> bool:
    return all(
        wanted is None or wanted in (version.members[member] or [])
        for member, wanted in (
            ("CompatibleRuntimes", parameters.get("CompatibleRuntime")),
            ("CompatibleArchitectures", parameters.get("CompatibleArchitecture")),
        )
    )
