"""What a template says, in one shape for every way of writing it.

Rules read these values, never the nodes of a file. A value is known, absent or unresolved (only a deployment
knows it), and every one has a span, so a finding can stand on it. What a rule would conclude from an
unresolved value it must not report.
"""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.node import Map
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.typed import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from lint_rules.engine.templates.events import Targets
    from lint_rules.engine.templates.resource import Resource


class Value(NamedTuple):
    """One property. `state` is "known", "absent" or "unresolved"; `value` is None unless known.

    The span is that of the value; of an absent one, that of the thing that lacks it. `names` are the logical
    ids an unresolved value refers to. Lists and maps hold Values in turn.
    """

    state: str
    value: Any
    span: Span
    names: tuple[str, ...] = ()
    text: str | None = None
    """Of an unresolved string what is known, with `${...}` for the rest."""

    @property
    def known(self) -> bool:
        """Whether the text alone decides the value."""
        return self.state == "known"

    @property
    def absent(self) -> bool:
        """Whether the property is certainly not set."""
        return self.state == "absent"


class EventSource(NamedTuple):
    """Something that invokes a function. `kind` is SAM's name for it: SQS, S3, SNS, Schedule, EventBridgeRule,
    ...; "EventSourceMapping" where the template does not tell what is read.

    `how` is "async" (Lambda queues the event and retries), "sync" (the caller waits), "poll" (Lambda reads a
    queue or stream) or "unknown". `name` is the logical id of the event in SAM or of the resource in
    CloudFormation; `source` the bucket, topic, queue, stream or schedule expression.
    """

    kind: str
    how: str
    name: str
    span: Span
    source: Value
    undelivered: Value
    """The queue for events that could not be handed to Lambda at all; not for those on which the function
    failed."""
    settings: Resource
    """What else is said of it, under CloudFormation's names: `settings.value("BatchSize")`."""

    @property
    def source_id(self) -> str:
        """The logical id of what it reads or who sends it, or an empty string."""
        return self.source.names[0] if self.source.names else ""

    @property
    def home(self) -> Span:
        """Where it is defined: the key of the event in SAM, the logical id of the resource elsewhere."""
        owner = self.settings.template.resources.get(self.name)
        return owner.span if owner is not None and self.settings.kind.startswith("AWS::") else self.span


class FunctionSpec(NamedTuple):
    """A Lambda function as a template defines it, Globals merged. `span` is that of its logical id.

    `timeout` is in seconds, `memory` in MB; `environment` holds a map of Values. `dead_letter` and
    `on_failure` are the targets that take an asynchronous event which failed. `properties` are the nodes
    that other questions may need, merged; `own_properties` those the function itself has.
    """

    logical_id: str
    span: Span
    kind: str
    handler: Value
    code_uri: Value
    inline_code: Value
    runtime: Value
    timeout: Value
    memory: Value
    environment: Value
    role: Value
    dead_letter: Value
    on_failure: Value
    events: tuple[EventSource, ...]
    properties: Map
    own_properties: Map
    template: Template
    resource: Resource
    invoke_config: Resource | None
    """Retries, age and destinations of asynchronous events; None where nothing sets them."""

    @property
    def seconds(self) -> float | None:
        """The timeout that holds, Lambda's default of 3 seconds where none is set; None when unresolved.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
        """
        if self.timeout.absent:
            return 3
        return self.timeout.value if isinstance(self.timeout.value, int | float) else None

    def value(self, *path: str) -> Value:
        """Any property, under CloudFormation's name for it: `value("TracingConfig", "Mode")`."""
        return self.resource.value(*path)

    def edit_adding(self, path: tuple[str, ...], value: str, before: str = "") -> Edit | None:
        """The edit that gives the function itself (not Globals) the property under `path`; None if the text
        does not allow it safely. A new property goes before the property `before`."""
        from lint_rules.engine.templates.edits import add_entry

        return add_entry(self.template, self.own_properties, path, value, before)

    def declared_variables(self) -> Iterator[tuple[str, Span]]:
        """The environment variables that it is given, each with where its name stands."""
        environment = self.properties.get("Environment")
        variables = environment.get("Variables") if isinstance(environment, Map) else None
        if isinstance(variables, Map):
            yield from ((key.text, key.span) for key, _ in variables.items() if "::" not in key.text)

    def edit_dropping_variable(self, name: str) -> Edit | None:
        """The edit that takes a variable out; None if the text does not allow it safely."""
        from lint_rules.engine.templates.edits import drop_variable

        return drop_variable(self, name)


class Statement(NamedTuple):
    """One statement of an identity policy. `span` begins at its first key.

    `effect` is "Allow" or "Deny" when known. An element that the statement does not have is an empty tuple;
    `conditional` says that a Condition (or one that cannot be read) narrows it. `owner` is the logical id of
    the resource, or the variable or call in Python, that holds the policy.
    """

    effect: Value
    actions: tuple[Value, ...]
    not_actions: tuple[Value, ...]
    resources: tuple[Value, ...]
    not_resources: tuple[Value, ...]
    conditional: bool
    owner: str
    span: Span
    sid: Value
    principal: Value
    """Who may come in, in a resource or trust policy; absent in an identity policy."""
    condition: Value

    @property
    def allows(self) -> bool:
        """Whether it certainly allows something."""
        return self.effect.known and self.effect.value == "Allow"

    def actions_with_resources(self) -> list[str]:
        """The actions, as written, that could be granted on named resources. Unknown actions are left out."""
        from lint_rules.engine.iam.actions import takes_resources

        texts = [action.value for action in self.actions if isinstance(action.value, str)]
        return [text for text in texts if takes_resources(text)]


class Noun(Protocol):
    """A kind of thing that templates hold: one file of `nouns/`."""

    @classmethod
    def all_in(cls: type[AnyNoun], template: Template) -> Iterator[AnyNoun]:
        """Those that the template holds."""


AnyNoun = TypeVar("AnyNoun", bound=Noun)


class Template:
    """One infrastructure file, or what one Python module makes.

    `kind` is "sam", "cloudformation", "serverless", "terraform", "cdk", "policy" (a policy document alone in
    a file) or "python" (calls of boto3). `error` tells why the file could not be read; then it holds nothing.
    """

    def __init__(self, document: Document, text: str, base: int, name: str, kind: str) -> None:
        self.document = document
        self.text = text
        self.base = base
        self.name = name
        self.kind = kind
        self.functions: tuple[FunctionSpec, ...] = ()
        self.statements: tuple[Statement, ...] = ()
        """Those of identity policies."""
        self.policy_templates: tuple[tuple[str, str, Span], ...] = ()
        """SAM policy templates used: logical id of the function, name of the policy template, span of the
        name."""
        self.error: Problem | None = None
        self.resources: dict[str, Resource] = {}
        """Every resource by its logical id, for what no noun tells."""
        self.targets: Targets | None = None
        self.aliases: dict[str, str] = {}
        """Other logical ids by which the template refers to its functions."""
        self.root: Map | None = None
        """The document in CloudFormation's form."""
        self.texts: tuple[tuple[str, int, str, str], ...] = ((document.path, base, text, name),)
        """Path, offset, text and name of each file that it is made of: several in Terraform."""
        self._nouns: dict[type, tuple[Any, ...]] = {}

    def written(self, span: Span) -> str:
        """The text that stands at a place of the template, in whichever of its files."""
        for path, base, text, _ in self.texts:
            if path == span.path and base <= span.start and span.end <= base + len(text):
                return text[span.start - base : span.end - base]
        return ""

    def in_list(self, span: Span) -> bool:
        """Whether what stands there is the first item of a list in brackets."""
        for path, base, text, _ in self.texts:
            if path == span.path and base <= span.start <= base + len(text):
                return text[: span.start - base].rstrip().endswith("[")
        return False

    def forget(self) -> None:
        """Drop what was concluded, before the template is filled again."""
        self._nouns.clear()

    def all(self, noun: type[AnyNoun]) -> tuple[AnyNoun, ...]:
        """The queues, tables, roles, ... of the template: `template.all(Queue)`."""
        found = self._nouns.get(noun)
        if found is None:
            found = self._nouns[noun] = tuple(noun.all_in(self))
        return found

    def named(self, noun: type[AnyNoun], value: Value) -> AnyNoun | None:
        """The one of these things that a value refers to; None where it refers to none of this template."""
        return next((found for found in self.all(noun) if _logical_id(found) in value.names), None)

    def of(self, *kinds: str) -> list[Resource]:
        """The resources of these types."""
        return [resource for resource in self.resources.values() if resource.kind in kinds]

    def edit_replacing(self, value: Value, text: str) -> Edit | None:
        """The edit that writes another number or word where this value is written out; None where it comes from
        elsewhere, or from a place that others share."""
        from lint_rules.engine.templates.edits import replace_value

        return replace_value(self, value, text)

    def edit_of_reference(self, value: Value, logical_id: str) -> Edit | None:
        """The edit that writes `!Ref` of a resource in place of `!GetAtt` of it; None where it is written otherwise."""
        from lint_rules.engine.templates.edits import replace_reference

        return replace_reference(self, value, logical_id)

    def edit_of_arn(self, value: Value, logical_id: str, behind: str) -> Edit | None:
        """The edit that writes more behind the ARN of a resource; None where it is written otherwise."""
        from lint_rules.engine.templates.edits import lengthen_arn

        return lengthen_arn(self, value, logical_id, behind)

    def edits_with_queue(
        self, owner: Resource, part: Map, path: tuple[str, ...], value: str
    ) -> tuple[Edit, ...]:
        """The edits that make a queue for what fails and write it under a path of a part of a resource, where `{}` in
        the value stands for the queue's logical id; none if the text does not allow them safely."""
        from lint_rules.engine.templates.edits import with_queue

        return with_queue(self, owner, part, path, value)

    def edit_beside(self, owner: Resource, name: str, value: str) -> Edit | None:
        """The edit that puts another resource before this one; None if the text does not allow it safely."""
        from lint_rules.engine.templates.edits import put_beside

        return put_beside(self, owner, name, value)

    def functions_named(self, parent: Map, key: str) -> list[str]:
        """The logical ids of the functions that the property names: by reference, through an alias or
        version, or by the function's own name."""
        return self.targets.of(parent, key) if self.targets else []


def _logical_id(noun: Any) -> str:
    found: str = noun.logical_id
    return found
