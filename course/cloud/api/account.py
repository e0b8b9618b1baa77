"""The Lambda state of one account and Region, and how requests name parts of it.

The nouns beside this file read and change it under `lock`. Packages that went out of use stay on disk for as long
as an invocation may still run from them.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar, cast

from course.cloud import quotas
from course.cloud.api.code import Package, unpack
from course.cloud.api.limits import Limits
from course.cloud.api.mapping import Sources
from course.cloud.api.names import Reference, resolve
from course.cloud.api.stored import LATEST, LayerVersion, Parameters, Stored, Version
from course.cloud.clock import Clock
from course.cloud.errors import (
    CodeStorageExceeded,
    InvalidParameterValue,
    PreconditionFailed,
    ResourceNotFound,
)
from course.cloud.iam.rights import EVERY_RIGHT, Rights
from course.cloud.model import Function

T = TypeVar("T")
_RETIRED = quotas.TIMEOUT_MAX + 2 * quotas.INIT_TIMEOUT
"""Seconds after which nobody can still run from code that was replaced."""


class Neighbours(Protocol):
    """What the Lambda service asks of other services."""

    def check_role(self, arn: str, function_arn: str = "") -> None:
        """Raises InvalidParameterValue if Lambda cannot assume the role for that function."""
        ...

    def read_object(self, bucket: str, key: str, version: str | None) -> bytes:
        """The bytes of an S3 object. Raises InvalidParameterValue with S3's complaint."""
        ...

    def check_network(self, subnets: list[str], groups: list[str]) -> str:
        """The VPC of the subnets. Raises InvalidParameterValue with EC2's complaint."""
        ...


class Provisioner(Protocol):
    """What provisioned concurrency asks of the engine."""

    def provision(self, function: Function, count: int) -> None:
        """Keep that many environments of a version initialised ahead, in the background; 0 gives them up."""
        ...

    def provisioned(self, arn: str) -> tuple[int, int]:
        """How many environments of that function ARN exist for it, and how many of them wait for work."""
        ...

    def failure(self, arn: str) -> str | None:
        """Why no more environments of that function ARN are started, in Lambda's words; None if nothing failed."""
        ...


class Account:
    """Functions and layers. `changed` is told the ARN whose warm environments are out of date."""

    def __init__(
        self,
        region: str,
        number: str,
        clock: Clock,
        new_id: Callable[[], str],
        chance: random.Random,
        neighbours: Neighbours,
        changed: Callable[[str], None],
    ) -> None:
        self.region = region
        self.number = number
        self.clock = clock
        self.new_id = new_id
        self.chance = chance
        self.neighbours = neighbours
        self.changed = changed
        self.endpoint = ""
        self.limits = Limits()
        self.shares_changed: Callable[[], None] = _nothing
        """Called after a reserved or provisioned concurrency came, changed or went."""
        self.provisioner: Provisioner | None = None
        self.sources: Sources | None = None
        self.rights: Rights = EVERY_RIGHT
        self.lock = threading.RLock()
        self.functions: dict[str, Stored] = {}
        self.layers: dict[str, dict[int, LayerVersion]] = {}
        """Layer versions by name and number."""
        self.layers_published: dict[str, int] = {}
        self._shelves: dict[type, dict[str, Any]] = {}
        self._retired: list[tuple[float, Package]] = []
        self._orphans: list[Package] = []

    def arn(self, name: str, qualifier: str | None = None) -> str:
        """The ARN of a function, or of one of its qualifiers."""
        suffix = f":{qualifier}" if qualifier else ""
        return f"arn:aws:lambda:{self.region}:{self.number}:function:{name}{suffix}"

    def resolve(self, parameters: Parameters) -> Reference:
        """What `FunctionName` and `Qualifier` name together."""
        reference = parameters["FunctionName"]
        return resolve(reference, parameters.get("Qualifier"), region=self.region, account=self.number)

    def function(self, name: str, qualifier: str | None = None) -> Stored:
        """The function. Raises ResourceNotFound, which then names the qualifier too."""
        with self.lock:
            stored = self.functions.get(name)
        if stored is None:
            raise ResourceNotFound(f"Function not found: {self.arn(name, qualifier)}")
        return stored

    def version(self, stored: Stored, number: str) -> Version:
        """A version by its number. Raises ResourceNotFound."""
        found = stored.latest if number == LATEST else stored.versions.get(number)
        if found is None:
            raise ResourceNotFound(f"Function not found: {self.arn(stored.name, number)}")
        return found

    def shelf(self, kind: type[T]) -> dict[str, T]:
        """What one noun keeps for resources other than functions, by ARN."""
        return cast("dict[str, T]", self._shelves.setdefault(kind, {}))

    def forget(self, arn: str) -> None:
        """Take what belongs to an ARN from every shelf."""
        with self.lock:
            for shelf in self._shelves.values():
                shelf.pop(arn, None)

    def check_revision(
        self, given: str | None, current: str | None, call: str = "GetFunction/GetAlias"
    ) -> None:
        """Raises PreconditionFailed if a revision was given and is not the current one."""
        if given is not None and given != current:
            raise PreconditionFailed(
                "The Revision Id provided does not match the latest Revision Id. "
                f"Call the {call} API to retrieve the latest Revision Id"
            )

    def package(self, code: Parameters, others: int = 0) -> Package:
        """Unpack what a `Code` or `Content` member names; `others` bytes of layers count with it."""
        if (data := code.get("ZipFile")) is not None:
            made = unpack(data, uploaded=True)
        elif code.get("S3Bucket") and code.get("S3Key"):
            data = self.neighbours.read_object(code["S3Bucket"], code["S3Key"], code.get("S3ObjectVersion"))
            made = unpack(data, uploaded=False)
            if code.get("S3ObjectStorageMode") == "REFERENCE":
                made = replace(made, reference=_referenced(code, made))
        elif code.get("ImageUri"):
            raise InvalidParameterValue(
                "Please don't provide ImageUri when updating a function with packageType Zip."
            )
        else:
            raise InvalidParameterValue("Please provide a source for function code.")
        try:
            self.check_storage(made)
        except CodeStorageExceeded:
            made.discard()
            raise
        return made

    def check_storage(self, package: Package) -> None:
        """Raises CodeStorageExceeded if there is no room for one more copy of a package."""
        if self.code_storage() + package.stored > self.limits.code_storage:
            raise CodeStorageExceeded("Code storage limit exceeded.")

    def code_storage(self) -> int:
        """Bytes of all zips that Lambda keeps: every version of functions and layers counts, $LATEST included."""
        with self.lock:
            functions = sum(
                version.package.stored for stored in self.functions.values() for version in stored.every()
            )
            return functions + sum(
                layer.package.stored for versions in self.layers.values() for layer in versions.values()
            )

    def retire(self, *packages: Package) -> None:
        """Remove packages from disk once nothing can run from them any more."""
        now = self.clock.monotonic()
        with self.lock:
            kept = {
                version.package.folder for stored in self.functions.values() for version in stored.every()
            }
            mine = {package.folder: package for package in packages if package.folder not in kept}
            self._retired += [(now, package) for package in mine.values()]
            gone = [package for since, package in self._retired if since <= now - _RETIRED]
            self._retired = [pair for pair in self._retired if pair[0] > now - _RETIRED]
        for package in gone:
            package.discard()

    def orphan(self, package: Package) -> None:
        """Keep the package of a deleted layer version: functions that use it go on running."""
        with self.lock:
            self._orphans.append(package)

    def clear(self) -> None:
        """Forget everything and remove all code."""
        with self.lock:
            packages = [version.package for stored in self.functions.values() for version in stored.every()]
            packages += [layer.package for versions in self.layers.values() for layer in versions.values()]
            packages += [package for _, package in self._retired] + self._orphans
            self.functions.clear()
            self.layers.clear()
            self.layers_published.clear()
            self._shelves.clear()
            self._retired.clear()
            self._orphans.clear()
            self.limits.clear()
        self.shares_changed()
        for package in {package.folder: package for package in packages}.values():
            package.discard()


def _referenced(code: Parameters, made: Package) -> tuple[str, str, str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-self-managed-storage.html"""
    if not code.get("S3ObjectVersion"):
        made.discard()
        raise InvalidParameterValue(
            "S3ObjectVersion is required when S3ObjectStorageMode is REFERENCE. Enable versioning on the bucket."
        )
    return code["S3Bucket"], code["S3Key"], code["S3ObjectVersion"]


def _nothing() -> None:
    return
