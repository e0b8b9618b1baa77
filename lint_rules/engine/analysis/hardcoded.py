"""Secrets that stand in Python code: by their form, by the name that gets them, or as passwords of connections."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lint_rules.engine.analysis.aws_keys import aws_keys
from lint_rules.engine.analysis.facts import Facts, facts_of
from lint_rules.engine.analysis.secrets import (
    form_of,
    is_access_key,
    is_made_up,
    looks_secret,
    password_in_url,
    promises_secret,
)
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.finding import Span
    from lint_rules.engine.sources.module import Module

_GETS_TEXT = (
    r"\w*[\"']?\]?\s*(?::\s*[\w.\[\]]+\s*)?"
    r"(?:[=:,]|[=!]=)\s*(?:f|r|b)?[\"'](?:(?:bearer|basic|token) )?(?=[^\"'\n]*[^a-z_\"'\n])[^\"'\s]{8,}"
)
_WHOSE_KEY = "|".join(
    f"(?<={word}{between}key)"
    for word in (
        *("api", "secret", "private", "signing", "encryption", "auth", "master", "session", "jwt", "hmac"),
    )
    for between in ("", "[_-]")
)
# The word first, and a pattern for each: that is what `re` finds fast.
_NAMED = {
    **{
        word: regex(word + _GETS_TEXT)
        for word in ("passw", "pwd", "passphrase", "passcode", "secret", "token")
    },
    "authorization": regex("authorization" + _GETS_TEXT),
    "key": regex(f"key(?:{_WHOSE_KEY}){_GETS_TEXT}"),
}
_PASSED = regex(r"(?:passw\w*|pwd|secret\w*|token)\s*=\s*[\"'][^\"'\s]{4,}")
_CONNECTING = ("connect", "redis", "mongoclient", "ldap3")
_IN_URLS = regex(r"://[^\s/:@\"']+:[^\s/@\"']+@")
_BEGIN = (
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xox",
    "hooks.slack.com",
    "_live_",
    "AIza",
    "SG.",
    "npm_",
    "sk-ant-",
    "T3BlbkFJ",
    "PRIVATE",
    ".login(",
)
_TEST = regex(r"^[ \t]*(?:import|from)[ \t]+(?:pytest|unittest|moto)\b", re.MULTILINE)
_OF_AWS = frozenset({"aws_access_key_id", "aws_secret_access_key", "aws_session_token"})
_CONNECTS = frozenset({
    *("pymysql.connect", "psycopg2.connect", "psycopg.connect", "mysql.connector.connect", "MySQLdb.connect"),
    *("pymssql.connect", "pg8000.connect", "pg8000.native.Connection", "redis.Redis", "redis.StrictRedis"),
    *("redshift_connector.connect", "snowflake.connector.connect", "pymongo.MongoClient", "oracledb.connect"),
    *("cx_Oracle.connect", "psycopg.AsyncConnection.connect", "asyncpg.connect", "aiomysql.connect"),
    *("paramiko.SSHClient().connect", "paramiko.Transport().connect", "ldap3.Connection"),
})  # fmt: skip
_LOGINS = frozenset(
    {"smtplib.SMTP().login", "smtplib.SMTP_SSL().login", "ftplib.FTP().login", "imaplib.IMAP4_SSL().login"}
)
_GETS = frozenset({"os.environ.get", "os.getenv"})
_SCHEME = regex(r"^(?:Bearer|Basic|Token|token) (\S+)$")


class Hardcoded(NamedTuple):
    """A secret as it stands in the code. `what` says what it is."""

    what: str
    node: ast.Constant
    facts: Facts

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.facts.module.span(self.node)


def hardcoded_secrets(module: Module) -> Iterator[Hardcoded]:
    """The secrets in a module, but for keys of AWS; none in tests."""
    if not _may_have(module.text) or _TEST.search(module.text) or module.tree is None:
        return
    facts = facts_of(module)
    of_aws = frozenset[ast.AST]().union(*(key.texts for key in aws_keys(module)))
    for node in walk(module.tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if (
            not isinstance(node, ast.Constant)
            or not isinstance(text, str)
            or len(text) < 4
            or is_access_key(text)
        ):
            continue
        parent = facts.parents.get(node)
        if isinstance(parent, ast.Expr | ast.JoinedStr) or node in of_aws:
            continue
        what = form_of(text.strip()) or password_in_url(text) or _named(node, text, parent, facts)
        if what is not None:
            yield Hardcoded(what, node, facts)


def _may_have(text: str) -> bool:
    """Whether there is any use in parsing a text: told from its characters, in little time."""
    if any(begin in text for begin in _BEGIN) or _IN_URLS.search(text):
        return True
    lower = text.lower()
    connects = any(word in lower for word in _CONNECTING) and _PASSED.search(lower)
    return bool(connects) or any(word in lower and named.search(lower) for word, named in _NAMED.items())


def _named(node: ast.Constant, text: str, parent: ast.AST | None, facts: Facts) -> str | None:
    """What the name promises that gets the text, if the text may be that."""
    connects = False
    names: list[str] = []
    if isinstance(parent, ast.keyword):
        names = [parent.arg or ""]
        call = facts.parents.get(parent)
        connects = isinstance(call, ast.Call) and facts.scope_of(call).dotted(call.func) in _CONNECTS
    elif isinstance(parent, ast.Assign):
        names = [_name_of(target) for target in parent.targets]
    elif isinstance(parent, ast.AnnAssign | ast.NamedExpr):
        names = [_name_of(parent.target)]
    elif isinstance(parent, ast.Dict):
        names = [
            str(key.value)
            for key, value in zip(parent.keys, parent.values, strict=True)
            if value is node and isinstance(key, ast.Constant)
        ]
    elif isinstance(parent, ast.Compare) and all(isinstance(each, ast.Eq | ast.NotEq) for each in parent.ops):
        names = [_name_of(each) for each in (parent.left, *parent.comparators) if each is not node]
    elif isinstance(parent, ast.arguments):
        names = [_parameter(node, parent)]
    elif isinstance(parent, ast.Call):
        names, connects = _passed(node, parent, facts)
    name = next((each for each in names if promises_secret(each)), None)
    scheme = _SCHEME.match(text)
    if (
        scheme is not None
        and any(each.lower() == "authorization" for each in names)
        and looks_secret(scheme[1])
    ):
        return "the value of an Authorization header"
    if name is None or name in _OF_AWS or text.lower() == name.lower():
        return None
    return f"`{name}`" if looks_secret(text) or (connects and not is_made_up(text)) else None


def _passed(node: ast.Constant, call: ast.Call, facts: Facts) -> tuple[list[str], bool]:
    """What an argument by position is called."""
    dotted = facts.scope_of(call).dotted(call.func)
    place = call.args.index(node) if node in call.args else 0
    if dotted in _GETS and place == 1:
        return [_name_of(call.args[0])], False
    if dotted in _LOGINS and place == 1:
        return ["password"], True
    return [], False


def _name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Subscript):
        node = node.slice
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return _name_of(node.args[0])
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _parameter(node: ast.Constant, arguments: ast.arguments) -> str:
    """The parameter that a default is for."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return next((parameter.arg for parameter, default in pairs if default is node), "")
