"""Which environment variables code reads, and which of them it cannot do without."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.bodies import body_of
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.analysis.guards import is_rare
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span

_ENVIRON = "os.environ"
_TOLERANT = frozenset({"KeyError", "Exception", "BaseException", "LookupError"})
_OF_LAMBDA = ("AWS_", "LAMBDA_", "_", "LC_")
_OF_LINUX = frozenset(
    {"PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "LANG", "TZ", "HOME", "PWD", "TMPDIR", "HOSTNAME", "USER"}
)


GIVING = ("load_dotenv", "greengrasssdk")
"""What gives variables that no template tells of: a file beside the code, and the group of a Greengrass core."""


class EnvRead(NamedTuple):
    """One read. `literal` is the text that names the variable, where it is written in the read itself. `needed` says
    that a missing variable ends the invocation; `conditional` that a test stands around the read."""

    name: str
    node: ast.AST
    literal: ast.Constant | None
    scope: Scope
    needed: bool
    conditional: bool

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.scope.facts.module.span(self.node)


class Environment(NamedTuple):
    """All reads. `written` are variables that the code itself sets or tests for; `open` says that others may be read
    or set, as where the whole environment is handed on."""

    reads: tuple[EnvRead, ...]
    written: frozenset[str]
    open: bool


def is_given(name: str) -> bool:
    """Whether Lambda or its operating system may set the variable.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return name.startswith(_OF_LAMBDA) or name in _OF_LINUX


def environment_of(scopes: Iterable[Scope]) -> Environment:
    """What these functions and modules read."""
    reads: list[EnvRead] = []
    written: set[str] = set()
    is_open = False
    for scope in scopes:
        for use in _uses(scope):
            kind, key = _kind(use, scope)
            name = _text(key, scope) if key is not None else None
            if name is None:
                is_open = True
            elif kind == "write":
                written.add(name)
            else:
                needed = kind == "needed" and not _is_caught(use, scope)
                literal = key if isinstance(key, ast.Constant) else None
                reads.append(EnvRead(name, use, literal, scope, needed, _is_conditional(use, scope)))
    return Environment(tuple(reads), frozenset(written), is_open)


def _uses(scope: Scope) -> Iterator[ast.AST]:
    """The expressions around each mention of the environment."""
    parents = scope.facts.parents
    mentions: list[ast.AST] = [node for node in body_of(scope).attributes if scope.dotted(node) == _ENVIRON]
    for name, loads in scope.loads.items():
        if name != "os" and scope.dotted(loads[0]) == _ENVIRON:
            mentions += loads
    for node in mentions:
        parent = parents.get(node)
        call = parents.get(parent) if isinstance(parent, ast.Attribute) else None
        yield call if isinstance(call, ast.Call) and call.func is parent else parent or node
    for call in scope.calls:
        if scope.dotted(call.func) == "os.getenv":
            yield call


def _kind(use: ast.AST, scope: Scope) -> tuple[str, ast.AST | None]:
    """What is done to the environment, and the expression that names the variable."""
    if isinstance(use, ast.Subscript):
        return ("needed" if isinstance(use.ctx, ast.Load) else "write"), use.slice
    if isinstance(use, ast.Call) and use.args:
        method = use.func.attr if isinstance(use.func, ast.Attribute) else ""
        if method == "setdefault":
            return "write", use.args[0]
        if scope.dotted(use.func) == "os.getenv" or method in ("get", "pop"):
            return "read", use.args[0]
    if isinstance(use, ast.Compare) and len(use.ops) == 1 and isinstance(use.ops[0], ast.In | ast.NotIn):
        return "write", use.left
    return "", None


def _text(node: ast.AST, scope: Scope) -> str | None:
    if isinstance(node, ast.Name):
        owner = scope.owner(node.id)
        node = (owner.value(node.id) if owner is not None else None) or node
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_caught(node: ast.AST, scope: Scope) -> bool:
    """Whether a missing variable is caught, or the read is itself in a rare branch."""
    for parent, child in scope.facts.above(node):
        if isinstance(parent, ast.Try) and child in parent.body:
            for handler in parent.handlers:
                names = (
                    {getattr(part, "id", "") for part in walk(handler.type)} if handler.type else _TOLERANT
                )
                if names & _TOLERANT:
                    return True
    return is_rare(node, scope)


def _is_conditional(node: ast.AST, scope: Scope) -> bool:
    for parent, child in scope.facts.above(node):
        if isinstance(parent, FunctionNode):
            return False
        if isinstance(parent, ast.If | ast.IfExp | ast.BoolOp | ast.While) and child is not getattr(
            parent, "test", 0
        ):
            return True
    return False
