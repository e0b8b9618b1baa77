"""Taking arguments out of a call, as text."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lint_rules.engine.analysis.additions import in_string
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.facts import Scope

_REST = regex(r"[ \t]*,?")
_STRINGS = regex(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")


def removing(keywords: Sequence[ast.keyword], call: ast.Call, scope: Scope) -> tuple[Edit, ...]:
    """The edits that take keyword arguments out of a call; none where a comment stands among them, or in a string."""
    module = scope.facts.module
    if in_string(call, scope):
        return ()
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    given.sort(key=module.span)
    spans = [module.span(each) for each in given]
    gone = [each in keywords for each in given]
    edits = []
    place = 0
    while place < len(given):
        if not gone[place]:
            place += 1
            continue
        first = place
        while place < len(given) and gone[place]:
            place += 1
        start, end = spans[first].start, spans[place - 1].end
        if place < len(given):
            end = spans[place].start
        elif first:
            start = spans[first - 1].end
        else:
            rest = _REST.match(module.text, end - module.base)
            end = module.base + rest.end() if rest else end
        if "#" in _STRINGS.sub("", module.text[start - module.base : end - module.base]):
            return ()
        edits.append(Edit(Span(module.document.path, start, end), ""))
    return tuple(edits)
