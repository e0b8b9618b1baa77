"""Tags of functions and event source mappings.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html
"""

from __future__ import annotations

import re
from collections.abc import Collection

from course.cloud import quotas
from course.cloud.api.mapping import Mapping
from course.cloud.api.noun import Noun
from course.cloud.api.stored import LATEST, Parameters
from course.cloud.errors import InvalidParameterValue, ResourceNotFound
from course.cloud.runtime.debug import PORT

DEBUG = "lambdalab:debug"
"""The tag that lets environments of a function wait for an editor, of this cloud only. Its value is the port, or
`true` for the one that editors suggest."""
_KIND = re.compile(r"arn:[^:]+:lambda:[^:]+:\d+:([a-z-]+):")
_OTHERS = {
    "event-source-mapping": "Event source mapping",
    "code-signing-config": "Code signing config",
    "capacity-provider": "Capacity provider",
}


class Tags(Noun):
    """Tag, untag, list."""

    def tag_resource(self, parameters: Parameters) -> Parameters:
        tags: dict[str, str] = parameters["Tags"]
        if not tags:
            raise InvalidParameterValue("An error occurred and the request cannot be processed.")
        with self._account.lock:
            own = self._find(parameters["Resource"])
            check_tags({**own, **tags})
            own.update(tags)
        self._tell(parameters["Resource"], tags)
        return {}

    def untag_resource(self, parameters: Parameters) -> Parameters:
        with self._account.lock:
            own = self._find(parameters["Resource"])
            for key in parameters["TagKeys"]:
                own.pop(key, None)
        self._tell(parameters["Resource"], parameters["TagKeys"])
        return {}

    def list_tags(self, parameters: Parameters) -> Parameters:
        return {"Tags": dict(self._find(parameters["Resource"]))}

    def _tell(self, arn: str, keys: Collection[str]) -> None:
        if DEBUG in keys and (stored := self._account.functions.get(arn.rpartition(":")[2])):
            for version in stored.every():
                own = None if version.number == LATEST else version.number
                self._account.changed(self._account.arn(stored.name, own))

    def _find(self, arn: str) -> dict[str, str]:
        mapping = self._account.shelf(Mapping).get(arn)
        if mapping is not None:
            return mapping.tags
        kind = _KIND.match(arn)
        if kind is not None and kind[1] in _OTHERS:
            raise ResourceNotFound(f"{_OTHERS[kind[1]]} not found: {arn}")
        name, qualifier = self._account.resolve({"FunctionName": arn})
        if qualifier is not None:
            raise InvalidParameterValue(
                "Tags on function aliases and versions are not supported. Please specify a function ARN."
            )
        return self._account.function(name).tags


def debug_port(tags: dict[str, str]) -> int | None:
    """Where the tags of a function say that an editor attaches; None if they do not, or not to a port."""
    value = tags.get(DEBUG, "")
    if value == "true":
        return PORT
    return int(value) if value.isdecimal() and 0 < int(value) < 65536 else None


def check_tags(tags: dict[str, str]) -> None:
    """Raises InvalidParameterValue for more tags than a resource may have."""
    if len(tags) > quotas.TAGS:
        raise InvalidParameterValue("Number of tags exceeds resource tag limit.")
