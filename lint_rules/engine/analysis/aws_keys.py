"""Access keys of AWS that stand in Python code: as arguments of boto3, or anywhere by their form."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lint_rules.engine.analysis.facts import Facts, facts_of
from lint_rules.engine.analysis.removals import removing
from lint_rules.engine.analysis.secrets import is_access_key, is_secret_access_key, looks_secret
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_TOLD = regex(r"aws_secret_access_key|(?:AKIA|ASIA)[A-Z0-9]{16}")
_TEST = regex(r"^[ \t]*(?:import|from)[ \t]+(?:pytest|unittest|moto)\b", re.MULTILINE)
_ARGUMENTS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_LOCAL = regex(
    r"localhost|127\.0\.0\.1|0\.0\.0\.0|localstack|://[a-z-]+:\d+|minio|host\.docker", re.IGNORECASE
)


class AwsKey(NamedTuple):
    """A key that is written out. `keywords` are the arguments that bring it into `call`; both are empty for a key that
    stands elsewhere."""

    node: ast.AST
    facts: Facts
    call: ast.Call | None = None
    keywords: tuple[ast.keyword, ...] = ()
    texts: frozenset[ast.AST] = frozenset()
    """The literals that are its parts."""

    @property
    def span(self) -> Span:
        """Where it stands, or gets into the call."""
        return self.facts.module.span(self.node)

    @property
    def dropped(self) -> tuple[Edit, ...]:
        """Edits that make the call without it; none where they are not certainly right."""
        if self.call is None:
            return ()
        return removing(self.keywords, self.call, self.facts.scope_of(self.call))


def aws_keys(module: Module) -> Iterator[AwsKey]:
    """The keys in a module, each once; none in tests."""
    if not _TOLD.search(module.text) or _TEST.search(module.text) or module.tree is None:
        return
    facts = facts_of(module)
    told: set[ast.AST] = set()
    for scope in facts.scopes:
        for call in scope.calls:
            words = tuple(word for word in call.keywords if word.arg in _ARGUMENTS)
            if not words:
                continue
            parts: set[ast.AST] = set()
            texts = {word.arg: _text(word.value, facts, parts) for word in words}
            told |= parts
            key, secret = texts.get(_ARGUMENTS[0]), texts.get(_ARGUMENTS[1])
            given = {word.arg: word.value for word in call.keywords}
            endpoint = _text(given["endpoint_url"], facts, set()) if "endpoint_url" in given else ""
            if endpoint is not None and _LOCAL.search(endpoint):
                continue
            if (key and is_access_key(key)) or (
                secret and (is_secret_access_key(secret) or looks_secret(secret))
            ):
                whole = all(text is not None for text in texts.values()) and "endpoint_url" not in given
                yield AwsKey(words[0], facts, call, words if whole else (), frozenset(parts))
    for node in walk(module.tree):
        text = node.value if isinstance(node, ast.Constant) and node not in told else None
        if isinstance(text, str) and is_access_key(text) and not _sets_variable(node, facts):
            yield AwsKey(node, facts)


def _text(node: ast.expr, facts: Facts, told: set[ast.AST]) -> str | None:
    """The text of an argument, where it is written out there or in the variable that is passed."""
    if isinstance(node, ast.Name):
        owner = facts.scope_of(node).owner(node.id)
        value = owner.value(node.id) if owner is not None else None
        node = value if value is not None else node
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        told.add(node)
        return node.value
    return None


def _sets_variable(node: ast.AST, facts: Facts) -> bool:
    """Whether it goes into the environment, which LAM114 is about."""
    statement = facts.statement(node)
    return isinstance(statement, ast.Assign) and any(
        "environ" in ast.dump(each) for each in statement.targets
    )
