"""Functions: their code and configuration, created, read, changed, deleted.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and its neighbours.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from course.cloud import quotas
from course.cloud.api.code import Package, unpack
from course.cloud.api.names import Reference, resolve
from course.cloud.api.settings import check
from course.cloud.api.stored import KEPT, Parameters, Stored, describe
from course.cloud.clock import Clock
from course.cloud.errors import (
    InvalidParameterValue,
    NotOffered,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
)
from course.cloud.model import Function


class Neighbours(Protocol):
    """What the Lambda service asks of other services."""

    def check_role(self, arn: str) -> None:
        """Raises InvalidParameterValue if Lambda cannot assume the role."""
        ...

    def read_object(self, bucket: str, key: str, version: str | None) -> bytes:
        """The bytes of an S3 object. Raises InvalidParameterValue with S3's complaint."""
        ...


class Functions:
    """The functions of one account and Region."""

    def __init__(
        self,
        region: str,
        account: str,
        clock: Clock,
        new_id: Callable[[], str],
        neighbours: Neighbours,
        changed: Callable[[str], None],
    ) -> None:
        self.region = region
        self.account = account
        self._clock = clock
        self._new_id = new_id
        self._neighbours = neighbours
        self._changed = changed
        self._stored: dict[str, Stored] = {}
        self._retired: list[Package] = []
        self._lock = threading.RLock()

    # -- operations, by the name botocore gives them ---------------------------------------------------------

    def create_function(self, parameters: Parameters) -> Parameters:
        name = self._resolve(parameters).name
        if parameters.get("PackageType", "Zip") != "Zip":
            raise NotOffered(
                "Container images are not offered by this cloud: it runs zip packages without Docker."
            )
        if not parameters.get("Runtime") or not parameters.get("Handler"):
            raise InvalidParameterValue(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            )
        check(parameters)
        self._neighbours.check_role(parameters["Role"])
        with self._lock:
            if name in self._stored:
                raise ResourceConflict(f"Function already exist: {name}")
        package = self._package(parameters.get("Code") or {})
        configuration = {key: parameters[key] for key in KEPT if key in parameters}
        configuration.setdefault("Timeout", quotas.TIMEOUT_DEFAULT)
        configuration.setdefault("MemorySize", quotas.MEMORY_DEFAULT)
        configuration.setdefault("Description", "")
        configuration["Architectures"] = parameters.get("Architectures", ["x86_64"])
        with self._lock:
            if name in self._stored:
                package.discard()
                raise ResourceConflict(f"Function already exist: {name}")
            made = Stored(
                name,
                package,
                configuration,
                dict(parameters.get("Tags") or {}),
                self._new_id(),
                self._clock.now(),
            )
            self._stored[name] = made
        return self._describe(made)

    def get_function(self, parameters: Parameters) -> Parameters:
        stored = self._find(parameters)
        answer: Parameters = {
            "Configuration": self._describe(stored),
            "Code": {"RepositoryType": "S3", "Location": f"{self.endpoint}/_code/{stored.name}.zip"},
        }
        if stored.tags:
            answer["Tags"] = stored.tags
        return answer

    def get_function_configuration(self, parameters: Parameters) -> Parameters:
        return self._describe(self._find(parameters))

    def update_function_code(self, parameters: Parameters) -> Parameters:
        stored = self._find(parameters)
        self._check_revision(stored, parameters)
        package = self._package(parameters)
        if parameters.get("DryRun"):
            package.discard()
            return self._describe(replace(stored, package=package))
        configuration = dict(stored.configuration)
        if "Architectures" in parameters:
            configuration["Architectures"] = parameters["Architectures"]
        return self._put(replace(stored, package=package, configuration=configuration), stored.package)

    def update_function_configuration(self, parameters: Parameters) -> Parameters:
        stored = self._find(parameters)
        self._check_revision(stored, parameters)
        check(parameters)
        if "Role" in parameters:
            self._neighbours.check_role(parameters["Role"])
        changed = {key: parameters[key] for key in KEPT if key in parameters}
        return self._put(replace(stored, configuration={**stored.configuration, **changed}), None)

    def delete_function(self, parameters: Parameters) -> Parameters:
        stored = self._find(parameters)
        if self._resolve(parameters).qualifier is not None:
            raise InvalidParameterValue("$LATEST version cannot be deleted without deleting the function.")
        with self._lock:
            self._stored.pop(stored.name, None)
            self._retired.append(stored.package)
        self._changed(self.arn(stored.name))
        return {"StatusCode": 204}

    def list_functions(self, parameters: Parameters) -> Parameters:
        limit = min(int(parameters.get("MaxItems") or 50), 50)
        with self._lock:
            names = sorted(self._stored)
            after = parameters.get("Marker")
            rest = [name for name in names if after is None or name > after]
            page = [self._describe(self._stored[name]) for name in rest[:limit]]
        return {"Functions": page, "NextMarker": rest[limit - 1] if len(rest) > limit else None}

    def list_versions_by_function(self, parameters: Parameters) -> Parameters:
        stored = self._find(parameters)
        return {"Versions": [{**self._describe(stored), "FunctionArn": f"{self.arn(stored.name)}:$LATEST"}]}

    # -- for the other parts of the cloud ---------------------------------------------------------------------

    endpoint = ""

    def runnable(self, reference: str, qualifier: str | None) -> Function:
        """The function that an invocation names. Raises ResourceNotFound."""
        named = resolve(reference, qualifier, region=self.region, account=self.account)
        stored = self._find({"FunctionName": named.name, "Qualifier": named.qualifier or "$LATEST"})
        configuration = stored.configuration
        variables = (configuration.get("Environment") or {}).get("Variables") or {}
        group = (configuration.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{stored.name}"
        return Function(
            name=stored.name,
            arn=self.arn(stored.name),
            version="$LATEST",
            handler=configuration["Handler"],
            runtime=configuration["Runtime"],
            code=stored.package.folder,
            memory=configuration["MemorySize"],
            timeout=configuration["Timeout"],
            role=configuration["Role"],
            environment=tuple(sorted(variables.items())),
            log_group=group,
            fingerprint=stored.revision,
        )

    def code(self, name: str) -> bytes | None:
        """The zip of a function, for the link that GetFunction gives."""
        with self._lock:
            stored = self._stored.get(name)
        return stored.package.data if stored else None

    def arn(self, name: str) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{name}"

    def clear(self) -> None:
        """Forget every function and remove its code."""
        with self._lock:
            packages = [stored.package for stored in self._stored.values()] + self._retired
            self._stored.clear()
            self._retired.clear()
        for package in packages:
            package.discard()

    # -- inside -------------------------------------------------------------------------------------------------

    def _resolve(self, parameters: Parameters) -> Reference:
        return resolve(
            parameters["FunctionName"],
            parameters.get("Qualifier"),
            region=self.region,
            account=self.account,
        )

    def _find(self, parameters: Parameters) -> Stored:
        name, qualifier = self._resolve(parameters)
        with self._lock:
            stored = self._stored.get(name)
        if stored is None or qualifier not in (None, "$LATEST"):
            suffix = f":{qualifier}" if qualifier else ""
            raise ResourceNotFound(f"Function not found: {self.arn(name)}{suffix}")
        return stored

    def _put(self, stored: Stored, old: Package | None) -> Parameters:
        stored = replace(stored, revision=self._new_id(), modified=self._clock.now())
        with self._lock:
            if stored.name not in self._stored:
                raise ResourceNotFound(f"Function not found: {self.arn(stored.name)}")
            self._stored[stored.name] = stored
            if old is not None:
                self._retired.append(old)  # a busy environment may still run from it
        self._changed(self.arn(stored.name))
        return self._describe(stored)

    def _package(self, code: Parameters) -> Package:
        if (data := code.get("ZipFile")) is not None:
            return unpack(data, uploaded=True)
        if code.get("S3Bucket") and code.get("S3Key"):
            data = self._neighbours.read_object(code["S3Bucket"], code["S3Key"], code.get("S3ObjectVersion"))
            return unpack(data, uploaded=False)
        if code.get("ImageUri"):
            raise InvalidParameterValue(
                "Please don't provide ImageUri when updating a function with packageType Zip."
            )
        raise InvalidParameterValue("Please provide a source for function code.")

    def _check_revision(self, stored: Stored, parameters: Parameters) -> None:
        if parameters.get("RevisionId") not in (None, stored.revision):
            raise PreconditionFailed(
                "The Revision Id provided does not match the latest Revision Id. "
                "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
            )

    def _describe(self, stored: Stored) -> Parameters:
        return describe(stored, self.arn(stored.name), self.region)
