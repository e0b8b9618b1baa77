"""SAM and CloudFormation: resources become functions, events and statements.

SAM's Globals are merged first, by SAM's own rules: maps key by key, lists end to end, everything else (an
intrinsic function too) replaced by the function's own value.
"""

from __future__ import annotations

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.templates.events import Targets, resource_events, sam_events
from lint_rules.engine.templates.intrinsics import Scope, intrinsic
from lint_rules.engine.templates.model import EventSource, FunctionSpec, Template, Value
from lint_rules.engine.templates.policies import sam_policy_templates, template_statements

SAM_FUNCTION = "AWS::Serverless::Function"
FUNCTION = "AWS::Lambda::Function"


def is_template(root: Node) -> bool:
    """Whether the document is a SAM or CloudFormation template."""
    resources = root.get("Resources") if isinstance(root, Map) else None
    if not isinstance(resources, Map):
        return False
    return any(
        _type(resource).startswith(("AWS::", "Custom::", "Alexa::")) for _, resource in resources.items()
    )


def fill(template: Template, root: Map) -> None:
    """Read everything rules ask for into `template`."""
    scope = Scope(root)
    resources = root.get("Resources")
    if not isinstance(resources, Map):
        return
    types = {key.text: _type(resource) for key, resource in resources.items()}
    merged = {
        name: _properties(scope, root, resources.get(name), kind)
        for name, kind in types.items()
        if kind in (SAM_FUNCTION, FUNCTION)
    }
    targets = Targets(scope, resources, types, set(merged))
    events: dict[str, list[EventSource]] = {name: [] for name in merged}
    for name, properties in merged.items():
        if types[name] == SAM_FUNCTION:
            events[name].extend(sam_events(scope, properties.get("Events")))
    for link in resource_events(scope, resources, types, targets):
        events[link.function].append(link.event)
    invoke_configs = _invoke_configs(scope, resources, types, targets)
    functions = []
    for name, properties in merged.items():
        key = resources.key(name)
        if key is not None:
            own = scope.at(resources.get(name), "Properties")
            made = _Function(scope, key, types[name], properties, own if isinstance(own, Map) else properties)
            functions.append(made.spec(template, tuple(events[name]), invoke_configs.get(name)))
    template.functions = tuple(functions)
    template.statements = tuple(template_statements(scope, resources, merged))
    template.policy_templates = tuple(
        (name, policy, span)
        for name, properties in merged.items()
        for policy, span in sam_policy_templates(scope, properties.get("Policies"))
    )


class _Function:
    def __init__(self, scope: Scope, key: Scalar, kind: str, properties: Map, own: Map) -> None:
        self.scope = scope
        self.key = key
        self.kind = kind
        self.properties = properties
        self.own = own

    def value(self, *path: str) -> Value:
        """A property; unresolved if a macro could still put it there."""
        if path[0] not in self.properties.entries and "Fn::Transform" in self.properties.entries:
            return Value("unresolved", None, self.key.span)
        return self.scope.value(self.scope.at(self.properties, *path), self.key.span)

    def chosen(self, *path: str) -> Value:
        """A property of which a deployment may choose another value than the defaults' one: absence by an
        `If` or a parameter is not certain."""
        found = self.value(*path)
        own = self.properties.get(path[0])
        if found.absent and own is not None and _chooses(own, path[1:]):
            return Value("unresolved", None, own.span)
        return found

    def spec(
        self, template: Template, events: tuple[EventSource, ...], invoke_config: Value | None
    ) -> FunctionSpec:
        sam = self.kind == SAM_FUNCTION
        on_failure = self.chosen("EventInvokeConfig", "DestinationConfig", "OnFailure") if sam else None
        if on_failure is None or on_failure.absent:
            on_failure = invoke_config or Value("absent", None, self.key.span)
        code = self.value("CodeUri") if sam else self.value("Code")
        inline = self.value("InlineCode") if sam else self.value("Code", "ZipFile")
        return FunctionSpec(
            logical_id=self.key.text,
            span=self.key.span,
            kind=self.kind,
            handler=self.value("Handler"),
            code_uri=code if inline.absent else Value("absent", None, self.key.span),
            inline_code=inline,
            runtime=self.value("Runtime"),
            timeout=self.value("Timeout"),
            memory=self.value("MemorySize"),
            environment=self.value("Environment", "Variables"),
            role=self.value("Role"),
            dead_letter=self.chosen("DeadLetterQueue" if sam else "DeadLetterConfig", "TargetArn"),
            on_failure=on_failure,
            events=events,
            properties=self.properties,
            own_properties=self.own,
            template=template,
        )


def _chooses(node: Node, path: tuple[str, ...]) -> bool:
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


def _invoke_configs(
    scope: Scope, resources: Map, types: dict[str, str], targets: Targets
) -> dict[str, Value]:
    """The OnFailure destinations that EventInvokeConfig resources give to functions."""
    found: dict[str, Value] = {}
    for name, kind in types.items():
        if kind == "AWS::Lambda::EventInvokeConfig":
            properties = scope.at(resources.get(name), "Properties")
            destination = scope.at(properties, "DestinationConfig", "OnFailure")
            raw = properties.get("DestinationConfig") if isinstance(properties, Map) else None
            if destination is None and raw is not None and _chooses(raw, ("OnFailure",)):
                destination = Unknown(raw.span)
            if destination is not None:
                for function in targets.of(properties, "FunctionName"):
                    found[function] = scope.value(destination, destination.span)
    return found


def _properties(scope: Scope, root: Map, resource: Node | None, kind: str) -> Map:
    own = scope.at(resource, "Properties")
    if isinstance(own, Unknown):
        return Map({"Fn::Transform": (Scalar("", "", own.span), own)}, own.span)
    if not isinstance(own, Map):
        own = Map({}, resource.span if resource else Span("", 0, 0))
    common = scope.at(root, "Globals", "Function")
    if kind != SAM_FUNCTION or not isinstance(common, Map):
        return own
    ignored = scope.at(resource, "IgnoreGlobals")
    if isinstance(ignored, Scalar) and ignored.text == "*":
        return own
    names = {item.text for item in scope.elements(ignored) if isinstance(item, Scalar)}
    kept = {key: entry for key, entry in common.entries.items() if key not in names}
    return merge(Map(kept, common.span), own)


def merge(common: Map, own: Map) -> Map:
    """Globals and a function's own properties, merged as SAM does."""
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


def _type(resource: Node) -> str:
    kind = resource.get("Type") if isinstance(resource, Map) else None
    return kind.text if isinstance(kind, Scalar) else ""
