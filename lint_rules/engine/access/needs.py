"""What a function's calls need: an action on a resource, and the call it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lint_rules.engine.access.names import PLACE, Surroundings
from lint_rules.engine.iam.asking import Authorization
from lint_rules.engine.iam.calls import actions_of_call
from lint_rules.engine.iam.requests import authorizations
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.aws_call import AwsCall
    from lint_rules.engine.analysis.aws_use import AwsUse
    from lint_rules.engine.templates.model import FunctionSpec

_FREE = frozenset({"sts:GetCallerIdentity"})
"""What nobody needs a policy for.
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
_UNSURE_ACTIONS = ("dynamodb:PartiQL",)
_LISTS = frozenset({"Entries", "TransactItems", "Statements", "TransactStatements", "Targets"})
_MAPS = frozenset({"RequestItems", "Delete", "CopySource"})
"""Parameters that are lists of structures, and structures."""
_STARS = regex(r"\*{2,}")


class Need(NamedTuple):
    """An action, such as s3:GetObject, on a resource: an ARN with `${LogicalId}` for what the template makes and
    `*` for what is not known. `sure` says that the call is certain and the action one that it always needs."""

    action: str
    resource: str
    call: AwsCall
    sure: bool


def needs_of(use: AwsUse, spec: FunctionSpec | None) -> list[Need]:
    """What the role must allow, once for each action and resource, the sure ones and the earliest first."""
    surroundings = Surroundings(spec)
    found: dict[tuple[str, str], Need] = {}
    for call in use.calls:
        if call.own:
            for need in _of(call, surroundings):
                known = found.get((need.action, need.resource))
                if known is None or (need.sure and not known.sure):
                    found[need.action, need.resource] = need
    return list(found.values())


def unmapped(use: AwsUse) -> list[AwsCall]:
    """The calls of which the actions are not known."""
    return [call for call in use.calls if call.own and actions_of_call(call.service, call.operation) is None]


def _of(call: AwsCall, surroundings: Surroundings) -> Iterator[Need]:
    sure = call.confidence == "high" and not any(map(surroundings.lacks, call.parameters.values()))
    for given in surroundings.filled(call.parameters):
        asked = authorizations(call.service, call.operation, _seen(call, given), PLACE)
        if not asked:  # The parameters that say on what are not known.
            actions = actions_of_call(call.service, call.operation, given) or ()
            asked = tuple(Authorization(action, "*", {}) for action in actions)
        for one in asked:
            if one.action not in _FREE:
                certain = sure and not one.action.startswith(_UNSURE_ACTIONS)
                yield Need(one.action, _STARS.sub("*", one.resource), call, certain)


def _seen(call: AwsCall, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters; of an upload also the key, which its place gives."""
    shaped = {name: _shaped(name, value) for name, value in given.items()}
    if call.service == "s3" and "Bucket" in given and "Key" not in given:
        shaped["Key"] = "*"
    return shaped


def _shaped(name: str, value: Any) -> Any:
    """What of a list of structures, or of a structure, is known as such."""
    if name in _LISTS:
        listed = value if isinstance(value, list) else [value]
        return [item for item in listed if isinstance(item, Mapping)]
    return {} if name in _MAPS and not isinstance(value, Mapping | str) else value
