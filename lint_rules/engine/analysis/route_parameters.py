"""The parameters of paths: those that a function's routes have, and those that its code reads."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.additions import in_string
from lint_rules.engine.finding import Edit
from lint_rules.engine.near import is_near
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.event_paths import EventRead
    from lint_rules.engine.finding import Span

_PARAMETER = regex(r"\{([^{}+]+)\+?\}")


class WrongParameter(NamedTuple):
    """A read of a parameter that no route has. `meant` is the one that is meant, where only one can be."""

    read: EventRead
    name: str
    meant: str

    @property
    def span(self) -> Span:
        """Where it is read."""
        return self.read.span

    def renamed(self) -> tuple[Edit, ...]:
        """The edit that reads the one that is meant; none where it is not certain."""
        node = self.read.node
        key = (
            node.slice
            if isinstance(node, ast.Subscript)
            else node.args[0]
            if isinstance(node, ast.Call)
            else None
        )
        if not self.meant or in_string(node, self.read.scope) or not isinstance(key, ast.Constant):
            return ()
        module = self.read.scope.facts.module
        quote = "'" if module.code(key).startswith("'") else '"'
        return (Edit(module.span(key), f"{quote}{self.meant}{quote}"),)


def parameters_of(paths: Iterable[str]) -> frozenset[str]:
    """The names of the parameters in paths as `/orders/{id}` and `/{proxy+}`."""
    return frozenset(name for path in paths for name in _PARAMETER.findall(path))


def wrong_parameters(reads: Iterable[EventRead], known: frozenset[str]) -> Iterator[WrongParameter]:
    """The reads of other parameters, each name once."""
    read = [each for each in reads if len(each.path) == 2 and each.path[0] == "pathParameters"]
    names = {each.path[1] for each in read}
    seen: set[str] = set()
    for each in read:
        name = each.path[1]
        if name in known or name in seen or name.startswith("[") or not (known or each.needed):
            continue
        seen.add(name)
        unread = known - names
        near = [other for other in unread if is_near(other, name) or other.lower() == name.lower()]
        only = [*unread] if len(unread) == len(known) == 1 and len(names) == 1 else near
        yield WrongParameter(each, name, only[0] if len(only) == 1 else "")
