"""What a role allows: its statements from wherever they come, in one form.

Inline policies, policies of the template attached to it, AWS's managed policies, SAM's policy templates, and what SAM
adds by itself. A role of which a part cannot be read is `open`: it may allow more than is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lint_rules.engine.access.implied import implied_by
from lint_rules.engine.access.names import said, tidy
from lint_rules.engine.access.openness import openness
from lint_rules.engine.finding import Span
from lint_rules.engine.iam.managed import managed_policy
from lint_rules.engine.iam.patterns import Names
from lint_rules.engine.iam.sam_policies import sam_policy
from lint_rules.engine.regex import regex
from lint_rules.engine.sources.node import Map
from lint_rules.engine.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.templates.model import Statement, Template, Value
    from lint_rules.engine.templates.nouns.role import Role


_CONSTRUCTS = regex(r"^constructs[ \t]*:", re.MULTILINE)
"""https://github.com/getlift/lift: they also write policies."""


class Grant(NamedTuple):
    """One statement. `origin` is "inline", "managed", "template" (of SAM) or "implied"; `name` that of the policy.
    `resources` are texts with `${LogicalId}` and `*`."""

    allows: bool
    actions: Names
    inverted: bool
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditional: bool
    origin: str
    name: str
    span: Span

    def covers(self, action: str) -> bool:
        """Whether it speaks of an action, given as s3:GetObject."""
        return self.actions.hold(action.lower()) != self.inverted


class Grants(NamedTuple):
    """All statements of a role. `open` says why it may allow more than these, or is empty."""

    statements: tuple[Grant, ...]
    open: str

    def allowing(self, action: str) -> list[Grant]:
        """The statements that allow an action on something."""
        return [grant for grant in self.statements if grant.allows and grant.covers(action)]

    def denying(self, action: str) -> list[Grant]:
        """The statements that deny an action on everything."""
        return [
            grant
            for grant in self.statements
            if not grant.allows and not grant.conditional and grant.covers(action) and "*" in grant.resources
        ]


def grants_of(role: Role, template: Template) -> Grants:
    """What a role allows."""
    found: list[Grant] = []
    unknown = "programs of the CDK may grant more" if template.kind in ("cdk", "python") else ""
    if template.kind == "serverless" and _CONSTRUCTS.search(template.text):
        unknown = "constructs of a plugin"
    for statement in role.statements:
        made = _written(statement)
        if made is None:
            unknown = "a statement that cannot be read"
        else:
            found.append(made)
    for value in role.managed:
        named = said(value)
        document = managed_policy(named)
        if document is not None:
            found += _read(document, "managed", named.rpartition("/")[2], value.span)
        elif not (value.names and all(name in template.resources for name in value.names)):
            unknown = f"the policy {value.text or value.value or 'of a parameter'}"
    if role.implied:
        found += list(_sam(role))
    for spec in template.functions:
        if spec.logical_id in role.functions:
            for policy, span in implied_by(spec, role.implied):
                found += _read(policy, "implied", "", span)
    unknown = unknown or openness(role, template)
    return Grants(tuple(found), unknown)


def _written(statement: Statement) -> Grant | None:
    actions = statement.actions or statement.not_actions
    texts = [action.value for action in actions]
    if not statement.effect.known or not texts or not all(isinstance(text, str) for text in texts):
        return None
    return Grant(
        statement.effect.value == "Allow",
        Names(tuple(str(text) for text in texts)),
        not statement.actions,
        tuple(_named(value) for value in statement.resources),
        tuple(_named(value) for value in statement.not_resources),
        statement.conditional,
        "inline",
        statement.owner,
        statement.span,
    )


def _named(value: Value) -> str:
    """What a Resource element names; of something unknown every id, any of which it may be."""
    if not value.known and value.text is None and len(value.names) > 1:
        return " ".join(f"${{{name}}}" for name in value.names)
    text = said(value)
    return tidy(text) if value.known else text if text != "*" else "${}"


def _sam(role: Role) -> Iterator[Grant]:
    for policy in role.resource.items("Policies"):
        only = policy.only if isinstance(policy, Map) else None
        made = sam_policy(only[0]) if only else None
        if only is None or made is None:
            continue
        values: dict[str, str] = {}
        arguments = only[1]
        for key, node in arguments.items() if isinstance(arguments, Map) else ():
            values[key.text] = said(role.resource.scope.value(node, policy.span))
        key_ = policy.key(only[0]) if isinstance(policy, Map) else None
        yield from _read(made.document(values), "template", only[0], key_.span if key_ else policy.span)


def _read(document: Mapping[str, Any], origin: str, name: str, span: Span) -> Iterator[Grant]:
    listed = document["Statement"]
    for raw in listed if isinstance(listed, list) else [listed]:
        inverted = "NotAction" in raw
        yield Grant(
            raw["Effect"] == "Allow",
            Names(_texts(raw.get("NotAction" if inverted else "Action"))),
            inverted,
            tuple(tidy(text) for text in _texts(raw.get("Resource"))),
            tuple(tidy(text) for text in _texts(raw.get("NotResource"))),
            "Condition" in raw,
            origin,
            name,
            span,
        )


def _texts(given: Any) -> tuple[str, ...]:
    """The texts of an element; one that is an intrinsic function counts as unknown."""
    listed = given if isinstance(given, list) else [] if given is None else [given]
    return tuple(each if isinstance(each, str) else _intrinsic(each) for each in listed)


def _intrinsic(given: Any) -> str:
    sub = given.get("Fn::Sub") if isinstance(given, Mapping) else None
    text = sub[0] if isinstance(sub, list) and sub else sub
    return text if isinstance(text, str) else "${}"
