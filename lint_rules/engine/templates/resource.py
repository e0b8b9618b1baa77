"""One resource of a template: its type, its name and its properties, in CloudFormation's words.

Every dialect is read into these before anything is made of it, so `BatchSize` is asked the same way of SAM,
serverless.yml, Terraform and Python. A property comes as a Value, known, absent or unresolved.
"""

from __future__ import annotations

from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.templates.intrinsics import Scope, intrinsic, references
from lint_rules.engine.templates.model import Value
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.finding import Edit
    from lint_rules.engine.templates.model import Template

_GLOBALS = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::SimpleTable": "SimpleTable",
    "AWS::Serverless::StateMachine": "StateMachine",
    "AWS::Serverless::LayerVersion": "LayerVersion",
}
"""https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html"""


class Resource:
    """A resource, or an event of a SAM function. `kind` is its type (`AWS::SQS::Queue`), `span` that of its
    logical id. `properties` are the nodes with Globals merged, `own` those that it has itself."""

    __slots__ = ("kind", "logical_id", "node", "own", "properties", "scope", "span", "template")

    def __init__(
        self,
        template: Template,
        scope: Scope,
        key: Scalar,
        kind: str,
        properties: Map,
        own: Map | None = None,
        node: Map | None = None,
    ) -> None:
        self.template = template
        self.scope = scope
        self.kind = kind
        self.logical_id = key.text
        self.span = key.span
        self.properties = properties
        self.own = properties if own is None else own
        self.node = node
        """The resource whole, with what stands beside its properties, such as its DeletionPolicy."""

    def node_at(self, *path: str) -> Node | None:
        """The node of a property, expressions worked out; None when absent."""
        return self.scope.at(self.properties, *path)

    def value(self, *path: str) -> Value:
        """A property under a path of keys; unresolved if a macro could still put it there."""
        if path[0] not in self.properties.entries and "Fn::Transform" in self.properties.entries:
            return Value("unresolved", None, self.span)
        return self.scope.value(self.node_at(*path), self.span)

    def number(self, *path: str) -> Value:
        """A property that is a number: parameters bring it as text."""
        return as_number(self.value(*path))

    def flag(self, *path: str) -> Value:
        """A property that is true or false, also when written as text."""
        found = self.value(*path)
        text = found.value.lower() if isinstance(found.value, str) else ""
        return found._replace(value=text == "true") if text in ("true", "false") else found

    def chosen(self, *path: str) -> Value:
        """A property of which a deployment may choose another value than the defaults' one: absence by an
        `If` or a parameter is not certain."""
        found = self.value(*path)
        own = self.properties.get(path[0])
        if found.absent and own is not None and chooses(own, path[1:]):
            return Value("unresolved", None, own.span)
        return found

    def first(self, *paths: str) -> Value:
        """The first of several properties, given as dotted paths, that is not absent."""
        found = Value("absent", None, self.span)
        for path in paths:
            found = self.value(*path.split("."))
            if not found.absent:
                break
        return found

    def items(self, *path: str) -> list[Node]:
        """The elements of a list property, expressions worked out; a single value counts as a list of one."""
        return self.scope.elements(self.node_at(*path))

    def certain_count(self, *path: str) -> int:
        """How many elements a list property has at least, whatever a deployment chooses."""
        found = self.node_at(*path)
        items = found.items if isinstance(found, List) else []
        return sum(not chooses(item, ()) and self.scope.resolve(item) is not None for item in items)

    def maps(self, *path: str) -> list[Resource]:
        """The elements of a list property that are maps, each with a `value` of its own."""
        return [self.part(item) for item in self.items(*path) if isinstance(item, Map)]

    def part(self, properties: Map) -> Resource:
        """A part of the resource, to be asked like a resource."""
        key = Scalar(self.logical_id, self.logical_id, properties.span)
        return Resource(self.template, self.scope, key, self.kind, properties)

    def texts(self, *path: str) -> tuple[Value, ...]:
        """The elements of a list property."""
        return tuple(self.scope.value(item, item.span) for item in self.items(*path))

    def refers_to(self, *path: str) -> tuple[str, ...]:
        """The logical ids that the property names."""
        node: Node | None = self.properties
        for key in path:
            node = node.get(key) if isinstance(node, Map) else None
        return tuple(references(node))

    def edit_adding(self, path: tuple[str, ...], value: str, before: str = "") -> Edit | None:
        """The edit that gives the resource itself (not Globals) the property under `path`; None if the text
        does not allow it safely. A new property goes before the property `before`."""
        from lint_rules.engine.templates.edits import add_entry

        return add_entry(self.template, self.own, path, value, before)


def as_number(value: Value) -> Value:
    """The value with a number in place of text that is one."""
    if isinstance(value.value, str) and value.value.isdecimal() and len(value.value) < 20:
        return value._replace(value=int(value.value))
    return value


def chooses(node: Node, path: tuple[str, ...]) -> bool:
    """Whether a deployment may choose what stands under the path."""
    for key in (*path, ""):
        call = intrinsic(node) if isinstance(node, Map) else None
        if call is not None and call[0] == "Fn::If":
            return True
        if isinstance(node, Map) and "Fn::Transform" in node.entries:
            return True
        below = node.get(key) if isinstance(node, Map) else None
        if below is None:
            return False
        node = below
    return False


def type_of(resource: Node | None) -> str:
    """The type that a resource gives itself, or an empty string."""
    kind = resource.get("Type") if isinstance(resource, Map) else None
    return kind.text if isinstance(kind, Scalar) else ""


def resources_in(template: Template, scope: Scope, root: Map) -> dict[str, Resource]:
    """The resources of a template in CloudFormation's form, by logical id."""
    found: dict[str, Resource] = {}
    resources = root.get("Resources")
    for key, node in resources.items() if isinstance(resources, Map) else ():
        kind = type_of(node)
        if kind and isinstance(node, Map):
            own = scope.at(node, "Properties")
            properties = _properties(scope, root, node, kind, own)
            found[key.text] = Resource(
                template, scope, key, kind, properties, own if isinstance(own, Map) else properties, node
            )
    return found


def _properties(scope: Scope, root: Map, resource: Map, kind: str, own: Node | None) -> Map:
    if isinstance(own, Unknown):
        return Map({"Fn::Transform": (Scalar("", "", own.span), own)}, own.span)
    if not isinstance(own, Map):
        own = Map({}, resource.span)
    common = scope.at(root, "Globals", _GLOBALS[kind]) if kind in _GLOBALS else None
    if not isinstance(common, Map):
        return own
    ignored = scope.at(resource, "IgnoreGlobals")
    if isinstance(ignored, Scalar) and ignored.text == "*":
        return own
    names = {item.text for item in scope.elements(ignored) if isinstance(item, Scalar)}
    kept = {key: entry for key, entry in common.entries.items() if key not in names}
    return merge(Map(kept, common.span), own)


def merge(common: Map, own: Map) -> Map:
    """Globals and a resource's own properties, merged as SAM does: maps key by key, lists end to end."""
    entries = dict(common.entries)
    for name, (key, value) in own.entries.items():
        before = common.get(name)
        if (
            isinstance(before, Map)
            and isinstance(value, Map)
            and not intrinsic(before)
            and not intrinsic(value)
        ):
            entries[name] = (key, merge(before, value))
        elif isinstance(before, List) and isinstance(value, List):
            entries[name] = (key, List([*before.items, *value.items], value.span, value.flow))
        else:
            entries[name] = (key, value)
    return Map(entries, own.span, own.flow)
