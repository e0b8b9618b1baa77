"""Edits that put a call of the standard library around an expression, and import what it needs."""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.additions import in_string, wrapping
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.imports import importing
from lint_rules.engine.finding import Edit


def wrapped(dotted: str, node: ast.expr, scope: Scope) -> tuple[Edit, ...]:
    """The edits that put `json.dumps(...)`, or another function by its dotted name, around an expression; none where a
    name is taken, or the expression has no place of its own."""
    called = callable_as(dotted, scope)
    if called is None or in_string(node, scope):
        return ()
    name, imports = called
    return (*imports, *wrapping(f"{name}(", node, ")", scope))


def callable_as(dotted: str, scope: Scope) -> tuple[str, tuple[Edit, ...]] | None:
    """How a function of the standard library is written in a scope, and the edits that import it where nothing does
    yet; None where another thing has its name."""
    facts, (module, _, function) = scope.facts, dotted.rpartition(".")
    top = facts.module_scope
    for name, bound in top.bindings.items():
        if len(bound) != 1 or name in facts.stored_globally or scope.owner(name) is not top:
            continue
        if facts.imports.get(bound[0]) == dotted:
            return name, ()
        if facts.imports.get(bound[0]) == module:
            return f"{name}.{function}", ()
    first = module.partition(".")[0]
    bound = top.bindings.get(first, [])
    if not bound and scope.owner(first) is None and first not in facts.stored_globally:
        # Nothing in between may have the name either, though it is bound nowhere yet.
        return dotted, importing(module, facts)
    if bound and scope.owner(first) is top and all(isinstance(each, ast.alias) for each in bound):
        if any(getattr(each, "name", "") == module and not getattr(each, "asname", "") for each in bound):
            return dotted, ()
        if all(getattr(each, "name", "").partition(".")[0] == first for each in bound) and "." in module:
            return dotted, importing(module, facts)
    return None
