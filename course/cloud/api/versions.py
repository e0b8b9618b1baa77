"""Versions: what $LATEST was when it was published, for good.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from __future__ import annotations

from dataclasses import replace

from course.cloud.api.account import Account
from course.cloud.api.description import describe, listed, place
from course.cloud.api.noun import Noun, page
from course.cloud.api.stored import Parameters, Stored, Version
from course.cloud.errors import InvalidParameterValue


class Versions(Noun):
    """Publish and list."""

    def publish_version(self, parameters: Parameters) -> Parameters:
        account = self._account
        stored = account.function(account.resolve(parameters).name)
        with account.lock:
            account.check_revision(parameters.get("RevisionId"), stored.latest.revision)
            given, current = parameters.get("CodeSha256"), stored.latest.package.sha256
            if given and given != current:
                raise InvalidParameterValue(
                    f"CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({current}). "
                    "Please try again with the CodeSHA256 in $LATEST."
                )
            version = publish(account, stored, parameters.get("Description"))
        return describe(stored.name, version, account.arn(stored.name, version.number), account.region)

    def list_versions_by_function(self, parameters: Parameters) -> Parameters:
        account = self._account
        stored = account.function(account.resolve(parameters).name)
        with account.lock:
            found = [
                listed(stored.name, version, account.arn(stored.name, version.number), account.region)
                for version in stored.every()
            ]
        shown, marker = page(found, parameters, key=place)
        return {"Versions": shown, "NextMarker": marker}


def publish(account: Account, stored: Stored, description: str | None = None) -> Version:
    """Make $LATEST a version; if nothing has changed since the last one, that one is the answer.

    The version has a copy of the code of its own. Raises CodeStorageExceeded where there is no room for it.
    """
    latest = stored.latest
    last = stored.versions.get(str(stored.published))
    if last is not None and _same(last, latest):
        return last
    account.check_storage(latest.package)
    stored.published += 1
    configuration = dict(latest.configuration)
    if description is not None:
        configuration["Description"] = description
    version = replace(
        latest,
        number=str(stored.published),
        configuration=configuration,
        revision=account.new_id(),
        fingerprint=account.new_id(),
        modified=account.clock.now(),
        source=_source(latest),
    )
    stored.versions[version.number] = version
    # Publishing gives $LATEST a new revision as well, though nothing that runs has changed.
    stored.latest = replace(latest, revision=account.new_id())
    return version


def _same(version: Version, latest: Version) -> bool:
    return version.source == _source(latest)


def _source(latest: Version) -> str:
    return f"{latest.package.sha256} {sorted(latest.configuration.items())} {[layer.arn for layer in latest.layers]}"
