"""What a piece of a template comes to: intrinsic functions worked out as far as the text alone decides.

References to parameters take the default. Joins, substitutions, lookups and choices are worked out when all
their parts are. What only a deployment knows becomes `Unknown`, which silences rules. `Ref: AWS::NoValue` is
absence, None. Results stand where the template writes the expression, not where the value comes from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lint_rules.engine.finding import Span
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown, walk
from lint_rules.engine.templates.model import Value
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.templates.model import Statement

_PLACEHOLDER = regex(r"\$\{([^!{}][^{}]*)\}")
_DEEPEST = 50


class Scope:
    """The names an expression may use: parameters, mappings and conditions of one template."""

    def __init__(self, root: Map, given: Mapping[str, Node] | None = None) -> None:
        self._parameters = _map(root.get("Parameters"))
        self._given = given or {}
        """Values of parameters that a parent stack passes; they come before defaults."""
        self._mappings = _map(root.get("Mappings"))
        self._conditions = _map(root.get("Conditions"))
        self._truths: dict[str, bool | None] = {}
        self.statements: dict[tuple[Node, str, bool], tuple[Statement, ...]] = {}
        """A place for what `policies` knows of policy documents."""

    def resolve(self, node: Node | None, depth: int = 0) -> Node | None:
        """The node that the expression comes to: not an intrinsic any more, Unknown, or None when absent."""
        if not isinstance(node, Map):
            if isinstance(node, Scalar) and "{{resolve:" in node.text and isinstance(node.value, str):
                return Unknown(node.span, (), node.text)
            return node
        if len(node.entries) != 1:
            return node
        call = intrinsic(node)
        if call is None:
            return node
        if depth > _DEEPEST:
            return Unknown(node.span)
        name, argument = call
        if name == "Ref":
            return self._ref(node, argument)
        if name == "Fn::If":
            return self._if(node, argument, depth)
        if name == "Fn::Sub":
            return self._sub(node, argument, depth)
        if name == "Fn::Join":
            return self._join(node, argument, depth)
        if name == "Fn::FindInMap":
            return self._find(node, argument, depth)
        if name in ("Fn::Select", "Fn::Split"):
            return self._list(node, name, argument, depth)
        return Unknown(node.span, tuple(references(node)))

    def at(self, node: Node | None, *keys: str) -> Node | None:
        """The value under a path of keys, expressions along the way worked out; None when absent."""
        found = self.resolve(node)
        for key in keys:
            if isinstance(found, Unknown):
                return found
            if not isinstance(found, Map):
                return None
            found = self.resolve(found.get(key))
        return found

    def elements(self, node: Node | None) -> list[Node]:
        """The items of a list, or the node itself as the only one; absent items are left out."""
        found = self.resolve(node) if node is not None else None
        if found is None:
            return []
        items = found.items if isinstance(found, List) else [found]
        resolved = (self.resolve(item) for item in items)
        return [item for item in resolved if item is not None]

    def value(self, node: Node | None, otherwise: Span) -> Value:
        """The node as a Value; where it is absent it stands at `otherwise`."""
        if node is None:
            return Value("absent", None, otherwise)
        found = self.resolve(node)
        if found is None:
            return Value("absent", None, otherwise)
        if isinstance(found, Scalar):
            return Value("known", found.value, found.span)
        if isinstance(found, Unknown):
            return Value("unresolved", None, found.span, found.names, found.text)
        if isinstance(found, List):
            return Value("known", [self.value(item, found.span) for item in found.items], found.span)
        return Value(
            "known", {key.text: self.value(item, key.span) for key, item in found.items()}, found.span
        )

    def _ref(self, node: Map, argument: Node) -> Node | None:
        name = argument.text if isinstance(argument, Scalar) else ""
        if name == "AWS::NoValue":
            return None
        default = self._default(name)
        if isinstance(default, Scalar) and default.value is not None:
            return Scalar(default.value, default.text, node.span)
        return Unknown(node.span, () if name.startswith("AWS::") or not name else (name,))

    def _default(self, name: str) -> Node | None:
        if name in self._given:
            return self._given[name]
        parameter = self._parameters.get(name)
        if not isinstance(parameter, Map):
            return None
        kind = parameter.get("Type")
        if isinstance(kind, Scalar) and kind.text.startswith("AWS::SSM::"):
            return None  # The default is the name of the stored value.
        return parameter.get("Default")

    def _if(self, node: Map, argument: Node, depth: int) -> Node | None:
        if isinstance(argument, List) and len(argument.items) == 3 and isinstance(argument.items[0], Scalar):
            truth = self.condition(argument.items[0].text)
            if truth is not None:
                return self.resolve(argument.items[1 if truth else 2], depth + 1)
        return Unknown(node.span, tuple(references(node)))

    def condition(self, name: str, depth: int = 0) -> bool | None:
        """Whether the condition holds with the parameters' defaults; None when that cannot be told."""
        if name not in self._truths:
            self._truths[name] = None  # While it is being worked out, and for good if it names itself.
            self._truths[name] = self._holds(self._conditions.get(name), depth)
        return self._truths[name]

    def _holds(self, node: Node | None, depth: int) -> bool | None:
        call = intrinsic(node) if isinstance(node, Map) else None
        if call is None or depth > _DEEPEST:
            return None
        name, argument = call
        if name == "Condition":
            return self.condition(argument.text, depth + 1) if isinstance(argument, Scalar) else None
        if not isinstance(argument, List):
            return None
        if name == "Fn::Equals" and len(argument.items) == 2:
            left, right = (self.resolve(item, depth + 1) for item in argument.items)
            if isinstance(left, Scalar) and isinstance(right, Scalar):
                return left.text == right.text
            return None
        parts = [self._holds(item, depth + 1) for item in argument.items]
        if name == "Fn::Not" and len(parts) == 1:
            return None if parts[0] is None else not parts[0]
        if name == "Fn::And":
            return False if False in parts else None if None in parts else True
        if name == "Fn::Or":
            return True if True in parts else None if None in parts else False
        return None

    def _sub(self, node: Map, argument: Node, depth: int) -> Node:
        own: Map | None = None
        if isinstance(argument, List) and len(argument.items) == 2:
            argument, second = argument.items
            own = second if isinstance(second, Map) else None
        if not isinstance(argument, Scalar):
            return Unknown(node.span, tuple(references(node)))
        complete = True

        def fill(match: re.Match[str]) -> str:
            nonlocal complete
            name = match.group(1).strip()
            given = own.get(name) if own else None
            value = self.resolve(given, depth + 1) if given is not None else self._default(name)
            if isinstance(value, Scalar) and value.value is not None:
                return value.text
            complete = False
            return match.group(0)

        text = _PLACEHOLDER.sub(fill, argument.text)
        if complete:
            text = text.replace("${!", "${")
            return Scalar(text, text, node.span)
        return Unknown(node.span, tuple(references(node)), text)

    def _join(self, node: Map, argument: Node, depth: int) -> Node:
        if isinstance(argument, List) and len(argument.items) == 2 and isinstance(argument.items[0], Scalar):
            parts = self.resolve(argument.items[1], depth + 1)
            if isinstance(parts, List):
                texts = [self.resolve(part, depth + 1) for part in parts.items]
                pieces = [
                    part.text if isinstance(part, Scalar) else "${}" for part in texts if part is not None
                ]
                text = argument.items[0].text.join(pieces)
                if all(isinstance(part, Scalar) for part in texts if part is not None):
                    return Scalar(text, text, node.span)
                return Unknown(node.span, tuple(references(node)), text)
        return Unknown(node.span, tuple(references(node)))

    def _find(self, node: Map, argument: Node, depth: int) -> Node | None:
        found: Node | None = self._mappings
        for part in argument.items[:3] if isinstance(argument, List) else []:
            key = self.resolve(part, depth + 1)
            if not isinstance(found, Map) or not isinstance(key, Scalar):
                return Unknown(node.span)
            found = found.get(key.text)
        if isinstance(found, Scalar):
            return Scalar(found.value, found.text, node.span)
        if isinstance(found, List):
            return List(found.items, node.span)
        return Unknown(node.span)

    def _list(self, node: Map, name: str, argument: Node, depth: int) -> Node | None:
        """`Fn::Split`, and `Fn::Select` from a list that is known."""
        unknown = Unknown(node.span, tuple(references(node)))
        if not isinstance(argument, List) or len(argument.items) != 2:
            return unknown
        first, second = (self.resolve(item, depth + 1) for item in argument.items)
        if name == "Fn::Split":
            if isinstance(first, Scalar) and isinstance(second, Scalar) and first.text:
                return List([Scalar(t, t, node.span) for t in second.text.split(first.text)], node.span)
            return unknown
        if isinstance(first, Scalar) and isinstance(second, List) and first.text.isdecimal():
            index = int(first.text)
            chosen = self.resolve(second.items[index], depth + 1) if index < len(second.items) else unknown
            if isinstance(chosen, Scalar):
                return Scalar(chosen.value, chosen.text, node.span)
            return chosen
        return unknown


def intrinsic(node: Map) -> tuple[str, Node] | None:
    """Name and argument of an intrinsic function, or None for an ordinary map."""
    only = node.only
    if only and (
        only[0].startswith("Fn::") or (only[0] in ("Ref", "Condition") and isinstance(only[1], Scalar))
    ):
        return only
    return None


def references(node: Node | None) -> Iterator[str]:
    """The logical ids that an expression names, through Ref, GetAtt and Sub, each once."""
    seen = set()
    for part in walk(node) if node is not None else ():
        for name in _named(part):
            if name not in seen and not name.startswith("AWS::"):
                seen.add(name)
                yield name


def _named(node: Node) -> list[str]:
    if isinstance(node, Unknown):
        return list(node.names)
    call = intrinsic(node) if isinstance(node, Map) else None
    if call is None:
        return []
    name, argument = call
    if name == "Ref" and isinstance(argument, Scalar):
        return [argument.text.partition(".")[0]]  # SAM also has `!Ref Function.Alias`.
    if name == "Fn::GetAtt":
        first = argument.items[0] if isinstance(argument, List) and argument.items else argument
        return [first.text.partition(".")[0]] if isinstance(first, Scalar) else []
    if name == "Fn::Sub":
        template = argument.items[0] if isinstance(argument, List) and argument.items else argument
        if isinstance(template, Scalar):
            return [found.partition(".")[0].strip() for found in _PLACEHOLDER.findall(template.text)]
    return []


def _map(node: Node | None) -> Map:
    return node if isinstance(node, Map) else Map({}, Span("", 0, 0))
