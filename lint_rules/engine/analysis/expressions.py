"""What each kind of expression comes to: names, texts, containers, attributes and calls."""

from __future__ import annotations

import ast
from collections.abc import Callable

from lint_rules.engine.analysis.containers import items
from lint_rules.engine.analysis.external_calls import call_external
from lint_rules.engine.analysis.facts import Scope, facts_of
from lint_rules.engine.analysis.forwarding import forwarded, is_forwarded
from lint_rules.engine.analysis.known import (
    HOLE,
    NOTHING,
    UNKNOWN,
    Class,
    Code,
    Env,
    External,
    Function,
    Held,
    Instance,
    Known,
    Many,
    Method,
    Text,
    Values,
    joined,
    text_of,
    texts,
)
from lint_rules.engine.analysis.objects import instance, of_class
from lint_rules.engine.analysis.sdk_resources import listed
from lint_rules.engine.analysis.sdk_values import annotated_type, call_method, guess, member
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.interpreter import Interpreter

_LONGEST = 160
"""Characters of a dotted name."""
_SAME = frozenset({"strip", "rstrip", "lstrip", "lower", "upper", "encode", "decode"})
_CONTAINERS = (
    ast.Dict,
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.ListComp,
    ast.SetComp,
    ast.GeneratorExp,
    ast.DictComp,
)


def evaluate(run: Interpreter, node: ast.AST, scope: Scope) -> Values:
    """What an expression may stand for; nothing for what is not known."""
    evaluator = _BY_TYPE.get(type(node))
    return evaluator(run, node, scope) if evaluator else NOTHING


def _constant(run: Interpreter, node: ast.Constant, scope: Scope) -> Values:
    return frozenset({text_of(node.value)}) if isinstance(node.value, str) else NOTHING


def _name(run: Interpreter, node: ast.Name, scope: Scope) -> Values:
    return run.variable_from(scope, node.id)


def _inner(
    run: Interpreter, node: ast.Await | ast.NamedExpr | ast.Starred | ast.FormattedValue, scope: Scope
) -> Values:
    return run.values(node.value, scope)


def _either(run: Interpreter, node: ast.IfExp | ast.BoolOp, scope: Scope) -> Values:
    parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
    return frozenset().union(*(run.values(part, scope) for part in parts))


def _f_string(run: Interpreter, node: ast.JoinedStr, scope: Scope) -> Values:
    return frozenset({joined([_one_text(run, part, scope) for part in node.values])})


def _sum(run: Interpreter, node: ast.BinOp, scope: Scope) -> Values:
    if isinstance(node.op, ast.Add):
        left, right = texts(run.values(node.left, scope)), texts(run.values(node.right, scope))
        if left or right:
            return frozenset({joined([_one_text(run, part, scope) for part in (node.left, node.right)])})
        return run.values(node.left, scope) | run.values(node.right, scope)
    return NOTHING


def _one_text(run: Interpreter, node: ast.AST, scope: Scope) -> Text:
    if isinstance(node, ast.Constant):
        return text_of(str(node.value))
    found = texts(run.values(node, scope))
    return found[0] if len(found) == 1 else UNKNOWN


def _container(run: Interpreter, node: ast.AST, scope: Scope) -> Values:
    return frozenset({Held(node, scope)})


def _subscript(run: Interpreter, node: ast.Subscript, scope: Scope) -> Values:
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    found: set[Known] = set()
    for value in run.values(node.value, scope):
        if isinstance(value, External) and value.dotted == "os.environ":
            found |= environment(run, node.slice, None, scope)
        elif isinstance(value, Held):
            found |= items(run, value, key if isinstance(key, str | int) else None)
        elif isinstance(value, Many):
            found |= listed(run, value, node, scope)
        elif isinstance(value, Text):
            found.add(UNKNOWN)
    for place in run.containers(node.value, scope):
        found |= run.held_in(place)
    return frozenset(found)


def environment(run: Interpreter, name: ast.AST, default: ast.AST | None, scope: Scope) -> Values:
    """The variable of the environment of a name."""
    names = [text.plain for text in texts(run.values(name, scope))]
    given = [text.plain for text in texts(run.values(default, scope))] if default is not None else []
    otherwise = given[0] if given else None
    return frozenset(Text((Env(each, otherwise),) if each else (HOLE,)) for each in names) or frozenset(
        {UNKNOWN}
    )


def _attribute(run: Interpreter, node: ast.Attribute, scope: Scope) -> Values:
    found: set[Known] = set()
    for value in run.values(node.value, scope):
        found |= attribute(run, value, node.attr, node, scope)
    return frozenset(found)


def attribute(run: Interpreter, value: Known, name: str, node: ast.AST, scope: Scope) -> Values:
    """What an attribute of a value is."""
    if isinstance(value, External):
        dotted = f"{value.dotted}.{name}"
        if len(dotted) > _LONGEST:
            return NOTHING
        return frozenset({External(dotted)}) if "(" in dotted else run.named(scope.facts.module, dotted)
    if isinstance(value, Code):
        own = facts_of(value.module).module_scope
        if name in own.bindings or name in own.facts.stored_globally:
            return run.variable(own, name)
        inner = run.codebase.at(value.module.name.rpartition("/")[0] + f"/{name}.py")
        return frozenset({Code(inner)} if inner else ())
    if isinstance(value, Instance | Class):
        return of_class(run, value, name)
    if isinstance(value, Text | Function | Held):
        return NOTHING
    return member(run, value, name, node, scope)


def _call(run: Interpreter, node: ast.Call, scope: Scope) -> Values:
    found: set[Known] = set()
    func = node.func
    targets = run.values(func, scope)
    if any(isinstance(target, Function | Instance) for target in targets):
        run.calls.unsure.add(node)  # Another function may be meant than that of a client.
    for target in targets:
        if isinstance(target, Function):
            found |= run.invoke(target, node, scope)
            for inner in forwarded(target.scope):
                found |= _sent_on(run, run.values(inner.func, target.scope), node, scope)
        elif isinstance(target, External | Method) and is_forwarded(node, scope):
            continue
        elif isinstance(target, Class):
            found.add(instance(run, target, node, scope))
        elif isinstance(target, External):
            found |= call_external(run, target.dotted, node, scope)
        elif isinstance(target, Method):
            found |= call_method(run, target, node, scope)
        elif isinstance(target, Instance):
            for method in attribute(run, target, "__call__", node, scope):
                if isinstance(method, Function):
                    found |= run.invoke(method, node, scope)
    if isinstance(func, ast.Attribute):
        found |= _method_of_value(run, node, func, scope)
        if not targets:
            guess(run, node, func, scope)
    return frozenset(found)


def _sent_on(run: Interpreter, targets: Values, node: ast.Call, scope: Scope) -> Values:
    """What functions of others give for a call that the project's function hands on to them."""
    found: set[Known] = set()
    for target in targets:
        if isinstance(target, External):
            found |= call_external(run, target.dotted, node, scope)
        elif isinstance(target, Method):
            found |= call_method(run, target, node, scope)
    return frozenset(found)


def _method_of_value(run: Interpreter, node: ast.Call, func: ast.Attribute, scope: Scope) -> Values:
    """Methods of strings and containers."""
    owner = run.values(func.value, scope)
    found: set[Known] = set()
    for value in owner:
        if isinstance(value, Text):
            found.add(value if func.attr in _SAME else UNKNOWN)
        elif isinstance(value, Held) and func.attr in ("get", "pop", "setdefault"):
            key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            found |= items(run, value, key if isinstance(key, str | int) else None)
        elif isinstance(value, Held) and func.attr in ("values", "copy", "items"):
            found.add(value)
    if func.attr in ("append", "add", "setdefault", "insert") and node.args:
        for place in run.containers(func.value, scope):
            run.add(place, run.values(node.args[-1], scope))
    elif func.attr in ("get", "pop", "setdefault"):
        for place in run.containers(func.value, scope):
            found |= run.held_in(place)
    return frozenset(found)


def annotated(run: Interpreter, annotation: ast.AST, scope: Scope) -> Values:
    """Clients and objects of boto3, and objects of the project's classes, that an annotation promises."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return NOTHING
    found: set[Known] = set()
    for value in run.values(annotation, scope):
        if isinstance(value, Class):
            found.add(Instance(value.scope))
        elif isinstance(value, External):
            typed = annotated_type(value.dotted)
            if typed is not None:
                found.add(typed)
    return frozenset(found)


_BY_TYPE: dict[type, Callable[..., Values]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Await: _inner,
    ast.NamedExpr: _inner,
    ast.Starred: _inner,
    ast.FormattedValue: _inner,
    ast.IfExp: _either,
    ast.BoolOp: _either,
    ast.JoinedStr: _f_string,
    ast.BinOp: _sum,
    ast.Subscript: _subscript,
    ast.Attribute: _attribute,
    ast.Call: _call,
    **dict.fromkeys(_CONTAINERS, _container),
}
