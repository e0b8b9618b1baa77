"""Event source mappings: create, read, list, change and delete.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html

What depends on the kind of source (its settings, their bounds and defaults) is asked of `Account.sources`, which
also brings a mapping into the state that was asked for, a moment after the answer.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import NoReturn

from course.cloud.api import tenancy
from course.cloud.api.mapping import Mapping, Sources, State
from course.cloud.api.noun import Noun, page
from course.cloud.api.stored import LATEST, Parameters
from course.cloud.api.tags import check_tags
from course.cloud.api.targets import check_qualifier, function, routed
from course.cloud.errors import (
    AwsError,
    InvalidParameterValue,
    NotOffered,
    ResourceConflict,
    ResourceInUse,
    ResourceNotFound,
)
from course.cloud.model import Function

_SETTLED = ("Enabled", "Disabled")
_OWN = ("UUID", "EventSourceArn", "FunctionName", "Enabled", "Tags")
_OTHERS = ("SelfManagedEventSource", "Topics", "Queues", "DocumentDBEventSourceConfig")
"""Members of brokers that this cloud does not have."""


class EventSourceMappings(Noun):
    """The API of mappings."""

    def create_event_source_mapping(self, parameters: Parameters) -> Parameters:
        if any(member in parameters for member in _OTHERS):
            raise NotOffered("Brokers and DocumentDB as event sources are not offered by this cloud.")
        source = parameters.get("EventSourceArn")
        if not source:
            raise InvalidParameterValue("Unrecognized event source.")
        tags = dict(parameters.get("Tags") or {})
        check_tags(tags)
        account = self._account
        with account.lock:
            function_arn, target = self._function(parameters["FunctionName"])
            tenancy.refuse(account.function(target.name).latest.configuration, "An event source mapping")
            members = self._sources.completed(source, _settings(parameters), target, None)
            self._refuse_duplicate(source, function_arn, target.name)
            uuid = account.new_id()
            wanted = bool(parameters.get("Enabled", True))
            mapping = Mapping(
                uuid=uuid,
                arn=f"arn:aws:lambda:{account.region}:{account.number}:event-source-mapping:{uuid}",
                source_arn=source,
                function_arn=function_arn,
                members=members,
                state="Creating" if wanted else "Disabled",
                reason="USER_INITIATED" if ":sqs:" in source else "User action",
                modified=account.clock.now(),
                enabled=wanted,
                result="" if ":sqs:" in source else "No records processed",
                tags=tags,
            )
            account.shelf(Mapping)[mapping.arn] = mapping
        self._sources.created(mapping)
        return _describe(mapping)

    def get_event_source_mapping(self, parameters: Parameters) -> Parameters:
        return _describe(self._find(parameters["UUID"]))

    def list_event_source_mappings(self, parameters: Parameters) -> Parameters:
        account = self._account
        source, named = parameters.get("EventSourceArn"), parameters.get("FunctionName")
        function_arn = ""
        if named:
            name, qualifier = account.resolve({"FunctionName": named})
            account.function(name, qualifier)
            function_arn = account.arn(name, qualifier)
        with account.lock:
            found = [
                _describe(mapping)
                for mapping in sorted(account.shelf(Mapping).values(), key=attrgetter("uuid"))
                if (not source or mapping.source_arn == source)
                and (not function_arn or mapping.function_arn == function_arn)
            ]
        shown, marker = page(found, parameters, most=100, key=lambda one: [one["UUID"]])
        return {"EventSourceMappings": shown, "NextMarker": marker}

    def update_event_source_mapping(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            old = self._find(parameters["UUID"])
            if old.state not in _SETTLED:
                _refuse("update")
            function_arn = old.function_arn
            if "FunctionName" in parameters:
                function_arn, target = self._function(parameters["FunctionName"])
                if function_arn != old.function_arn:
                    self._refuse_duplicate(old.source_arn, function_arn, target.name)
            else:
                target = self._stored(old)
            members = self._sources.completed(old.source_arn, _settings(parameters), target, old)
            wanted = bool(parameters.get("Enabled", old.enabled))
            state: State = "Updating" if wanted == old.enabled else "Enabling" if wanted else "Disabling"
            mapping = replace(
                old,
                function_arn=function_arn,
                members=members,
                enabled=wanted,
                state=state,
                modified=account.clock.now(),
            )
            account.shelf(Mapping)[mapping.arn] = mapping
        self._sources.changed(mapping)
        return _describe(mapping)

    def delete_event_source_mapping(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            old = self._find(parameters["UUID"])
            if old.state not in _SETTLED:
                _refuse("delete")
            mapping = replace(old, state="Deleting", modified=account.clock.now())
            account.shelf(Mapping)[mapping.arn] = mapping
        self._sources.deleted(mapping)
        return _describe(mapping)

    @property
    def _sources(self) -> Sources:
        assert self._account.sources is not None, "the cloud gives the account its sources"
        return self._account.sources

    def _find(self, uuid: str) -> Mapping:
        with self._account.lock:
            for mapping in self._account.shelf(Mapping).values():
                if mapping.uuid == uuid:
                    return mapping
        raise ResourceNotFound("The resource you requested does not exist.")

    def _function(self, named: str) -> tuple[str, Function]:
        """The ARN under which a function is meant, and what runs there now."""
        account = self._account
        name, qualifier = account.resolve({"FunctionName": named})
        try:
            stored = account.function(name, qualifier)
            check_qualifier(account, name, qualifier or LATEST)
            target = function(account, name, routed(account, stored, qualifier or LATEST))
        except ResourceNotFound:
            raise InvalidParameterValue("Function does not exist") from None
        return account.arn(name, qualifier), target

    def _stored(self, mapping: Mapping) -> Function:
        try:
            return self._function(mapping.function_arn)[1]
        except AwsError:
            raise InvalidParameterValue("Function does not exist") from None

    def _refuse_duplicate(self, source: str, function_arn: str, name: str) -> None:
        for mapping in self._account.shelf(Mapping).values():
            if (mapping.source_arn, mapping.function_arn) == (source, function_arn):
                end = f"Please update or delete the existing mapping with UUID {mapping.uuid}"
                if ":sqs:" in source:
                    raise ResourceConflict(
                        f'An event source mapping with SQS arn (" {source} ") and function (" {name} ") already '
                        f"exists. {end}"
                    )
                raise ResourceConflict(
                    f'The event source arn (" {source} ") and function (" {name} ") provided mapping already '
                    f"exists. {end}"
                )


def _settings(parameters: Parameters) -> Parameters:
    return {name: value for name, value in parameters.items() if name not in _OWN}


def _refuse(verb: str) -> NoReturn:
    raise ResourceInUse(f"Cannot {verb} the event source mapping because it is in use.")


def _describe(mapping: Mapping) -> Parameters:
    return {
        **mapping.members,
        "UUID": mapping.uuid,
        "EventSourceArn": mapping.source_arn,
        "EventSourceMappingArn": mapping.arn,
        "FunctionArn": mapping.function_arn,
        "LastModified": round(mapping.modified, 3),
        "LastProcessingResult": mapping.result or None,
        "State": mapping.state,
        "StateTransitionReason": mapping.reason,
    }
