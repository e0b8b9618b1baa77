"""What text comes from outside: from the event, as its sender has written it, into the functions that a handler runs.

Only what carries the text on is followed: assignments, loops, formatting, decoding, the project's own functions, and
the objects of S3 that the event names. What any other call gives is clean, so are numbers, what AWS itself puts into
events, and a variable that a function tests against a list or a pattern, or has checked by a function that says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lint_rules.engine.analysis.bindings import argument, parameters, root_name, source_of
from lint_rules.engine.analysis.bodies import body_of, own_code
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.analysis.reach import Edge, Reach
from lint_rules.engine.regex import regex

_OF_AWS = frozenset({
    *("requestId", "awsRequestId", "requestTimeEpoch", "requestTime", "accountId", "apiId", "stage", "httpMethod"),
    *("resourcePath", "resourceId", "awsRegion", "eventSourceARN", "eventSource", "eventName", "eventID", "messageId"),
    *("md5OfBody", "authorizer", "identity", "sourceIp", "StackId", "RequestId", "LogicalResourceId", "eventTime"),
    *("request_id", "http_method", "aws_region", "event_source", "event_name", "message_id", "request_context"),
    *("routeKey", "connectionId", "domainName", "size", "sequencer", "eTag", "versionId", "is_base64_encoded"),
})  # fmt: skip
"""Parts of events that AWS writes, or a trusted authorizer."""

_CURRENT = frozenset({"current_event", "current_request"})
_METHODS = frozenset({
    *("get", "pop", "setdefault", "items", "values", "keys", "copy", "strip", "lstrip", "rstrip", "lower", "upper"),
    *("title", "capitalize", "replace", "split", "rsplit", "splitlines", "partition", "rpartition", "removeprefix"),
    *("removesuffix", "decode", "encode", "format", "join", "read", "readlines", "getvalue", "json", "zfill"),
    *("get_query_string_value", "get_header_value", "model_dump", "dict"),
})  # fmt: skip
"""Methods whose result holds the text of what they are called on."""

_SAME = frozenset({
    *("str", "repr", "list", "tuple", "set", "sorted", "reversed", "dict", "iter", "next", "enumerate", "zip"),
    *("json.loads", "json.dumps", "json.load", "simplejson.loads", "orjson.loads", "ujson.loads", "bytes", "bytearray"),
    *("urllib.parse.unquote", "urllib.parse.unquote_plus", "urllib.parse.parse_qs", "urllib.parse.parse_qsl"),
    *("base64.b64decode", "base64.urlsafe_b64decode", "base64.decodebytes", "gzip.decompress", "zlib.decompress"),
    *("io.BytesIO", "io.StringIO", "os.path.join", "copy.copy", "copy.deepcopy", "typing.cast", "binascii.unhexlify"),
    *("bytes.fromhex", "textwrap.dedent", "csv.reader", "csv.DictReader", "cgi.parse_multipart", "filter"),
})  # fmt: skip
_DATA_CLASSES = (
    "aws_lambda_powertools.utilities.data_classes.",
    "aws_lambda_powertools.utilities.parser.parse",
)
_FILLS = frozenset({"append", "extend", "add", "insert", "update", "setdefault", "write"})
_PLAIN = frozenset({"int", "float", "bool", "UUID", "Decimal", "datetime", "date", "Literal"})
_TESTS = frozenset({"isdigit", "isalnum", "isnumeric", "isidentifier", "isdecimal", "isalpha"})
_CHECKS = regex(
    r"valid|sanit|escape|quote|check|verif|allow|permit|whitelist|ensure|assert|fullmatch|match|UUID|secure"
)
_NUMERIC = regex(r"[\d.,+ ]*[dfeEgGnxXobc%]")
_ROUNDS = 10
_DEEPEST = 24


class Untrusted:
    """The values of the functions of a reach that hold text from outside."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._held: set[tuple[Scope, str]] = set()
        self._giving: set[Scope] = set()
        """Functions that return such a value."""
        self._checked = {scope: {*_checked(scope)} for scope in reach.functions}
        for edge in reach.edges:
            for name in self._checked.get(edge.target, set()) & {*parameters(edge.target)}:
                given = argument(edge.call, edge.target, name) if edge.direct and edge.call else None
                if isinstance(given, ast.Name) and edge.caller in self._checked:
                    self._checked[edge.caller].add(given.id)
        self._spread()

    def holds(self, node: ast.AST, scope: Scope, depth: int = 0) -> bool:
        """Whether the value of an expression has text from outside in it."""
        if depth > _DEEPEST:
            return False
        if isinstance(node, ast.Name):
            owner = scope.owner(node.id)
            return owner is not None and (owner, node.id) in self._held
        if isinstance(node, ast.Attribute):
            if node.attr in _CURRENT:
                return True
            return node.attr not in _OF_AWS and self.holds(node.value, scope, depth + 1)
        if isinstance(node, ast.Subscript):
            return not _names_aws(node.slice) and self.holds(node.value, scope, depth + 1)
        if isinstance(node, ast.Call):
            return self._call_holds(node, scope, depth)
        return any(self.holds(part, scope, depth + 1) for part in _carrying(node))

    def _call_holds(self, call: ast.Call, scope: Scope, depth: int) -> bool:
        func = call.func
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(func, ast.Attribute) and func.attr in _METHODS:
            if call.args and func.attr in ("get", "pop", "setdefault") and _names_aws(call.args[0]):
                return False
            if self.holds(func.value, scope, depth + 1):
                return True
            if func.attr in ("format", "join") and _is_text(func.value, scope):
                return any(self.holds(part, scope, depth + 1) for part in given)
        dotted = scope.dotted(func) or ""
        if dotted in _SAME or dotted.startswith(_DATA_CLASSES):
            return any(self.holds(part, scope, depth + 1) for part in given)
        if isinstance(func, ast.Attribute) and func.attr in ("get_object", "Object"):
            return any(self.holds(part, scope, depth + 1) for part in given)
        return self._reach.codebase.target(call, scope) in self._giving

    def _spread(self) -> None:
        start = self._reach.start
        first = parameters(start)[:1]
        self._held.update((start, name) for name in first if name not in self._checked.get(start, ()))
        for _ in range(_ROUNDS):
            before = len(self._held), len(self._giving)
            for scope in self._reach.functions:
                self._spread_in(scope)
            for edge in self._reach.edges:
                for name in parameters(edge.target):
                    if (edge.target, name) not in self._held and self._passes(edge, name):
                        self._hold(edge.target, name)
            if before == (len(self._held), len(self._giving)):
                break

    def _hold(self, scope: Scope, name: str) -> None:
        if name not in self._checked.get(scope, ()):
            self._held.add((scope, name))

    def _passes(self, edge: Edge, name: str) -> bool:
        """Whether a call passes text from outside for a parameter that takes text."""
        if _is_plain(edge.target, name):
            return False
        if edge.call is None:
            return True
        if edge.direct:
            value = argument(edge.call, edge.target, name)
            return value is not None and self.holds(value, edge.caller)
        given = [*edge.call.args, *(keyword.value for keyword in edge.call.keywords)]
        return any(self.holds(value, edge.caller) for value in given)

    def _spread_in(self, scope: Scope) -> None:
        for name, bindings in scope.bindings.items():
            if scope.owner(name) is not scope or (scope, name) in self._held:
                continue
            for binding in bindings:
                source = source_of(binding, scope)
                if source is not None and not _is_count(binding, source, scope) and self.holds(source, scope):
                    self._hold(scope, name)
                    break
        for store in scope.stores:
            statement = scope.facts.parents.get(store)
            if isinstance(statement, ast.Assign | ast.AugAssign):
                self._fill(root_name(store), [statement.value], scope)
        for call in scope.calls:
            if isinstance(call.func, ast.Attribute):
                if call.func.attr in _FILLS:
                    self._fill(root_name(call.func), call.args, scope)
                elif call.func.attr == "download_fileobj" and len(call.args) == 3:
                    self._fill(root_name(call.args[2]), call.args[:2], scope)
        if scope not in self._giving and any(self.holds(part, scope) for part in body_of(scope).results):
            self._giving.add(scope)

    def _fill(self, name: str | None, values: list[ast.expr], scope: Scope) -> None:
        """What such text is put into holds it."""
        if name is None or scope.owner(name) is not scope:
            return
        if scope.parent is not None and scope.parent.is_class and name in scope.arguments[:1]:
            return  # An object holds many things, and is not followed.
        if any(self.holds(value, scope) for value in values):
            self._hold(scope, name)


def _carrying(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression whose text is in its value."""
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue) and not _is_numeric(part.format_spec):
                yield part.value
    elif isinstance(node, ast.BinOp):
        formats = isinstance(node.op, ast.Mod) and not _only_numbers(node.left)
        if formats or isinstance(node.op, ast.Add | ast.Mult):
            yield node.left
            yield node.right
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.NamedExpr | ast.Await | ast.Starred):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        yield from node.elts
    elif isinstance(node, ast.Dict):
        yield from node.values
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        yield node.elt
    elif isinstance(node, ast.DictComp):
        yield node.value


def _names_aws(key: ast.AST) -> bool:
    return isinstance(key, ast.Constant) and key.value in _OF_AWS


def _is_numeric(spec: ast.AST | None) -> bool:
    if not isinstance(spec, ast.JoinedStr) or len(spec.values) != 1:
        return False
    text = getattr(spec.values[0], "value", "")
    return isinstance(text, str) and bool(_NUMERIC.fullmatch(text))


def _only_numbers(left: ast.expr) -> bool:
    """Whether a format with `%` takes nothing but numbers."""
    text = left.value if isinstance(left, ast.Constant) else None
    return isinstance(text, str) and "%s" not in text and "%r" not in text and "%(" not in text


def _is_text(node: ast.expr, scope: Scope) -> bool:
    """Whether a value is certainly a string of the code's own."""
    if isinstance(node, ast.Name):
        owner = scope.owner(node.id)
        value = owner.value(node.id) if owner is not None else None
        return value is not None and not isinstance(value, ast.Name) and _is_text(value, scope)
    if isinstance(node, ast.BinOp):
        return _is_text(node.left, scope) or _is_text(node.right, scope)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_plain(scope: Scope, name: str) -> bool:
    """Whether the annotation of a parameter says that it is no text."""
    node = scope.node
    if not isinstance(node, FunctionNode):
        return False
    for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        if each.arg == name and each.annotation is not None:
            found = each.annotation.value if isinstance(each.annotation, ast.Subscript) else each.annotation
            return getattr(found, "attr", getattr(found, "id", "")) in _PLAIN
    return False


def _is_count(binding: ast.AST, source: ast.expr, scope: Scope) -> bool:
    """Whether it is the `i` of `for i, x in enumerate(…)`."""
    parent = scope.facts.parents.get(binding)
    return (
        isinstance(source, ast.Call)
        and getattr(source.func, "id", "") == "enumerate"
        and isinstance(parent, ast.Tuple)
        and parent.elts[0] is binding
    )


def _gone_through(name: str, scope: Scope) -> Iterator[str]:
    """The variable over whose elements a loop goes with this one."""
    for binding in scope.bindings.get(name, ()):
        parent = scope.facts.parents.get(binding)
        if isinstance(parent, ast.For | ast.comprehension) and isinstance(parent.iter, ast.Name):
            yield parent.iter.id


def _checked(scope: Scope) -> Iterator[str]:
    """The variables of a function that it tests against a list or a pattern, or has checked."""
    for node in own_code(scope):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            left = node.left.func if isinstance(node.left, ast.Call) else node.left
            tested = root_name(left)
            if tested is not None and not isinstance(node.comparators[0], ast.Constant):
                yield tested
                yield from _gone_through(tested, scope)
        elif isinstance(node, ast.Call):
            func = node.func
            name = getattr(func, "attr", getattr(func, "id", ""))
            if name in _TESTS and isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name):
                yield func.value.id
            elif _CHECKS.search(name) or (
                name in ("int", "float") and isinstance(scope.facts.parents.get(node), ast.Expr)
            ):
                for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                    each = part.elts if isinstance(part, ast.List | ast.Tuple) else [part]
                    yield from (one.id for one in each if isinstance(one, ast.Name))
        elif isinstance(node, ast.Match) and isinstance(node.subject, ast.Name):
            yield node.subject.id
