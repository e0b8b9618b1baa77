"""Provisioned concurrency: environments of a version that are initialised before anybody asks.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from __future__ import annotations

from course.cloud import quotas
from course.cloud.api import tenancy
from course.cloud.api.concurrency import Provisioned, Reservation, provision, provisioned_of, unreserved
from course.cloud.api.noun import Noun, page
from course.cloud.api.stored import LATEST, Parameters, Stored
from course.cloud.api.targets import Alias, check_qualifier, function, routed
from course.cloud.clock import last_modified
from course.cloud.errors import (
    InvalidParameterValue,
    NotOffered,
    ProvisionedConcurrencyNotFound,
    ResourceConflict,
)


class ProvisionedConcurrency(Noun):
    """Put, get, list and delete."""

    def put_provisioned_concurrency_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        count = int(parameters["ProvisionedConcurrentExecutions"])
        if qualifier in (None, LATEST):
            raise InvalidParameterValue(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
            )
        qualifier = str(qualifier)
        with account.lock:
            check_qualifier(account, name, qualifier)
            stored = account.function(name)
            tenancy.refuse(stored.latest.configuration, "Provisioned concurrency")
            _check_conflicts(stored, qualifier)
            self._check_limits(stored, qualifier, count)
            if account.provisioner is None:
                raise NotOffered(
                    "Provisioned concurrency is not offered by this cloud: no engine keeps it ready."
                )
            version = routed(account, stored, qualifier)
            ahead = function(account, name, version)
            old = stored.shelf(Provisioned).get(qualifier)
            config = Provisioned(count, ahead, account.clock.now())
            stored.shelf(Provisioned)[qualifier] = config
        provision(account, config)
        fresh = old is None or old.requested != count
        return self._describe(config, started=fresh)

    def get_provisioned_concurrency_config(self, parameters: Parameters) -> Parameters:
        with self._account.lock:
            stored, qualifier = self._find(parameters)
            config = stored.shelf(Provisioned).get(qualifier)
        if config is None:
            raise ProvisionedConcurrencyNotFound("No Provisioned Concurrency Config found for this function")
        return self._describe(config)

    def list_provisioned_concurrency_configs(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            stored = account.function(account.resolve(parameters).name)
            found = [
                {"FunctionArn": account.arn(stored.name, qualifier), **self._describe(config)}
                for qualifier, config in sorted(stored.shelf(Provisioned).items())
            ]
        shown, marker = page(found, parameters, key=lambda one: [one["FunctionArn"]])
        return {"ProvisionedConcurrencyConfigs": shown, "NextMarker": marker}

    def delete_provisioned_concurrency_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            stored, qualifier = self._find(parameters)
            gone = stored.shelf(Provisioned).pop(qualifier, None)
        provision(account, gone)
        return {}  # what is not there is no error

    def _find(self, parameters: Parameters) -> tuple[Stored, str]:
        account = self._account
        name, qualifier = account.resolve(parameters)
        if qualifier in (None, LATEST):
            raise InvalidParameterValue(
                "The function resource provided must be an alias or a published version."
            )
        check_qualifier(account, name, str(qualifier))
        return account.function(name), str(qualifier)

    def _check_limits(self, stored: Stored, qualifier: str, count: int) -> None:
        account = self._account
        own = stored.shelf(Reservation).get(LATEST)
        old = stored.shelf(Provisioned).get(qualifier)
        others = provisioned_of(stored) - (old.requested if old else 0)
        if own is not None:
            if others + count > own.limit:
                raise InvalidParameterValue(
                    "Requested Provisioned Concurrency should not be greater than the "
                    "reservedConcurrentExecution for function"
                )
            return
        left = unreserved(account, without=stored.name) - others
        if count > left:
            raise InvalidParameterValue(
                "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency "
                f"[{left}]."
            )
        if left - count < quotas.UNRESERVED_MIN:
            raise InvalidParameterValue(
                "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
                f"below its minimum value of [{quotas.UNRESERVED_MIN}]."
            )

    def _describe(self, config: Provisioned, *, started: bool = False) -> Parameters:
        provisioner = self._account.provisioner
        # The answer to Put describes the moment before anything was allocated.
        existing, waiting = (
            (0, 0) if started or provisioner is None else provisioner.provisioned(config.ahead.arn)
        )
        ready = existing >= config.requested
        failure = None
        if not (started or ready) and provisioner is not None:
            failure = provisioner.failure(config.ahead.arn)
        return {
            "RequestedProvisionedConcurrentExecutions": config.requested,
            "AvailableProvisionedConcurrentExecutions": min(waiting, config.requested),
            "AllocatedProvisionedConcurrentExecutions": min(existing, config.requested),
            "Status": "READY" if ready else "FAILED" if failure else "IN_PROGRESS",
            "StatusReason": failure,
            "LastModified": last_modified(config.modified),
        }


def _check_conflicts(stored: Stored, qualifier: str) -> None:
    configs, aliases = stored.shelf(Provisioned), stored.shelf(Alias)
    alias = aliases.get(qualifier)
    if alias is not None:
        if alias.weights:
            raise InvalidParameterValue("Alias with weights can not be used with Provisioned Concurrency")
        if alias.version == LATEST:
            raise InvalidParameterValue(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
            )
        if alias.version in configs:
            raise ResourceConflict(
                "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
            )
    elif any(other.version == qualifier and other.name in configs for other in aliases.values()):
        raise ResourceConflict("Version is pointed by a Provisioned Concurrency alias")
