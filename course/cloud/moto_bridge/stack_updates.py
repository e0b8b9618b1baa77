"""The order in which an update of a stack changes its resources: first what others need, then what needs it, and at the
end what the template has no more.

moto deletes first and adds before it changes, so that a new version of a function would hold the old code, and an old
version could not go because an alias still names it. What a template retains stays.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.stack_resources import Refused

PARSING = "moto.cloudformation.parsing"
_ATTEMPTS = 5
_NAMED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[^}]*)?\}")


@patch(PARSING, "ResourceMap.update", "e34b0c357f3c")
def _update(original: Function) -> Function:
    def update(self: Any, template: dict[str, Any], parameters: dict[str, Any] | None = None) -> None:
        diff = self.build_resource_diff(template, parameters)
        before, wanted = self._resource_json_map, template["Resources"]
        self._template = template
        if parameters:
            self.input_parameters = parameters
        self.load_mapping()
        self.load_parameters()
        self.load_conditions()
        self._resource_json_map = wanted
        added, changed = {*diff["Add"]}, {*diff["Modify"]}
        steps: dict[str, Callable[[], object]] = {name: partial(self.__getitem__, name) for name in added}
        steps |= {name: partial(_change, self, name, wanted[name]) for name in changed}
        _take([name for name in in_order(wanted) if name in steps], steps)
        gone = {name: before[name] for name in reversed(in_order(before)) if name in diff["Remove"]}
        there = {name: self._parsed_resources.pop(name, None) for name in gone}
        kept = {name for name, one in gone.items() if one.get("DeletionPolicy") == "Retain"}
        going = [name for name in gone if name not in kept and there[name] is not None]
        _take(going, {name: partial(_clean, self, there[name], gone[name]) for name in going})

    return update


def in_order(resources: Mapping[str, Any]) -> list[str]:
    """The names of a template's resources, each after those that it refers to or depends on."""
    placed: dict[str, None] = {}

    def place(name: str, above: tuple[str, ...]) -> None:
        if name in placed or name in above or name not in resources:
            return
        for other in _references(resources[name]):
            place(other, (*above, name))
        placed[name] = None

    for name in resources:
        place(name, ())
    return [*placed]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for item in part:
            yield from _references(item)
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        if key in ("Ref", "DependsOn"):
            yield from (text for text in texts if isinstance(text, str))
        elif key == "Fn::GetAtt" and texts:
            yield str(texts[0]).partition(".")[0]
        elif key == "Fn::Sub" and texts:
            yield from _NAMED.findall(str(texts[0]))
        yield from _references(value)


def _change(resources: Any, name: str, described: dict[str, Any]) -> None:
    from moto.cloudformation.parsing import parse_and_update_resource

    resources._parsed_resources[name] = parse_and_update_resource(
        name,
        described,
        resources,
        account_id=resources._account_id,
        region_name=resources._region_name,
    )


def _clean(resources: Any, one: Any, described: dict[str, Any]) -> None:
    # What cannot be deleted is left behind: by then the update has succeeded, and AWS does not take it back.
    with suppress(Refused):
        resources._delete_resource(one, described)


def _take(names: list[str], steps: Mapping[str, Callable[[], object]]) -> None:
    """Take the steps. What Lambda refuses ends it; what fails in moto is tried again after the others, as moto does."""
    for attempt in range(_ATTEMPTS):
        left = []
        for name in names:
            try:
                steps[name]()
            except Refused:
                raise
            except Exception:
                if attempt == _ATTEMPTS - 1:
                    raise
                left.append(name)
        if not left:
            return
        names = left
