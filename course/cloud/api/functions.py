"""Functions: their code and configuration, created, read, changed, deleted.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and its neighbours.
"""

from __future__ import annotations

from dataclasses import replace

from course.cloud.api import layers, tenancy
from course.cloud.api.concurrency import Provisioned, provision
from course.cloud.api.configuration import change, start
from course.cloud.api.description import describe, listed, place, resolved
from course.cloud.api.names import only_function
from course.cloud.api.noun import Noun, page
from course.cloud.api.role_rights import check_rights
from course.cloud.api.settings import check
from course.cloud.api.stored import LATEST, Parameters, Stored, Version
from course.cloud.api.tags import check_tags
from course.cloud.api.targets import Alias, routed
from course.cloud.api.versions import publish
from course.cloud.errors import InvalidParameterValue, NotOffered, ResourceConflict, ResourceNotFound


class Functions(Noun):
    """The functions of one account and Region."""

    def create_function(self, parameters: Parameters) -> Parameters:
        account = self._account
        name = account.resolve(parameters).name
        if parameters.get("PackageType", "Zip") != "Zip":
            raise NotOffered(
                "Container images are not offered by this cloud: it runs zip packages without Docker."
            )
        if not parameters.get("Runtime") or not parameters.get("Handler"):
            raise InvalidParameterValue(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            )
        check(parameters)
        check_tags(parameters.get("Tags") or {})
        account.neighbours.check_role(parameters["Role"], account.arn(name))
        configuration = start(parameters, account.neighbours)
        tenancy.check(configuration)
        check_rights(account, name, configuration)
        attached = layers.attached(account, parameters.get("Layers") or [])
        self._check_new(name)
        package = account.package(parameters.get("Code") or {})
        try:
            layers.check_size(package, attached)
            with account.lock:
                self._check_new(name)
                latest = Version(
                    LATEST,
                    package,
                    configuration,
                    attached,
                    account.new_id(),
                    account.new_id(),
                    account.clock.now(),
                )
                stored = Stored(name, latest, dict(parameters.get("Tags") or {}))
                account.functions[name] = stored
                described = publish(account, stored) if parameters.get("Publish") else latest
        except BaseException:
            package.discard()
            raise
        return self._describe(stored, described)

    def get_function(self, parameters: Parameters) -> Parameters:
        stored, version, qualifier = self._find(parameters)
        location = f"{self._account.endpoint}/_code/{stored.name}/{version.number}.zip"
        answer: Parameters = {
            "Configuration": self._describe(stored, version, qualifier),
            "Code": {"RepositoryType": "S3", "Location": location, **resolved(version.package)},
        }
        if stored.tags:
            answer["Tags"] = dict(stored.tags)
        return answer

    def get_function_configuration(self, parameters: Parameters) -> Parameters:
        stored, version, qualifier = self._find(parameters)
        return self._describe(stored, version, qualifier)

    def update_function_code(self, parameters: Parameters) -> Parameters:
        account = self._account
        stored = account.function(only_function(account.resolve(parameters)))
        account.check_revision(parameters.get("RevisionId"), stored.latest.revision)
        package = account.package(parameters)
        try:
            layers.check_size(package, stored.latest.layers)
        except InvalidParameterValue:
            package.discard()
            raise
        if parameters.get("DryRun"):
            package.discard()
            return self._describe(stored, replace(stored.latest, package=package))
        with account.lock:
            old = stored.latest
            configuration = dict(old.configuration)
            if "Architectures" in parameters:
                configuration["Architectures"] = parameters["Architectures"]
            self._put(
                stored, replace(stored.latest, package=package, configuration=configuration), parameters
            )
            if parameters.get("Publish"):
                published = publish(account, stored)
                answer = self._describe(stored, published, published.number)
            else:
                answer = self._describe(stored, stored.latest)
        account.retire(old.package)
        account.changed(account.arn(stored.name))
        return answer

    def update_function_configuration(self, parameters: Parameters) -> Parameters:
        account = self._account
        stored = account.function(only_function(account.resolve(parameters)))
        account.check_revision(parameters.get("RevisionId"), stored.latest.revision)
        check(parameters)
        if "Role" in parameters:
            account.neighbours.check_role(parameters["Role"], account.arn(stored.name))
        attached = stored.latest.layers
        if "Layers" in parameters:
            attached = layers.attached(account, parameters["Layers"])
            layers.check_size(stored.latest.package, attached)
        configuration = change(stored.latest.configuration, parameters, account.neighbours)
        tenancy.check(configuration)
        check_rights(account, stored.name, configuration)
        with account.lock:
            changed = replace(stored.latest, configuration=configuration, layers=attached)
            self._put(stored, changed, parameters)
            answer = self._describe(stored, stored.latest)
        account.changed(account.arn(stored.name))
        return answer

    def delete_function(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        # Whichever qualifier was given, a function that is not there is named without it.
        stored = account.function(name)
        if qualifier == LATEST:
            raise InvalidParameterValue("$LATEST version cannot be deleted without deleting the function.")
        with account.lock:
            if qualifier is None:
                if account.functions.pop(name, None) is None:
                    raise ResourceNotFound(f"Function not found: {account.arn(name)}")
                gone, ahead = stored.every(), list(stored.shelf(Provisioned).values())
            else:
                ahead = [config for place, config in stored.shelf(Provisioned).items() if place == qualifier]
                gone = self._delete_version(stored, qualifier)
        provision(account, *ahead)
        account.retire(*(version.package for version in gone))
        for version in gone:
            account.changed(account.arn(name, None if version.number == LATEST else version.number))
        return {"StatusCode": 204}

    def list_functions(self, parameters: Parameters) -> Parameters:
        account = self._account
        every = parameters.get("FunctionVersion") == "ALL"
        with account.lock:
            found = [
                listed(name, version, account.arn(name, version.number if every else None), account.region)
                for name, stored in sorted(account.functions.items())
                for version in (stored.every() if every else [stored.latest])
            ]
        shown, marker = page(found, parameters, key=place)
        return {"Functions": shown, "NextMarker": marker}

    # -- inside -------------------------------------------------------------------------------------------------

    def _check_new(self, name: str) -> None:
        with self._account.lock:
            if name in self._account.functions:
                raise ResourceConflict(f"Function already exist: {name}")

    def _find(self, parameters: Parameters) -> tuple[Stored, Version, str | None]:
        name, qualifier = self._account.resolve(parameters)
        with self._account.lock:
            stored = self._account.function(name, qualifier)
            number = routed(self._account, stored, qualifier or LATEST).number
            return stored, self._account.version(stored, number), qualifier

    def _delete_version(self, stored: Stored, qualifier: str) -> list[Version]:
        aliases = stored.shelf(Alias)
        if qualifier in aliases:
            raise InvalidParameterValue("Deletion of aliases is not currently supported.")
        pointing = [alias.name for alias in aliases.values() if alias.reaches(qualifier)]
        if pointing:
            raise ResourceConflict(
                f"Unable to delete version because the following aliases reference it: [{', '.join(pointing)}]"
            )
        version = stored.versions.pop(qualifier, None)
        stored.forget(qualifier)
        return [version] if version else []  # a version that is not there is no error

    def _put(self, stored: Stored, version: Version, parameters: Parameters) -> None:
        account = self._account
        if account.functions.get(stored.name) is not stored:
            raise ResourceNotFound(f"Function not found: {account.arn(stored.name)}")
        account.check_revision(parameters.get("RevisionId"), stored.latest.revision)
        stored.latest = replace(
            version, revision=account.new_id(), fingerprint=account.new_id(), modified=account.clock.now()
        )

    def _describe(self, stored: Stored, version: Version, qualifier: str | None = None) -> Parameters:
        account = self._account
        return describe(stored.name, version, account.arn(stored.name, qualifier), account.region)
