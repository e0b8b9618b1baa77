"""Tags of functions and event source mappings.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html
"""

from __future__ import annotations

import re

from course.cloud import quotas
from course.cloud.api.mapping import Mapping
from course.cloud.api.noun import Noun
from course.cloud.api.stored import Parameters
from course.cloud.errors import InvalidParameterValue, ResourceNotFound

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
        return {}

    def untag_resource(self, parameters: Parameters) -> Parameters:
        with self._account.lock:
            own = self._find(parameters["Resource"])
            for key in parameters["TagKeys"]:
                own.pop(key, None)
        return {}

    def list_tags(self, parameters: Parameters) -> Parameters:
        return {"Tags": dict(self._find(parameters["Resource"]))}

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


def check_tags(tags: dict[str, str]) -> None:
    """Raises InvalidParameterValue for more tags than a resource may have."""
    if len(tags) > quotas.TAGS:
        raise InvalidParameterValue("Number of tags exceeds resource tag limit.")
