"""Calls that take a text for more than a text: shells, Python itself, databases, and what makes objects of bytes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator

from lint_rules.engine.analysis.additions import in_string
from lint_rules.engine.analysis.bodies import block_of
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.untrusted import Untrusted

_SHELLS = frozenset({
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"),
    *("asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_shell"),
})  # fmt: skip
_RUNS = frozenset(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))
_SHELL = regex(r"(?:/\w+)*/?(?:ba|da|z)?sh$")
_STARTS = regex(r"^os\.(spawn|exec|posix_spawn)[a-z]*$")
_CODE = frozenset({
    *("eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec", "builtins.__import__"),
})  # fmt: skip
_DRIVERS = frozenset({
    *("pymysql", "psycopg2", "psycopg", "mysql", "MySQLdb", "sqlite3", "pyodbc", "cx_Oracle", "oracledb", "pymssql"),
    *("sqlalchemy", "aiomysql", "asyncpg", "aiopg", "pg8000", "redshift_connector", "snowflake", "duckdb", "databases"),
    *("aiosqlite", "mariadb", "pymonetdb", "clickhouse_driver", "trino", "pyathena", "databricks", "psycopg_pool"),
    *("sqlmodel", "aurora_data_api", "phoenixdb", "hdbcli", "ibm_db_dbi", "jaydebeapi", "records", "dataset"),
})  # fmt: skip
_EXECUTES = frozenset({"execute", "executemany", "executescript", "exec_driver_sql", "execute_string"})
_FETCHES = frozenset({"fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one"})
_BY_KEYWORD = {
    "execute_statement": ("sql", "Sql"),
    "batch_execute_statement": ("sql", "Sqls"),
    "start_query_execution": ("QueryString",),
}
"""Operations of RDS Data API, Redshift Data API and Athena, and their argument that is SQL."""

_READS = regex(r"^(?:pandas|awswrangler)\.(?:\w+\.)*read_sql\w*$")
_LOADS = frozenset({
    *("pickle.load", "pickle.loads", "_pickle.load", "_pickle.loads", "cPickle.loads", "dill.load", "dill.loads"),
    "cloudpickle.load",
    *("cloudpickle.loads", "marshal.load", "marshal.loads", "jsonpickle.decode", "joblib.load", "shelve.open"),
    *("pandas.read_pickle", "yaml.unsafe_load", "yaml.unsafe_load_all"),
})  # fmt: skip
_FROM_OTHERS = ("headers", "body", "Parameters", "ookie", "Records", "current_event", "get_object")
_ASKED = {"torch.load": ("weights_only",), "numpy.load": ("allow_pickle",)}
_YAML = frozenset({"yaml.load", "yaml.load_all"})
_DEEPEST = 6
_UNSAFE_LOADERS = frozenset({"yaml.Loader", "yaml.CLoader", "yaml.UnsafeLoader", "yaml.CUnsafeLoader"})


class Sink(NamedTuple):
    """Such a call. `text` is what it takes, `name` the dotted name of what is called, or the method."""

    call: ast.Call
    scope: Scope
    name: str
    text: ast.expr

    @property
    def span(self) -> Span:
        """Where the text stands that it takes."""
        return self.scope.facts.module.span(self.text)

    def safely(self) -> tuple[Edit, ...]:
        """Edits that load YAML without making objects of it; none for anything else."""
        module = self.scope.facts.module
        func = self.call.func
        plain = (
            isinstance(func, ast.Attribute) and len(self.call.args) == 1 and not in_string(func, self.scope)
        )
        if self.name not in _YAML or not isinstance(func, ast.Attribute) or not plain:
            return ()
        whole = module.span(func)
        edits = [Edit(Span(whole.path, whole.end - len(func.attr), whole.end), f"safe_{func.attr}")]
        if self.call.keywords:
            from lint_rules.engine.analysis.removals import removing

            gone = removing(self.call.keywords, self.call, self.scope)
            edits += gone
            if not gone or len(self.call.keywords) != 1:
                return ()
        return tuple(edits)

    @property
    def has_no_loader(self) -> bool:
        """Whether YAML is loaded with no loader at all, which PyYAML 6 refuses."""
        return self.name in _YAML and not self.call.keywords and len(self.call.args) == 1


def injected(kind: str, scopes: Iterable[Scope], untrusted: Callable[[], Untrusted]) -> Iterator[Sink]:
    """The calls of a kind ("shell", "code", "sql" or "objects") whose text may come from outside."""
    for scope in scopes:
        for sink in _KINDS[kind](scope):
            held = all(untrusted().holds(text, scope) for text in (sink.text, _latest(sink, scope)))
            if held and not (kind == "sql" and _is_whole(sink.text, scope)):
                yield sink


def _latest(sink: Sink, scope: Scope) -> ast.expr:
    """What a variable was set to just before, where no loop and no branch lies between; else the variable itself."""
    text, facts = sink.text, scope.facts
    if not isinstance(text, ast.Name) or scope.owner(text.id) is not scope:
        return text
    bound = {
        facts.statement(each): facts.assigned(each)
        for each in scope.bindings.get(text.id, ())
        if each in facts.parents
    }
    at: ast.AST = facts.statement(sink.call)
    while not isinstance(at, FunctionNode | ast.For | ast.While | ast.AsyncFor | ast.Module):
        above = facts.parents[at]
        suite: list[ast.AST] = [*block_of(at, above)] or [at]
        for before in reversed(suite[: suite.index(at)]):
            if before in bound:
                return bound[before] or text
            if any(part in bound for part in walk(before)):
                return text
        at = above
    return text


def _shells(scope: Scope) -> Iterator[Sink]:
    for call in scope.calls:
        name = scope.dotted(call.func)
        if name not in _SHELLS and name not in _RUNS:
            text = _after_shell(_program(call, name or ""))
            if text is not None:
                yield Sink(call, scope, name or "", text)
            continue
        command = call.args[0] if call.args else _keyword(call, "args", "cmd", "command")
        if isinstance(command, ast.Name):
            owner = scope.owner(command.id)
            value = owner.value(command.id) if owner is not None else None
            command = value if isinstance(value, ast.List | ast.Tuple) else command
        parts = command.elts if isinstance(command, ast.List | ast.Tuple) else []
        shell = _keyword(call, "shell")
        if name in _SHELLS or (isinstance(shell, ast.Constant) and shell.value is True):
            text = parts[0] if parts else command
        elif len(parts) > 2 and _is(parts[0], _SHELL) and _is(parts[1], re.compile("-[a-z]*c")):
            text = parts[2]
        else:
            continue
        if text is not None:
            yield Sink(call, scope, name or "", text)


def _program(call: ast.Call, name: str) -> list[ast.expr]:
    """The program and its arguments that a call starts without a shell of its own."""
    found = _STARTS.match(name)
    if name.endswith(".create_subprocess_exec") and name.startswith("asyncio."):
        return call.args
    if found is None and not name.endswith((".subprocess_exec", ".subprocess_shell")):
        return []
    given = call.args[1:] if found is None or found[1] == "spawn" else call.args
    if name.endswith(".subprocess_shell"):
        return [ast.Constant("sh"), ast.Constant("-c"), *given[:1]]
    return [part for one in given for part in (one.elts if isinstance(one, ast.List | ast.Tuple) else [one])]


def _after_shell(words: list[ast.expr]) -> ast.expr | None:
    """What a shell is told to run: the word behind its `-c`."""
    if len(words) < 3 or not _is(words[0], _SHELL):
        return None
    at = next((place for place in (1, 2) if _is(words[place], re.compile("-[a-z]*c"))), None)
    return words[at + 1] if at is not None and at + 1 < len(words) else None


def _codes(scope: Scope) -> Iterator[Sink]:
    for call in scope.calls:
        if call.args and (name := scope.dotted(call.func)) in _CODE:
            yield Sink(call, scope, name or "", call.args[0])


def _queries(scope: Scope) -> Iterator[Sink]:
    has_driver: bool | None = None
    for call in scope.calls:
        func = call.func
        method = func.attr if isinstance(func, ast.Attribute) else ""
        if method in _BY_KEYWORD:
            text = _keyword(call, *_BY_KEYWORD[method])
            if text is not None:
                yield Sink(call, scope, method, text)
        elif method.startswith("read_sql"):
            text = call.args[0] if call.args else _keyword(call, "sql")
            if text is not None and _READS.match(scope.dotted(func) or ""):
                yield Sink(call, scope, method, text)
        elif method in _EXECUTES or method in _FETCHES:
            if has_driver is None:
                has_driver = _has_driver(scope)
            text = call.args[0] if call.args else _keyword(call, "query", "operation", "statement", "sql")
            if has_driver and text is not None and not _is_of_others(func, scope):
                yield Sink(call, scope, method, _unwrapped(text, scope))


def _objects(scope: Scope) -> Iterator[Sink]:
    for call in scope.calls:
        name = scope.dotted(call.func)
        if not call.args or name is None or _comes_back(name, scope):
            continue
        loader = call.args[1] if len(call.args) > 1 else _keyword(call, "Loader")
        if (
            (name in _LOADS and not _is_safe(call))
            or _asks_for_objects(call, name)
            or (name in _YAML and (loader is None or scope.dotted(loader) in _UNSAFE_LOADERS))
        ):
            yield Sink(call, scope, name, call.args[0])


_KINDS: dict[str, Callable[[Scope], Iterator[Sink]]] = {
    "shell": _shells,
    "code": _codes,
    "sql": _queries,
    "objects": _objects,
}


def _is_whole(text: ast.expr, scope: Scope, depth: int = 0) -> bool:
    """Whether SQL is nothing but a part of what the function gets: to run it is what the function is for."""
    if isinstance(text, ast.Name) and depth < _DEEPEST:
        value = scope.value(text.id) if scope.owner(text.id) is scope else None
        return value is not None and _is_whole(value, scope, depth + 1)
    if (
        isinstance(text, ast.Call)
        and isinstance(text.func, ast.Attribute)
        and text.func.attr in ("get", "strip")
    ):
        text = text.func
    return isinstance(text, ast.Subscript | ast.Attribute)


def _has_driver(scope: Scope) -> bool:
    """Whether the module imports a driver of a database."""
    return any(name.partition(".")[0] in _DRIVERS for name in scope.facts.imports.values())


def _is_of_others(func: ast.AST, scope: Scope) -> bool:
    """Whether a method is certainly that of another package than a driver."""
    root = (scope.dotted(func) or "").partition(".")[0]
    roots = {name.partition(".")[0] for name in scope.facts.imports.values()}
    return root in roots and root not in _DRIVERS


def _unwrapped(text: ast.expr, scope: Scope) -> ast.expr:
    """The text of `sqlalchemy.text(…)`."""
    if isinstance(text, ast.Name):
        owner = scope.owner(text.id)
        value = owner.value(text.id) if owner is not None else None
        text = value if isinstance(value, ast.Call) and _wraps(value, scope) else text
    if isinstance(text, ast.Call) and _wraps(text, scope) and text.args:
        return text.args[0]
    return text


def _wraps(call: ast.Call, scope: Scope) -> bool:
    return scope.dotted(call.func) in ("sqlalchemy.text", "sqlalchemy.sql.text", "sqlmodel.text")


def _comes_back(name: str, scope: Scope) -> bool:
    """Whether what is loaded may be what the function has given to a workflow: it dumps such things itself, and knows
    of no request and no message."""
    text = scope.facts.module.text
    return f"{name.partition('.')[0]}.dump" in text and not any(word in text for word in _FROM_OTHERS)


def _is_safe(call: ast.Call) -> bool:
    """Whether jsonpickle is told to make nothing but values."""
    given = _keyword(call, "safe")
    return isinstance(given, ast.Constant) and given.value is True


def _asks_for_objects(call: ast.Call, name: str) -> bool:
    """Whether PyTorch or NumPy is asked to load objects, which they do not by themselves (since 2.6 and 1.16.3)."""
    given = _keyword(call, *_ASKED.get(name, ()))
    return isinstance(given, ast.Constant) and given.value is (name == "numpy.load")


def _is(node: ast.expr, form: re.Pattern[str]) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(form.match(node.value))


def _keyword(call: ast.Call, *names: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)
