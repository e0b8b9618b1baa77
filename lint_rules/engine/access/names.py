"""Names of resources as far as they are known: texts with `${LogicalId}` for what the template makes, and `*` for
what nobody knows before the deployment."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from lint_rules.engine.analysis.known import Env, Text
from lint_rules.engine.iam.asking import Place
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.templates.model import FunctionSpec, Value

PLACE = Place("{region}", "{account}", "aws")
"""Where a deployment will be."""

_TOKEN = regex(r"\$\{([^{}]*)\}")
_ID = regex(r"[\w.\-\[\]\"]+\Z")
_PSEUDO = {
    "AWS::Region": "{region}",
    "AWS::AccountId": "{account}",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}
_OWN = {"AWS_REGION": "{region}", "AWS_DEFAULT_REGION": "{region}", "AWS_ACCOUNT_ID": "{account}"}
_MOST = 12


def tidy(text: str) -> str:
    """A text of a template with attributes of resources (`${Table.Arn}`) as the resources themselves."""

    def named(found: re.Match[str]) -> str:
        inside = found[1].strip()
        if inside in _PSEUDO:
            return _PSEUDO[inside]
        return f"${{{_owner(inside)}}}" if _ID.match(inside) else "*"

    return _TOKEN.sub(named, text)


def _owner(inside: str) -> str:
    """The resource of an attribute: of Table.Arn the first word, of aws_sqs_queue.jobs.arn all but the last."""
    words = inside.split(".")
    if words[0].startswith("aws_") or words[0] in ("module", "data"):
        return ".".join(words[:-1]) if len(words) > 2 else inside
    return words[0]


def said(value: Value) -> str:
    """What is known of a property that names something."""
    if value.known:
        return str(value.value)
    if value.text is not None:
        return tidy(value.text)
    return f"${{{value.names[0]}}}" if len(value.names) == 1 else "*"


def logical_ids(text: str) -> list[str]:
    """The ids in a name."""
    return [found for found in _TOKEN.findall(text) if found]


class Surroundings:
    """What variables of the environment hold for one function."""

    def __init__(self, spec: FunctionSpec | None) -> None:
        self._spec = spec
        found = spec.environment.value if spec is not None else None
        self._variables: Mapping[str, Value] = found if isinstance(found, dict) else {}

    def lacks(self, given: Any) -> bool:
        """Whether an argument is a variable that the template does not set: then the call is made elsewhere."""
        if self._spec is None or not (self._spec.environment.known or self._spec.environment.absent):
            return False
        texts = (given,) if isinstance(given, Text) else given if isinstance(given, tuple) else ()
        return any(
            isinstance(part, Env)
            and bool(part.name)
            and part.default is None
            and part.name not in _OWN
            and not part.name.startswith("AWS_")
            and part.name not in self._variables
            for text in texts
            if isinstance(text, Text)
            for part in text.parts
        )

    def text(self, symbolic: Text) -> str:
        """The text with variables replaced."""
        return "".join(part if isinstance(part, str) else self._variable(part) for part in symbolic.parts)

    def _variable(self, part: Env) -> str:
        value = self._variables.get(part.name)
        if value is not None and not value.absent:
            return said(value)
        return part.default or _OWN.get(part.name, "*")

    def filled(self, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The parameters of a call in every form that they may take; not more than a few."""
        names = list(given)
        forms = [list(self._forms(given[name])) for name in names]
        for chosen in itertools.islice(itertools.product(*forms), _MOST):
            yield dict(zip(names, chosen, strict=True))

    def _forms(self, value: Any) -> Iterator[Any]:
        if isinstance(value, Text):
            yield self.text(value)
        elif isinstance(value, tuple):
            yield from dict.fromkeys(self.text(text) for text in value)
        elif isinstance(value, dict):
            yield {
                self._key(key): next(self._forms(inner)) for key, inner in value.items() if inner is not None
            }
        elif isinstance(value, list):
            yield [next(self._forms(item)) for item in value if item is not None]
        else:
            yield value

    def _key(self, key: Any) -> str:
        return self.text(key) if isinstance(key, Text) else str(key)
