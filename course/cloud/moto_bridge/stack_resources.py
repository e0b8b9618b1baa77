"""What moto's CloudFormation is given for a type of AWS::Lambda, and for a resource of it, instead of its own models.

Both only pass on to the Lambda API of this cloud. What that refuses is raised as `Refused`, with the words in which
CloudFormation reports it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from botocore import xform_name

from course.cloud.api.protocol import model
from course.cloud.api.validation import validate
from course.cloud.clock import Clock
from course.cloud.errors import AwsError, ProvisionedConcurrencyNotFound, ResourceInUse, ResourceNotFound
from course.cloud.moto_bridge.stack_kinds import Kind, Made, NotStable, Properties
from course.cloud.sources.mappings import TRANSITION

_REASONS = {404: "NotFound", 409: "AlreadyExists", 429: "Throttling"}
"""HandlerErrorCode by the status of the service; the others are InvalidRequest.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html (2026-11)"""
_ROUNDS = 10
"""How often a mapping is asked for again that is on the way from one state to another."""
_PATIENCE = 60.0
"""Seconds that environments which are provisioned are waited for."""


class Refused(Exception):
    """A resource of a stack that the Lambda API refused."""

    def __init__(self, logical: str, kind: str, error: AwsError | NotStable) -> None:
        if isinstance(error, AwsError):
            code = _REASONS.get(error.status, "InvalidRequest")
            message = f"{error.message} (Service: Lambda, Status Code: {error.status})"
        else:
            code, message = "NotStabilized", str(error)
        super().__init__(f'Resource handler returned message: "{message}" (HandlerErrorCode: {code})')
        self.logical = logical
        self.kind = kind


class LambdaApi:
    """Calls operations with what a template says: numbers and booleans may come as strings.

    A mapping that is still being created or changed is waited for, as CloudFormation does, and so are environments
    that are provisioned. Raises AwsError, or NotStable if those cannot be had.
    """

    def __init__(self, operations: Mapping[str, Callable[[Properties], Properties]], clock: Clock) -> None:
        self._operations = operations
        self._clock = clock

    def __call__(self, operation: str, given: Properties) -> Properties:
        members = model().operation_model(operation).input_shape.members
        parameters = {
            name: _fitting(shape, given[name])
            for name, shape in members.items()
            if given.get(name) is not None
        }
        validate(operation, parameters)
        ask = self._operations[xform_name(operation)]
        for _ in range(_ROUNDS):
            try:
                answer = ask(parameters)
                break
            except ResourceInUse:
                self._clock.sleep(TRANSITION)
        else:
            answer = ask(parameters)
        if operation == "PutProvisionedConcurrencyConfig":
            self._await(parameters)
        return answer

    def _await(self, parameters: Properties) -> None:
        described = self._operations["get_provisioned_concurrency_config"]
        named = {name: parameters[name] for name in ("FunctionName", "Qualifier")}
        until = self._clock.monotonic() + _PATIENCE
        while (status := described(named)["Status"]) == "IN_PROGRESS" and self._clock.monotonic() < until:
            self._clock.sleep(0.05)
        if status != "READY":
            raise NotStable(f"Provisioned Concurrency configuration failed to be applied. Reason: {status}")


class Resource:
    """One resource of a stack, as moto asks for it."""

    def __init__(self, type: Type, made: Made, properties: Properties, logical: str) -> None:
        self.type, self.made, self.properties = type.name, made, properties
        self.logical_resource_id = logical
        self.cf_resource_type = type.name
        self._type = type

    @property
    def physical_resource_id(self) -> str:
        return self.made.id

    def is_created(self) -> bool:
        return True

    def get_cfn_attribute(self, name: str) -> str:
        if name not in self.made.attributes:
            from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

            raise UnformattedGetAttTemplateException()
        return self.made.attributes[name]

    def delete(self, account: str, region: str) -> None:
        self._type.delete(self)


class Type:
    """One type of resource, in the place of moto's class for it."""

    def __init__(self, name: str, kind: Kind, call: LambdaApi) -> None:
        self.name = name
        self.kind = kind
        self._call = call

    def has_cfn_attr(self, name: str) -> bool:
        return name in self.kind.attributes

    def create_from_cloudformation_json(
        self, name: str, described: Properties, account: str, region: str, LogicalId: str, **_: Any
    ) -> Resource:
        properties = described.get("Properties") or {}
        return self._made(LogicalId, name, properties)

    def update_from_cloudformation_json(
        self,
        original_resource: Resource,
        new_resource_name: str,
        cloudformation_json: Properties,
        account_id: str,
        region_name: str,
    ) -> Resource:
        old, new = original_resource.properties, cloudformation_json.get("Properties") or {}
        logical, update = original_resource.logical_resource_id, self.kind.update
        renamed = self.kind.named is not None and old.get(self.kind.named) != new.get(self.kind.named)
        moved = (
            old.get("FunctionName", "") != new.get("FunctionName", "") and self.kind.named != "FunctionName"
        )
        if update is None or renamed or moved:
            replacement = self._made(logical, new_resource_name, new)
            self.delete(original_resource)
            return replacement
        try:
            made = update(self._call, original_resource.made, old, new)
        except (AwsError, NotStable) as error:
            raise Refused(logical, self.name, error) from error
        return Resource(self, made, new, logical)

    def delete(self, resource: Resource) -> None:
        try:
            with suppress(ResourceNotFound, ProvisionedConcurrencyNotFound):  # it went with its function
                self.kind.delete(self._call, resource.made, resource.properties)
        except (AwsError, NotStable) as error:
            raise Refused(resource.logical_resource_id, self.name, error) from error

    def _made(self, logical: str, name: str, properties: Properties) -> Resource:
        try:
            made = self.kind.create(self._call, name, properties)
        except (AwsError, NotStable) as error:
            raise Refused(logical, self.name, error) from error
        return Resource(self, made, properties, logical)


def _fitting(shape: Any, value: Any) -> Any:
    """A value of a template in the type that the API takes."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        return {
            name: _fitting(shape.members[name], one) for name, one in value.items() if name in shape.members
        }
    if kind == "list" and isinstance(value, list):
        return [_fitting(shape.member, one) for one in value]
    if kind == "map" and isinstance(value, dict):
        return {str(name): _fitting(shape.value, one) for name, one in value.items()}
    if kind in ("integer", "long") and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    if kind == "string" and isinstance(value, bool):
        return str(value).lower()
    if kind == "string" and isinstance(value, (int, float)):
        return str(value)
    return value
