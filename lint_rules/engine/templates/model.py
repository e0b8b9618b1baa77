"""What a template says, in one shape for every way of writing it.

Rules read these values, never the nodes of a file. A value is known, absent or unresolved (only a deployment
knows it), and every one has a span, so a finding can stand on it. What a rule would conclude from an
unresolved value it must not report.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.node import Map
from lint_rules.engine.sources.problem import Problem


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
    """Something that invokes a function. `kind` is SAM's name for it: S3, SNS, Schedule, EventBridgeRule, ...

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

    def edit_adding(self, path: tuple[str, ...], value: str, before: str = "") -> Edit | None:
        """The edit that gives the function itself (not Globals) the property under `path`; None if the text
        does not allow it safely. A new property goes before the property `before`."""
        from lint_rules.engine.templates.edits import add_entry

        return add_entry(self.template, self.own_properties, path, value, before)


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

    @property
    def allows(self) -> bool:
        """Whether it certainly allows something."""
        return self.effect.known and self.effect.value == "Allow"

    def actions_with_resources(self) -> list[str]:
        """The actions, as written, that could be granted on named resources. Unknown actions are left out."""
        from lint_rules.engine.iam.actions import takes_resources

        texts = [action.value for action in self.actions if isinstance(action.value, str)]
        return [text for text in texts if takes_resources(text)]


class Template:
    """One infrastructure file, or the policy documents of one Python module.

    `kind` is "sam", "cloudformation", "policy" (a policy document alone in a file) or "python". `error`
    tells why the file could not be read; then it has no functions and no statements.
    """

    def __init__(self, document: Document, text: str, base: int, name: str, kind: str) -> None:
        self.document = document
        self.text = text
        self.base = base
        self.name = name
        self.kind = kind
        self.functions: tuple[FunctionSpec, ...] = ()
        self.statements: tuple[Statement, ...] = ()
        self.policy_templates: tuple[tuple[str, str, Span], ...] = ()
        """SAM policy templates used: logical id of the function, name of the policy template, span of the
        name."""
        self.error: Problem | None = None
