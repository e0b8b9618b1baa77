"""What an expression may stand for, as far as the calls of AWS depend on it.

A value that is none of these is unknown. Expressions have sets of them, for all ways a program may take. The field
`kind` keeps values of different classes apart, which as tuples could be equal.
"""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module


class Env(NamedTuple):
    """The value of an environment variable, and what is taken in its absence."""

    name: str
    default: str | None = None


HOLE = Env("")
"""A part of a text that is not known."""


class Text(NamedTuple):
    """A string: pieces that are known, variables of the environment, and holes."""

    parts: tuple[str | Env, ...]
    kind: str = "text"

    @property
    def plain(self) -> str | None:
        """The string, where all of it is known; a variable counts as its default."""
        pieces = [part if isinstance(part, str) else part.default for part in self.parts]
        return None if None in pieces else "".join(piece or "" for piece in pieces)


UNKNOWN = Text((HOLE,))


class External(NamedTuple):
    """Something of another package, by its dotted name; "()" stands for what a call gives."""

    dotted: str
    kind: str = "external"


class Code(NamedTuple):
    """A module of the project."""

    module: Module
    kind: str = "module"


class Function(NamedTuple):
    """A function of the project, perhaps bound to an object."""

    scope: Scope
    bound: Instance | None = None
    kind: str = "function"


class Class(NamedTuple):
    """A class of the project."""

    scope: Scope
    kind: str = "class"


class Instance(NamedTuple):
    """An object of a class of the project. `above` says that attributes are looked up in the bases only."""

    scope: Scope
    above: Scope | None = None
    kind: str = "instance"


class Held(NamedTuple):
    """A list, tuple, set or dictionary, as written."""

    node: ast.AST
    scope: Scope
    kind: str = "held"


class Session(NamedTuple):
    """A session of boto3. `own` says that it has the function's own credentials."""

    own: bool
    kind: str = "session"


class Client(NamedTuple):
    """A client of boto3; of an unknown service it is called "?"."""

    service: str
    own: bool
    kind: str = "client"


class Errors(NamedTuple):
    """The exceptions of a client."""

    service: str
    kind: str = "errors"


class Thing(NamedTuple):
    """An object of boto3.resource; the service itself has the type "-". `fresh` says that its attributes are not
    loaded yet."""

    service: str
    type: str
    identifiers: tuple[tuple[str, tuple[Text, ...]], ...]
    own: bool
    fresh: bool = True
    kind: str = "thing"


class Many(NamedTuple):
    """A collection of objects of boto3.resource."""

    parent: Thing
    name: str
    kind: str = "many"


class Writer(NamedTuple):
    """A batch writer of a table."""

    table: Thing
    kind: str = "writer"


class Pager(NamedTuple):
    """A paginator."""

    client: Client
    operation: str
    kind: str = "pager"


class Waiter(NamedTuple):
    """A waiter."""

    client: Client
    name: str
    kind: str = "waiter"


class Method(NamedTuple):
    """A method of one of boto3's objects, not called yet."""

    owner: Session | Client | Thing | Many | Writer | Pager | Waiter
    name: str
    kind: str = "method"


Known: TypeAlias = (
    "Text | External | Code | Function | Class | Instance | Held | Session | Client | Errors | Thing | Many | Writer"
    " | Pager | Waiter | Method"
)
Values: TypeAlias = "frozenset[Known]"
NOTHING: Values = frozenset()


def texts(values: Values) -> tuple[Text, ...]:
    """The strings among values, in an order that does not change."""
    return tuple(sorted((value for value in values if isinstance(value, Text)), key=repr))


def text_of(constant: str) -> Text:
    """A string that is known."""
    return Text((constant,))


def joined(pieces: list[Text]) -> Text:
    """The strings, one after the other."""
    parts: list[str | Env] = []
    for piece in pieces:
        for part in piece.parts:
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part != HOLE or not parts or parts[-1] != HOLE:
                parts.append(part)
    return Text(tuple(parts))
