"""Aliases: names that point to a version, and may send a share of the invocations to another.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from course.cloud import quotas
from course.cloud.api.concurrency import Provisioned, provision
from course.cloud.api.noun import Noun, page
from course.cloud.api.stored import LATEST, Parameters, Stored
from course.cloud.api.targets import Alias, function
from course.cloud.errors import InvalidParameterValue, ResourceConflict, ResourceNotFound


class Aliases(Noun):
    """Create, read, change, delete and list."""

    def create_alias(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, number = parameters["Name"], parameters["FunctionVersion"]
        with account.lock:
            stored = account.function(account.resolve(parameters).name, number)
            weights = self._weights(stored, number, parameters.get("RoutingConfig"))
            aliases = stored.shelf(Alias)
            if name in aliases:
                raise ResourceConflict(f"Alias already exists: {account.arn(stored.name, name)}")
            made = Alias(name, number, parameters.get("Description") or "", weights, account.new_id())
            aliases[name] = made
        return self._describe(stored, made)

    def get_alias(self, parameters: Parameters) -> Parameters:
        account = self._account
        name = account.resolve(parameters).name
        with account.lock:
            stored = account.functions.get(name)
            alias = stored.shelf(Alias).get(parameters["Name"]) if stored else None
        if stored is None or alias is None:
            raise ResourceNotFound(f"Cannot find alias arn: {account.arn(name, parameters['Name'])}")
        return self._describe(stored, alias)

    def update_alias(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            stored = account.function(account.resolve(parameters).name)
            aliases = stored.shelf(Alias)
            old = aliases.get(parameters["Name"])
            if old is None:
                raise ResourceNotFound(f"Alias not found: {account.arn(stored.name, parameters['Name'])}")
            account.check_revision(parameters.get("RevisionId"), old.revision)
            number = parameters.get("FunctionVersion", old.version)
            routing = parameters.get("RoutingConfig", {"AdditionalVersionWeights": dict(old.weights)})
            changed = replace(
                old,
                version=number,
                description=parameters.get("Description", old.description),
                weights=self._weights(stored, number, routing),
                revision=account.new_id(),
            )
            aliases[old.name] = changed
            moved = self._moved(stored, changed)
        if moved:
            provision(account, *moved)
        return self._describe(stored, changed)

    def delete_alias(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            stored = account.function(account.resolve(parameters).name)
            name = parameters["Name"]
            ahead = stored.shelf(Provisioned).get(name)
            if name in stored.shelf(Alias):
                stored.forget(name)
        provision(account, ahead)
        return {}  # an alias that is not there is no error

    def list_aliases(self, parameters: Parameters) -> Parameters:
        account = self._account
        version = parameters.get("FunctionVersion")
        with account.lock:
            stored = account.function(account.resolve(parameters).name)
            found = [
                self._describe(stored, alias)
                for _, alias in sorted(stored.shelf(Alias).items())
                if version is None or alias.reaches(version)
            ]
        shown, marker = page(found, parameters, key=lambda one: [one["Name"]])
        return {"Aliases": shown, "NextMarker": marker}

    def _moved(self, stored: Stored, alias: Alias) -> tuple[Provisioned, Provisioned] | None:
        """Provisioned concurrency follows its alias: what it was and what it is, if the version is another one."""
        account = self._account
        old = stored.shelf(Provisioned).get(alias.name)
        version = account.version(stored, alias.version)
        if old is None or old.ahead.version == version.number:
            return None
        new = replace(old, ahead=function(account, stored.name, version))
        stored.shelf(Provisioned)[alias.name] = new
        return old, new

    def _weights(self, stored: Stored, number: str, routing: Any) -> tuple[tuple[str, float], ...]:
        weights: dict[str, float] = (routing or {}).get("AdditionalVersionWeights") or {}
        if len(weights) > quotas.ALIAS_ROUTES:
            raise InvalidParameterValue(
                f"Number of items in AdditionalVersionWeights cannot be greater than {quotas.ALIAS_ROUTES}"
            )
        if number in weights:
            raise InvalidParameterValue(
                f"Invalid function version {number}. Function version {number} is already included in routing "
                "configuration."
            )
        if weights and number == LATEST:
            raise InvalidParameterValue(
                "$LATEST is not supported for an alias pointing to more than 1 version"
            )
        for version in (number, *weights):
            self._account.version(stored, version)
        return tuple(sorted((version, float(weight)) for version, weight in weights.items()))

    def _describe(self, stored: Stored, alias: Alias) -> Parameters:
        answer: Parameters = {
            "AliasArn": self._account.arn(stored.name, alias.name),
            "Name": alias.name,
            "FunctionVersion": alias.version,
            "Description": alias.description,
            "RevisionId": alias.revision,
        }
        if alias.weights:
            answer["RoutingConfig"] = {"AdditionalVersionWeights": dict(alias.weights)}
        return answer
