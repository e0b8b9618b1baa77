"""Event invoke configurations: how long an event may wait, how often it is tried again, and where its record goes.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from course.cloud.api.noun import Noun, page
from course.cloud.api.role_rights import check_target
from course.cloud.api.stored import LATEST, Parameters, Stored
from course.cloud.api.targets import Alias, routed
from course.cloud.errors import InvalidParameterValue, ResourceNotFound

_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
_NO_FUNCTION = "The function doesn't exist."
_FUNCTION = re.compile(r"arn:[^:]+:lambda:[^:]+:\d+:function:(?P<name>[^:]+)(:.+)?")
_DESTINATIONS = re.compile(r"arn:[^:]+:(lambda:.+:function:|sqs:|sns:|events:.+:event-bus/|s3:).+")


@dataclass(frozen=True)
class EventSettings:
    """The members that were set, under their API names."""

    members: Parameters
    modified: float


class EventInvokeConfigs(Noun):
    """Put, change, get, list and delete."""

    def put_function_event_invoke_config(self, parameters: Parameters) -> Parameters:
        return self._set(parameters, keep=False)

    def update_function_event_invoke_config(self, parameters: Parameters) -> Parameters:
        return self._set(parameters, keep=True)

    def get_function_event_invoke_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        with account.lock:
            stored = account.functions.get(name)
            found = stored.shelf(EventSettings).get(qualifier or LATEST) if stored else None
        if found is None:
            raise self._absent(name, qualifier)
        return self._describe(name, qualifier or LATEST, found)

    def list_function_event_invoke_configs(self, parameters: Parameters) -> Parameters:
        account = self._account
        name = account.resolve(parameters).name
        with account.lock:
            stored = account.functions.get(name)
            if stored is None:
                raise ResourceNotFound(_NO_FUNCTION)
            found = [
                self._describe(name, qualifier, settings)
                for qualifier, settings in sorted(stored.shelf(EventSettings).items())
            ]
        shown, marker = page(found, parameters, key=lambda one: [one["FunctionArn"]])
        return {"FunctionEventInvokeConfigs": shown, "NextMarker": marker}

    def delete_function_event_invoke_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        with account.lock:
            stored = account.functions.get(name)
            if stored is None or stored.shelf(EventSettings).pop(qualifier or LATEST, None) is None:
                raise self._absent(name, qualifier)
        return {}

    def _set(self, parameters: Parameters, *, keep: bool) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        members = {member: parameters[member] for member in _SETTINGS if member in parameters}
        if not members:
            raise InvalidParameterValue(
                "You must specify at least one of error handling or destination setting."
            )
        with account.lock:
            stored = account.functions.get(name)
            if stored is None or not _exists(stored, qualifier or LATEST):
                raise ResourceNotFound(_NO_FUNCTION)
            role = routed(account, stored, qualifier or LATEST).configuration["Role"]
            self._check_destinations(name, role, members.get("DestinationConfig") or {})
            old = stored.shelf(EventSettings).get(qualifier or LATEST)
            if keep and old is None:
                raise self._absent(name, qualifier)
            settings = EventSettings(members, account.clock.now())
            if keep and old is not None:
                settings = replace(settings, members={**old.members, **members})
            stored.shelf(EventSettings)[qualifier or LATEST] = settings
        return self._describe(name, qualifier or LATEST, settings)

    def _check_destinations(self, name: str, role: str, config: Parameters) -> None:
        for side in ("OnSuccess", "OnFailure"):
            arn = (config.get(side) or {}).get("Destination")
            if not arn:
                continue
            # A bucket takes failures only.
            if not _DESTINATIONS.fullmatch(arn) or (side == "OnSuccess" and ":s3:" in arn):
                shown = [
                    f"{field}={kind}(destination={given['Destination']})"
                    if (given := config.get(kind)) and given.get("Destination")
                    else f"{field}=null"
                    for field, kind in (("onSuccess", "OnSuccess"), ("onFailure", "OnFailure"))
                ]
                raise InvalidParameterValue(
                    f"The provided destination config DestinationConfig({', '.join(shown)}) is invalid."
                )
            target = _FUNCTION.fullmatch(arn)
            if target is not None and target["name"] == name:
                raise InvalidParameterValue("You can't specify the function as a destination for itself.")
            if target is not None and target["name"] not in self._account.functions:
                raise InvalidParameterValue(f"The destination ARN {arn} is invalid.")
            check_target(self._account, name, role, arn)

    def _absent(self, name: str, qualifier: str | None) -> ResourceNotFound:
        arn = self._account.arn(name, qualifier or LATEST)
        return ResourceNotFound(f"The function {arn} doesn't have an EventInvokeConfig")

    def _describe(self, name: str, qualifier: str, settings: EventSettings) -> Parameters:
        config = settings.members.get("DestinationConfig") or {}
        sides = {
            side: {"Destination": arn} if (arn := (config.get(side) or {}).get("Destination")) else {}
            for side in ("OnSuccess", "OnFailure")
        }
        return {
            "FunctionArn": self._account.arn(name, qualifier),
            "LastModified": round(settings.modified, 3),
            **settings.members,
            "DestinationConfig": sides,
        }


def _exists(stored: Stored, qualifier: str) -> bool:
    return qualifier == LATEST or qualifier in stored.versions or qualifier in stored.shelf(Alias)
