"""Function URL configurations.

A URL has the form `http://127.0.0.1:PORT/_url/ID/`: real ones are host names, which nothing resolves here. This
cloud keeps the configurations; it does not serve the URLs yet.
https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from course.cloud.api import tenancy
from course.cloud.api.noun import Noun, page
from course.cloud.api.stored import LATEST, Parameters, Stored
from course.cloud.api.targets import Alias
from course.cloud.clock import last_modified
from course.cloud.errors import ResourceConflict, ResourceNotFound

_GONE = "The resource you requested does not exist."
_NO_FUNCTION = "Function does not exist"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Url:
    """The URL of a function or an alias."""

    id: str
    auth_type: str
    cors: Parameters | None
    invoke_mode: str
    created: float
    modified: float


class Urls(Noun):
    """Create, read, change, delete and list."""

    def create_function_url_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        with account.lock:
            stored = self._existing(name, qualifier)
            tenancy.refuse(stored.latest.configuration, "A function URL")
            urls = stored.shelf(Url)
            if (qualifier or LATEST) in urls:
                raise ResourceConflict(
                    f"Failed to create function url config for [functionArn = {account.arn(name, qualifier)}]. "
                    "Error message:  FunctionUrlConfig exists for this Lambda function"
                )
            now = account.clock.now()
            made = Url(
                "".join(account.chance.choices(_DIGITS, k=32)),
                parameters["AuthType"],
                parameters.get("Cors"),
                parameters.get("InvokeMode", "BUFFERED"),
                now,
                now,
            )
            urls[qualifier or LATEST] = made
        answer = self._describe(name, qualifier, made)
        if "InvokeMode" not in parameters:
            del answer["InvokeMode"]
        return answer

    def get_function_url_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        with account.lock:
            stored = account.functions.get(name)
            found = stored.shelf(Url).get(qualifier or LATEST) if stored else None
        if found is None:
            raise ResourceNotFound(_GONE)
        return self._describe(name, qualifier, found)

    def update_function_url_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        with account.lock:
            urls = self._existing(name, qualifier).shelf(Url)
            old = urls.get(qualifier or LATEST)
            if old is None:
                raise ResourceNotFound(_GONE)
            changed = replace(
                old,
                auth_type=parameters.get("AuthType", old.auth_type),
                cors=parameters.get("Cors", old.cors),
                invoke_mode=parameters.get("InvokeMode", old.invoke_mode),
                modified=account.clock.now(),
            )
            urls[qualifier or LATEST] = changed
        answer = self._describe(name, qualifier, changed)
        if "InvokeMode" not in parameters:
            del answer["InvokeMode"]
        return answer

    def delete_function_url_config(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = account.resolve(parameters)
        with account.lock:
            stored = account.functions.get(name)
            if stored is None or stored.shelf(Url).pop(qualifier or LATEST, None) is None:
                raise ResourceNotFound(_GONE)
        return {}

    def list_function_url_configs(self, parameters: Parameters) -> Parameters:
        account = self._account
        name = account.resolve(parameters).name
        with account.lock:
            found = [
                self._describe(name, None if qualifier == LATEST else qualifier, url)
                for qualifier, url in sorted(self._existing(name, None).shelf(Url).items())
            ]
        shown, marker = page(found, parameters, key=lambda one: [one["FunctionArn"]])
        return {"FunctionUrlConfigs": shown, "NextMarker": marker}

    def _existing(self, name: str, qualifier: str | None) -> Stored:
        stored = self._account.functions.get(name)
        if stored is None or (qualifier is not None and qualifier not in stored.shelf(Alias)):
            raise ResourceNotFound(_NO_FUNCTION)
        return stored

    def _describe(self, name: str, qualifier: str | None, url: Url) -> Parameters:
        return {
            "FunctionUrl": f"{self._account.endpoint}/_url/{url.id}/",
            "FunctionArn": self._account.arn(name, qualifier),
            "AuthType": url.auth_type,
            "Cors": url.cors,
            "CreationTime": last_modified(url.created),
            "LastModifiedTime": last_modified(url.modified),
            "InvokeMode": url.invoke_mode,
        }
