"""How Lambda's call meets a function: what it is called with, what it gives back, and who else calls it.

Only the function itself is judged. What a decorator makes of it is unknown, but for those of Powertools, which hand
event, context and result on.
"""

from __future__ import annotations

import ast
import re

from lint_rules.engine.analysis.bodies import decorators, own_code
from lint_rules.engine.analysis.codebase import Codebase
from lint_rules.engine.analysis.facts import FunctionNode, Scope, facts_of
from lint_rules.engine.analysis.imports import importing
from lint_rules.engine.analysis.shapes import MARKS
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex


class Entry:
    """A function as what Lambda calls with two arguments, an event and a context."""

    def __init__(self, scope: Scope, codebase: Codebase) -> None:
        node = scope.node
        assert isinstance(node, FunctionNode)
        self.scope = scope
        self.node = node
        self._codebase = codebase

    @property
    def is_plain(self) -> bool:
        """Whether Lambda's event and context arrive in it, and its result at Lambda, as they are."""
        return all(_last_name(each) in MARKS for each in decorators(self.scope)) and not self._is_rebound

    @property
    def is_bare(self) -> bool:
        """Whether nothing stands between Lambda and it: no decorator, no second meaning of its name."""
        return not self.node.decorator_list and not self._is_rebound

    @property
    def _is_rebound(self) -> bool:
        outer = self.scope.parent
        return outer is not None and len(outer.bindings.get(self.node.name, [])) != 1

    @property
    def is_async(self) -> bool:
        """Whether it is an `async def`."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def is_generator(self) -> bool:
        """Whether a call of it gives a generator."""
        return "yield" in self.scope.facts.module.text and any(
            isinstance(part, ast.Yield | ast.YieldFrom) for part in own_code(self.scope)
        )

    @property
    def is_used(self) -> bool:
        """Whether code of the project calls it, or hands it on."""
        name = self.node.name
        if any(name in other.loads for other in self.scope.facts.scopes):
            return True
        ending = f".{name}"
        return any(
            origin.endswith(ending)
            and self._codebase.imported(module, origin.removesuffix(ending)) is self.scope.facts.module
            for module in self._codebase.modules.values()
            if name in module.text and module is not self.scope.facts.module
            for origin in facts_of(module).imports.values()
        )

    @property
    def span(self) -> Span:
        """Where its name stands."""
        module = self.scope.facts.module
        start = module.span(self.node).start
        found = _NAMED.search(module.text, start - module.base)
        if found is None:
            return Span(module.document.path, start, start)
        return Span(module.document.path, module.base + found.start(1), module.base + found.end(1))

    @property
    def mismatch(self) -> str:
        """What is wrong with its parameters when it is called with two arguments; empty where that works."""
        arguments = self.node.args
        names = self._positional
        required = len(names) - len(arguments.defaults)
        needed = [
            each.arg
            for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if not value
        ]
        if required > 2:
            return f"it requires {required} arguments"
        if len(names) < 2 and arguments.vararg is None:
            return "it takes no argument" if not names else "it takes only one argument"
        if needed:
            return f"it requires the keyword argument `{needed[0]}`"
        return ""

    @property
    def _positional(self) -> list[str]:
        names = self.scope.arguments
        return names[1:] if self.scope.parent is not None and self.scope.parent.is_class else names

    def completed(self) -> tuple[Edit, ...]:
        """Edits that give it the parameters it lacks."""
        arguments = self.node.args
        module = self.scope.facts.module
        names = self._positional
        if arguments.kwonlyargs or arguments.vararg or arguments.kwarg or arguments.posonlyargs:
            return ()
        missing = ["event", "context"][len(names) :]
        if any(name in self.scope.loads or name in self.scope.bindings for name in missing):
            return ()
        if names:
            end = module.span((arguments.defaults or arguments.args)[-1]).end
            text = "".join(f", {name}=None" if arguments.defaults else f", {name}" for name in missing)
        else:
            found = re.compile(r"\s*\(").match(module.text, self.span.end - module.base)
            if found is None or arguments.args:
                return ()
            end, text = module.base + found.end(), ", ".join(missing)
        return (Edit(Span(module.document.path, end, end), text),) if missing else ()

    def wrapped(self) -> tuple[Edit, ...]:
        """Edits that rename an asynchronous function and add one of its name that runs it; none where that is
        not certainly right."""
        name, facts = self.node.name, self.scope.facts
        module, arguments = facts.module, self.node.args
        taken = any(f"_{name}" in scope.bindings or f"_{name}" in scope.loads for scope in facts.scopes)
        plain = not (arguments.kwonlyargs or arguments.vararg or arguments.kwarg or arguments.posonlyargs)
        if taken or not plain or len(arguments.args) != 2 or self.scope.parent is not facts.module_scope:
            return ()
        if self.is_used or self.node.decorator_list or arguments.defaults or self.is_generator:
            return ()
        if any("asyncio" in scope.bindings for scope in facts.scopes if scope is not facts.module_scope):
            return ()
        imported = "asyncio" in facts.module_scope.bindings
        if imported and facts.module_scope.dotted(ast.Name("asyncio")) != "asyncio":
            return ()
        imports = () if imported else importing("asyncio", facts)
        text, span = module.text, module.span(self.node)
        newline = "\r\n" if "\r\n" in text else "\n"
        end = span.end - module.base
        if text[end : end + 1] not in ("", "\n", "\r"):
            return ()
        given = ", ".join(each.arg for each in arguments.args)
        lines = ["", "", "", f"def {name}({given}):", f"    return asyncio.run(_{name}({given}))"]
        renamed = Edit(self.span, f"_{name}")
        follow = Edit(Span(module.document.path, span.end, span.end), newline.join(lines))
        return (*imports, renamed, follow)


_NAMED = regex(r"def\s+(\w+)")


def _last_name(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
