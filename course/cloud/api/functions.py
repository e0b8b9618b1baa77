"""Functions: their code and configuration, created, read, changed, deleted.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and its neighbours.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from course.cloud import quotas
from course.cloud.api.code import Package, unpack
from course.cloud.clock import Clock, last_modified
from course.cloud.errors import (
    InvalidParameterValue,
    NotOffered,
    PreconditionFailed,
    ResourceConflict,
    ResourceNotFound,
)
from course.cloud.model import Function

Parameters = dict[str, Any]

_KEPT = (
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


class Neighbours(Protocol):
    """What the Lambda service asks of other services."""

    def check_role(self, arn: str) -> None:
        """Raises InvalidParameterValue if Lambda cannot assume the role."""
        ...

    def read_object(self, bucket: str, key: str, version: str | None) -> bytes:
        """The bytes of an S3 object. Raises InvalidParameterValue with S3's complaint."""
        ...


@dataclass(frozen=True)
class Stored:
    """A function as it is now. Configuration members are kept under their API names."""

    name: str
    package: Package
    configuration: Parameters
    tags: dict[str, str]
    revision: str
    modified: float


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
        name = self.name_of(parameters["FunctionName"])
        if parameters.get("PackageType", "Zip") != "Zip":
            raise NotOffered(
                "Container images are not offered by this cloud: it runs zip packages without Docker."
            )
        if not parameters.get("Runtime") or not parameters.get("Handler"):
            raise InvalidParameterValue(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            )
        self._check(parameters)
        self._neighbours.check_role(parameters["Role"])
        with self._lock:
            if name in self._stored:
                raise ResourceConflict(f"Function already exist: {name}")
        package = self._package(parameters.get("Code") or {})
        configuration = {key: parameters[key] for key in _KEPT if key in parameters}
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
        self._check(parameters)
        if "Role" in parameters:
            self._neighbours.check_role(parameters["Role"])
        changed = {key: parameters[key] for key in _KEPT if key in parameters}
        return self._put(replace(stored, configuration={**stored.configuration, **changed}), None)

    def delete_function(self, parameters: Parameters) -> Parameters:
        stored = self._find(parameters)
        with self._lock:
            self._stored.pop(stored.name, None)
            self._retired.append(stored.package)
        self._changed(self.arn(stored.name))
        return {}

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
        stored = self._find({"FunctionName": reference, "Qualifier": qualifier})
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

    def name_of(self, reference: str) -> str:
        """The bare name in a name, a partial ARN or an ARN."""
        parts = reference.split(":")
        if "function" in parts:
            return parts[parts.index("function") + 1]
        return parts[0]

    def clear(self) -> None:
        """Forget every function and remove its code."""
        with self._lock:
            packages = [stored.package for stored in self._stored.values()] + self._retired
            self._stored.clear()
            self._retired.clear()
        for package in packages:
            package.discard()

    # -- inside -------------------------------------------------------------------------------------------------

    def _find(self, parameters: Parameters) -> Stored:
        reference = parameters["FunctionName"]
        name = self.name_of(reference)
        tail = reference.rpartition(f"{name}:")[2] if f"{name}:" in reference else None
        qualifier = parameters.get("Qualifier") or tail
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

    def _check(self, parameters: Parameters) -> None:
        runtime = parameters.get("Runtime")
        if runtime in quotas.BLOCKED_RUNTIMES:
            raise InvalidParameterValue(
                f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda "
                "functions. We recommend you use a supported runtime while creating or updating functions."
            )
        if runtime is not None and runtime not in quotas.PYTHON_RUNTIMES:
            raise NotOffered(
                f"The runtime {runtime} is not offered by this cloud; it runs {', '.join(quotas.PYTHON_RUNTIMES)}."
            )
        variables = (parameters.get("Environment") or {}).get("Variables") or {}
        reserved = [key for key in variables if key in quotas.RESERVED_VARIABLES]
        if reserved:
            raise InvalidParameterValue(
                "Lambda was unable to configure your environment variables because the environment variables you "
                "have provided contains reserved keys that are currently not supported for modification. Reserved "
                f"keys used in this request: {', '.join(reserved)}"
            )
        measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
        if len(measured.encode()) > quotas.ENVIRONMENT_VARIABLES:
            raise InvalidParameterValue(
                "Lambda was unable to configure your environment variables because the environment variables you "
                f"have provided exceeded the 4KB limit. String measured: {measured}"
            )

    def _check_revision(self, stored: Stored, parameters: Parameters) -> None:
        if parameters.get("RevisionId") not in (None, stored.revision):
            raise PreconditionFailed(
                "The Revision Id provided does not match the latest Revision Id. "
                "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
            )

    def _describe(self, stored: Stored) -> Parameters:
        configuration = stored.configuration
        group = f"/aws/lambda/{stored.name}"
        answer = {
            "FunctionName": stored.name,
            "FunctionArn": self.arn(stored.name),
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
                "RuntimeVersionArn": f"arn:aws:lambda:{self.region}::runtime:{configuration['Runtime']}"
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
