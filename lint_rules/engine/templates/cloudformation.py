"""SAM and CloudFormation: resources become functions, events and statements.

The other dialects are turned into CloudFormation's form and read here too, so all that the linter knows of a
template comes out of `fill`.
"""

from __future__ import annotations

from lint_rules.engine.sources.node import Map, Node, Unknown
from lint_rules.engine.templates.events import Targets, resource_events, sam_events
from lint_rules.engine.templates.intrinsics import Scope
from lint_rules.engine.templates.model import EventSource, FunctionSpec, Template, Value
from lint_rules.engine.templates.policies import sam_policy_templates, template_statements
from lint_rules.engine.templates.resource import Resource, chooses, resources_in, type_of

SAM_FUNCTION = "AWS::Serverless::Function"
FUNCTION = "AWS::Lambda::Function"


def is_template(root: Node) -> bool:
    """Whether the document is a SAM or CloudFormation template."""
    resources = root.get("Resources") if isinstance(root, Map) else None
    if not isinstance(resources, Map):
        return False
    return any(
        type_of(resource).startswith(("AWS::", "Custom::", "Alexa::")) for _, resource in resources.items()
    )


def fill(template: Template, root: Map, scope: Scope | None = None) -> None:
    """Read everything rules ask for into `template`."""
    scope = scope or Scope(root)
    template.root = root
    resources = template.resources = resources_in(template, scope, root)
    functions = template.of(SAM_FUNCTION, FUNCTION)
    targets = template.targets = Targets(resources, template.aliases)
    events: dict[str, list[EventSource]] = {found.logical_id: [] for found in functions}
    for found in functions:
        if found.kind == SAM_FUNCTION:
            events[found.logical_id].extend(sam_events(found))
    for link in resource_events(resources, targets):
        events[link.function].append(link.event)
    configs = {
        function: config
        for config in template.of("AWS::Lambda::EventInvokeConfig")
        for function in targets.of(config.properties, "FunctionName")
    }
    template.functions = tuple(
        _function(found, tuple(events[found.logical_id]), configs.get(found.logical_id))
        for found in functions
    )
    template.statements = tuple(template_statements(scope, resources))
    template.policy_templates = tuple(
        (found.logical_id, policy, span)
        for found in functions
        for policy, span in sam_policy_templates(scope, found.properties.get("Policies"))
    )


def _function(found: Resource, events: tuple[EventSource, ...], config: Resource | None) -> FunctionSpec:
    sam = found.kind == SAM_FUNCTION
    absent = Value("absent", None, found.span)
    own_config = found.node_at("EventInvokeConfig") if sam else None
    on_failure = found.chosen("EventInvokeConfig", "DestinationConfig", "OnFailure") if sam else absent
    if on_failure.absent and config is not None:
        on_failure = _destination(config)
    inline = found.value("InlineCode") if sam else found.value("Code", "ZipFile")
    return FunctionSpec(
        logical_id=found.logical_id,
        span=found.span,
        kind=found.kind,
        handler=found.value("Handler"),
        code_uri=found.value("CodeUri" if sam else "Code") if inline.absent else absent,
        inline_code=inline,
        runtime=found.value("Runtime"),
        timeout=found.number("Timeout"),
        memory=found.number("MemorySize"),
        environment=found.value("Environment", "Variables"),
        role=found.value("Role"),
        dead_letter=found.chosen("DeadLetterQueue" if sam else "DeadLetterConfig", "TargetArn"),
        on_failure=on_failure,
        events=events,
        properties=found.properties,
        own_properties=found.own,
        template=found.template,
        resource=found,
        invoke_config=found.part(own_config) if isinstance(own_config, Map) else config,
    )


def _destination(config: Resource) -> Value:
    """The OnFailure destination that an EventInvokeConfig gives its function."""
    destination = config.node_at("DestinationConfig", "OnFailure")
    raw = config.properties.get("DestinationConfig")
    if destination is None and raw is not None and chooses(raw, ("OnFailure",)):
        destination = Unknown(raw.span)
    return config.scope.value(destination, config.span)
