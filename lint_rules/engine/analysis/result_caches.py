"""Functions whose results are remembered without a limit, and what their callers pass them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bodies import decorators
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.codebase import Codebase
    from lint_rules.engine.analysis.flow import Flow

_LIMIT = 128


class ResultCache(NamedTuple):
    """Such a function, the decorator that remembers, and a call of it with something of the event."""

    function: Scope
    decorator: ast.expr
    call: ast.Call
    caller: Scope

    @property
    def name(self) -> str:
        """The function's name."""
        return str(getattr(self.function.node, "name", ""))

    @property
    def span(self) -> Span:
        """Where the decorator stands."""
        return self.function.facts.module.span(self.decorator)

    @property
    def called_at(self) -> Span:
        """Where something of the event is passed."""
        return self.caller.facts.module.span(self.call)

    def limited(self) -> tuple[Edit, ...]:
        """Edits that limit what is remembered."""
        module = self.function.facts.module
        if isinstance(self.decorator, ast.Call):
            given = [*self.decorator.args, *(keyword.value for keyword in self.decorator.keywords)]
            unlimited = [each for each in given if isinstance(each, ast.Constant) and each.value is None]
            return (Edit(module.span(unlimited[0]), str(_LIMIT)),) if unlimited else ()
        code = module.code(self.decorator)
        head, dot, _ = code.rpartition(".")
        return (Edit(self.span, f"{head}.lru_cache(maxsize={_LIMIT})"),) if dot else ()


def result_caches(codebase: Codebase, flow: Flow) -> Iterator[ResultCache]:
    """Those that a handler calls with something of its event."""
    seen: set[Scope] = set()
    for scope in flow.reach.functions:
        for call in scope.calls:
            target = codebase.target(call, scope)
            decorator = _unlimited(target) if target is not None and target not in seen else None
            if target is None or decorator is None:
                continue
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            if any(flow.depends_on_event(part, scope) for part in given):
                seen.add(target)
                yield ResultCache(target, decorator, call, scope)


def _unlimited(scope: Scope) -> ast.expr | None:
    outer = scope.parent or scope
    for decorator in decorators(scope):
        if outer.dotted(decorator) == "functools.cache":
            return decorator
        if isinstance(decorator, ast.Call) and outer.dotted(decorator.func) == "functools.lru_cache":
            given = [
                *decorator.args[:1],
                *(word.value for word in decorator.keywords if word.arg == "maxsize"),
            ]
            if any(isinstance(each, ast.Constant) and each.value is None for each in given):
                return decorator
    return None
