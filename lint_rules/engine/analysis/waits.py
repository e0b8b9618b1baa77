"""Calls that wait for another machine's answer: those of HTTP libraries and of the standard library's protocols, and
how long they wait at most."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.additions import adding
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.finding import Edit
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_SESSIONS = ("Session()", "session()", "sessions.Session()")
_OF_SOCKETS = {
    "urllib.request.urlopen": 2,
    **{f"urllib3.PoolManager().{verb}": -1 for verb in ("request", "urlopen")},
    "urllib3.request": -1,
    "http.client.HTTPConnection": 2,
    "http.client.HTTPSConnection": -1,
    "smtplib.SMTP": 3,
    "smtplib.SMTP_SSL": -1,
    "ftplib.FTP": 4,
    "socket.create_connection": 1,
}
"""Those that take the default of sockets, none unless `socket.setdefaulttimeout` sets one.
https://docs.python.org/3/library/socket.html#socket.setdefaulttimeout"""
_PLACE = {
    **_OF_SOCKETS,
    **{f"requests.{verb}": -1 for verb in _VERBS},
    **{f"requests.{made}.{verb}": -1 for made in _SESSIONS for verb in _VERBS},
    **{f"httpx.{verb}": -1 for verb in _VERBS},
    "httpx.Client": -1,
}
"""Functions that wait, and the place of their argument `timeout`, -1 where it is only given by name."""
_NEAR = regex(r"localhost|127\.0\.0\.1|169\.254\.|AWS_LAMBDA_RUNTIME_API|AWS_CONTAINER_CREDENTIALS")
"""What is on the same machine; the runtime and extension APIs answer when there is an event."""
_LONGEST = 5
_SHARE = 0.5


class Wait(NamedTuple):
    """One such call. `seconds` is the timeout that it is given, where that is written out; `argument` the expression
    for it."""

    name: str
    node: ast.Call
    scope: Scope
    argument: ast.expr | None

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.node)

    @property
    def seconds(self) -> float | None:
        """How long it waits for an answer at most, in seconds; None where that is not written out."""
        return _number(self.argument, self.scope) if self.argument is not None else None

    @property
    def is_endless(self) -> bool:
        """Whether it certainly waits without end for a machine elsewhere: it is given no timeout, or None, and nothing
        else sets one. httpx waits five seconds unless told otherwise.

        https://requests.readthedocs.io/en/latest/user/advanced/#timeouts, https://www.python-httpx.org/advanced/timeouts/
        """
        if self.argument is not None:
            return isinstance(self.argument, ast.Constant) and self.argument.value is None
        open_ended = any(isinstance(each, ast.Starred) for each in self.node.args)
        if open_ended or any(keyword.arg is None for keyword in self.node.keywords):
            return False
        text = self.scope.facts.module.text
        if self.name.startswith("httpx.") or _NEAR.search(text):
            return False
        if self.name in _OF_SOCKETS and "setdefaulttimeout" in text:
            return False
        return not self._is_set_up

    @property
    def _is_set_up(self) -> bool:
        """Whether the object that it is a method of may have a timeout of its own."""
        func = self.node.func
        owner = func.value if "()." in self.name and isinstance(func, ast.Attribute) else None
        if owner is None:
            return False
        made: ast.AST | None = owner
        if isinstance(owner, ast.Name):
            home = self.scope.owner(owner.id)
            made = home.value(owner.id) if home is not None else None
            text = self.scope.facts.module.text
            if re.search(rf"\b{owner.id}\.(mount\(|{'|'.join(_VERBS)}) *=|\b{owner.id}\.mount\(", text):
                return True
        given = made.keywords if isinstance(made, ast.Call) else None
        return given is None or any(keyword.arg in (None, "timeout") for keyword in given)

    def limited(self, seconds: float | None) -> tuple[tuple[Edit, ...], float]:
        """Edits that give it a timeout, and which: five seconds, or half of what the function may take, if that is
        less."""
        limit = _LONGEST if seconds is None else max(min(_LONGEST, int(seconds * _SHARE)), 1)
        module = self.scope.facts.module
        if self.argument is not None:
            return (Edit(module.span(self.argument), str(limit)),), limit
        return adding(f"timeout={limit}", self.node, self.scope), limit


def waits(scopes: Iterable[Scope]) -> Iterator[Wait]:
    """The calls in these functions."""
    for scope in scopes:
        for call in scope.calls:
            name = scope.dotted(call.func)
            if name in _PLACE:
                place = _PLACE[name]
                given = call.args[place] if 0 <= place < len(call.args) else None
                for keyword in call.keywords:
                    if keyword.arg == "timeout":
                        given = keyword.value
                yield Wait(name, call, scope, given)


def _number(node: ast.expr, scope: Scope) -> float | None:
    if isinstance(node, ast.Name):
        owner = scope.owner(node.id)
        value = owner.value(node.id) if owner is not None and owner.parent is None else None
        node = value if isinstance(value, ast.Constant | ast.Tuple) else node
    if isinstance(node, ast.Tuple) and len(node.elts) == 2:
        node = node.elts[1]  # (connect, read)
    found = node.value if isinstance(node, ast.Constant) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
