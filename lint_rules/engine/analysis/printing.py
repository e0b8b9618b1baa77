"""Lines that a function prints, and what writes them with the logger that its module already has.

Only a logger that certainly lets lines of level INFO through is used: Lambda's root logger has WARNING until told
otherwise, and a line that is lost is worse than one without a level. A line that a program reads stays printed.
"""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.additions import in_string
from lint_rules.engine.analysis.facts import Facts, Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex

_LOW = frozenset({"logging.INFO", "logging.DEBUG", "'INFO'", "'DEBUG'", "20", "10"})
_POWERTOOLS = ("aws_lambda_powertools.Logger", "aws_lambda_powertools.logging.Logger")
_READ_BY_PROGRAMS = ("_aws", "CloudWatchMetrics", "MONITORING|")
"""Signs of metrics, which are not read behind a level and a request id."""
_PLAIN = regex(r"\"[^\"\\%\r\n]*\"|'[^'\\%\r\n]*'")


def logged_instead(call: ast.Call, scope: Scope) -> tuple[Edit, ...]:
    """The edits that make `print(...)` a call of the module's logger; none where the line would not be the same, or
    would not certainly be written."""
    facts = scope.facts
    module = facts.module
    given = call.args
    starred = any(isinstance(each, ast.Starred) for each in given)
    if not given or call.keywords or starred or in_string(call, scope):
        return ()
    if any(sign in module.text for sign in _READ_BY_PROGRAMS) or _may_be_json(call, scope):
        return ()
    name = _logger(scope)
    if not name:
        return ()
    edits = (Edit(module.span(call.func), f"{name}.info"),)
    if len(given) == 1:
        return edits
    first = module.span(given[0])
    if _PLAIN.fullmatch(module.code(given[0])):
        at, text = first.end - 1, " %s" * (len(given) - 1)
    else:
        at, text = first.start, '"' + " ".join(["%s"] * len(given)) + '", '
    return (*edits, Edit(Span(first.path, at, at), text))


def _may_be_json(call: ast.Call, scope: Scope) -> bool:
    """Whether the whole line may be a JSON document, which filters and queries take apart."""
    module, only = scope.facts.module, call.args[0]
    if len(call.args) > 1 or isinstance(only, ast.Constant):
        return False
    return "dumps" in (module.code(only) if isinstance(only, ast.JoinedStr) else module.text)


def _logger(scope: Scope) -> str:
    """The only logger of the module that writes lines of level INFO and can be named here, or an empty string."""
    facts = scope.facts
    top = facts.module_scope
    found = [name for name in top.bindings if scope.owner(name) is top and _writes(name, facts)]
    return found[0] if len(found) == 1 else ""


def _writes(name: str, facts: Facts) -> bool:
    top = facts.module_scope
    made = top.value(name)
    if not isinstance(made, ast.Call) or not isinstance(facts.parents.get(facts.statement(made)), ast.Module):
        return False
    dotted = top.dotted(made.func) or ""
    if dotted not in ("logging.getLogger", *_POWERTOOLS):
        return False
    if any(_set_level(call) for scope in facts.functions for call in scope.calls):
        return False
    own, root = _levels(name, facts)
    if dotted in _POWERTOOLS:
        own += [word.value for word in made.keywords if word.arg in ("level", None)]
        return not made.args[1:] and all(_is_low(level, facts) for level in own)
    levels = own or root
    return bool(levels) and all(_is_low(level, facts) for level in levels)


def _levels(name: str, facts: Facts) -> tuple[list[ast.expr], list[ast.expr]]:
    """The levels that the module sets for a logger, and for the root logger."""
    top = facts.module_scope
    own: list[ast.expr] = []
    root: list[ast.expr] = []
    for call in top.calls:
        owner = _set_level(call)
        if owner is None:
            continue
        statement = facts.statement(call)
        level = call.args[0] if isinstance(facts.parents.get(statement), ast.Module) else call
        if isinstance(owner, ast.Name) and owner.id == name:
            own.append(level)
        made = top.value(owner.id) if isinstance(owner, ast.Name) else owner
        if isinstance(made, ast.Call) and top.dotted(made.func) == "logging.getLogger" and not made.args:
            root.append(level)
    return own, root


def _set_level(call: ast.Call) -> ast.expr | None:
    """The logger whose level a call sets."""
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr == "setLevel" and len(call.args) == 1:
        return func.value
    return None


def _is_low(level: ast.expr, facts: Facts) -> bool:
    said = repr(level.value) if isinstance(level, ast.Constant) else facts.module_scope.dotted(level)
    return said in _LOW
