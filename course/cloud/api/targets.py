"""From the name in a request to the version that is meant, and to the function that an environment can run.

An alias with weights sends each invocation to one of its versions by the cloud's own chance, so a seed repeats it.
https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from course.cloud import quotas
from course.cloud.api.account import Account
from course.cloud.api.description import logging, snap_start
from course.cloud.api.names import resolve
from course.cloud.api.stored import LATEST, Stored, Version
from course.cloud.api.tags import debug_port
from course.cloud.errors import ResourceNotFound
from course.cloud.model import Function


@dataclass(frozen=True)
class Alias:
    """A name for a version. `weights` are the shares, from 0 to 1, that go to further versions."""

    name: str
    version: str
    description: str
    weights: tuple[tuple[str, float], ...]
    revision: str

    def reaches(self, version: str) -> bool:
        """Whether an invocation of the alias may run that version."""
        return version == self.version or version in dict(self.weights)


class Target(NamedTuple):
    """What an invocation runs, and the ARN under which it was called."""

    function: Function
    invoked_arn: str


class Targets:
    """Finds what an invocation names."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def runnable(self, reference: str, qualifier: str | None) -> Target:
        """The version chosen for one invocation; the invoked ARN keeps the alias. Raises ResourceNotFound."""
        account = self._account
        named = resolve(reference, qualifier, region=account.region, account=account.number)
        with account.lock:
            stored = account.function(named.name, named.qualifier or LATEST)
            version = chosen(account, stored, named.qualifier or LATEST)
        return Target(function(account, stored.name, version), account.arn(stored.name, named.qualifier))

    def code(self, name: str, number: str) -> bytes | None:
        """The zip of a version, for the link that GetFunction gives."""
        with self._account.lock:
            stored = self._account.functions.get(name)
            if stored is None:
                return None
            version = stored.latest if number == LATEST else stored.versions.get(number)
        return version.package.data if version else None

    def layer_code(self, name: str, number: int) -> bytes | None:
        """The zip of a layer version, for the link that GetLayerVersion gives."""
        with self._account.lock:
            layer = self._account.layers.get(name, {}).get(number)
        return layer.package.data if layer else None


def routed(account: Account, stored: Stored, qualifier: str) -> Version:
    """The version of a qualifier; for an alias its own version, whatever the weights. Raises ResourceNotFound."""
    alias = stored.shelf(Alias).get(qualifier)
    if alias is not None:
        return account.version(stored, alias.version)
    return account.version(stored, qualifier)


def chosen(account: Account, stored: Stored, qualifier: str) -> Version:
    """The version for one invocation: the dice are thrown for an alias with weights."""
    alias = stored.shelf(Alias).get(qualifier)
    if alias is not None and alias.weights:
        roll = account.chance.random()
        for number, weight in alias.weights:
            if roll < weight:
                return account.version(stored, number)
            roll -= weight
    return routed(account, stored, qualifier)


def check_qualifier(account: Account, stored_name: str, qualifier: str) -> None:
    """Raises ResourceNotFound, in the words for versions or for aliases, unless the qualifier exists."""
    stored = account.functions.get(stored_name)
    number = qualifier.isdecimal() or "$" in qualifier
    if stored is not None and (qualifier == LATEST or qualifier in stored.versions):
        return
    if stored is not None and qualifier in stored.shelf(Alias):
        return
    if number:
        raise ResourceNotFound(f"Function not found: {account.arn(stored_name, qualifier)}")
    raise ResourceNotFound(f"Cannot find alias arn: {account.arn(stored_name, qualifier)}")


def function(account: Account, name: str, version: Version) -> Function:
    """A version as the engine runs it. $LATEST has the unqualified ARN."""
    configuration = version.configuration
    variables = (configuration.get("Environment") or {}).get("Variables") or {}
    log = logging(name, version)
    storage = (configuration.get("EphemeralStorage") or {}).get("Size", quotas.EPHEMERAL_STORAGE_MIN)
    return Function(
        name=name,
        arn=account.arn(name, None if version.number == LATEST else version.number),
        version=version.number,
        handler=configuration["Handler"],
        runtime=configuration["Runtime"],
        code=version.package.folder,
        memory=configuration["MemorySize"],
        timeout=configuration["Timeout"],
        role=configuration["Role"],
        environment=tuple(sorted(variables.items())),
        log_group=log["LogGroup"],
        fingerprint=version.fingerprint,
        layers=tuple(layer.package.folder for layer in version.layers),
        ephemeral_storage=storage,
        snap_start=snap_start(version)["OptimizationStatus"] == "On",
        log_format=log["LogFormat"],
        log_levels=(log.get("ApplicationLogLevel", ""), log.get("SystemLogLevel", "")),
        debug_port=debug_port(stored.tags) if (stored := account.functions.get(name)) else None,
        per_tenant=bool(configuration.get("TenancyConfig")),
    )
