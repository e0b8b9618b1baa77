"""Stacks of the AWS CDK written in Python, in CloudFormation's form.

Read are constructs with literal arguments, and the methods that join them: event sources, targets, grants,
statements. A construct keeps the id that it is given. Where code reaches behind constructs (overrides,
aspects), nothing is taken to be absent. Loops, and functions that make constructs for others, are read once.
"""

from __future__ import annotations

import ast

from lint_rules.engine.analysis.facts import facts_of
from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import Map, Node, Scalar, Unknown
from lint_rules.engine.templates.cdk_constructs import CONSTRUCTS, SAME
from lint_rules.engine.templates.cdk_methods import METHODS, add_target
from lint_rules.engine.templates.cdk_values import Values, policy_of
from lint_rules.engine.templates.cloudformation import fill
from lint_rules.engine.templates.model import Template
from lint_rules.engine.templates.python_literals import Literals, calls_in
from lint_rules.engine.templates.shaping import (
    document,
    mapping,
    put,
    reference,
    resource,
    scalar,
    sequence,
)
from lint_rules.engine.templates.terraform_resources import pairs
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_TABLES = {name: (kind, pairs(table)) for name, (kind, table) in CONSTRUCTS.items()}
_BEHIND = ("add_property_override", "add_override", "Aspects.", "add_property_deletion_override")


def stacks_in_module(module: Module) -> list[Template]:
    """What the stacks of a module make, as one Template of kind "cdk"; empty if it makes nothing."""
    if "aws_cdk" not in module.text or module.tree is None:
        return []
    stack = Stack(module)
    stack.read()
    if not stack.made:
        return []
    template = Template(module.document, module.text, module.base, module.name, "cdk")
    fill(template, document(stack.made, Span(module.document.path, module.base, module.base)))
    return [template]


class Stack:
    """All constructs of a module. `made` are its resources in CloudFormation's form by id."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.facts = facts_of(module)
        self.values = Values(module, self.facts, self.construct)
        self.made: dict[str, tuple[Scalar, Node]] = {}
        self.kinds: dict[str, str] = {}
        self._of_call: dict[ast.AST, str] = {}
        self._of_name: dict[tuple[object, str], str | None] = {}
        self.behind = any(word in module.text for word in _BEHIND)

    def read(self) -> None:
        calls = list(calls_in(self.facts.module_scope.node))
        constructs = []
        for call, functions in calls:
            name = self.values.dotted(call.func)
            table = SAME.get(name, name)
            if table in _TABLES and call.args:
                self._name(call, functions, _TABLES[table][0])
                constructs.append((call, functions, name, table))
        for call, functions, name, table in constructs:
            self._add(call, self.values.literals(functions), name, table)
        for call, functions in calls:
            method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            handle = METHODS.get(method) or (METHODS["grant"] if method.startswith("grant_") else None)
            owner = (
                self.construct(call.func.value) if handle and isinstance(call.func, ast.Attribute) else None
            )
            if handle is not None and owner is not None:
                handle(self, owner, call, self.values.literals(functions))

    def construct(self, node: ast.AST) -> str | None:
        """The id of the construct that an expression is, or is a property of."""
        while True:
            if node in self._of_call:
                return self._of_call[node]
            if isinstance(node, ast.Name):
                scope = self.facts.scope_of(node).owner(node.id)
                return self._of_name.get((scope, node.id))
            if not isinstance(node, ast.Attribute):
                return None
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                return self._of_name.get(("self", node.attr))
            node = node.value

    def properties(self, name: str) -> Map:
        """The properties of a construct, to be added to."""
        whole = self.made[name][1]
        found = whole.get("Properties") if isinstance(whole, Map) else None
        return found if isinstance(found, Map) else Map({}, self.made[name][0].span, flow=True)

    def add(self, name: str, kind: str, properties: Map, span: Span) -> str:
        """A resource that a method makes."""
        while name in self.made:
            name += "'"
        key = Scalar(name, name, span)
        self.made[name] = resource(kind, properties, key)
        self.kinds[name] = kind
        return name

    def role_of(self, function: str, span: Span) -> Node:
        """What policies name to reach the role of a function or the role itself; made as CDK makes it."""
        if self.kinds.get(function) == "AWS::IAM::Role":
            return reference(function, span)
        properties = self.properties(function)
        given = properties.get("Role")
        if given is None:
            name = self.add(f"{function}ServiceRole", "AWS::IAM::Role", Map({}, span, flow=True), span)
            given = reference(name, self.made[function][0].span)
            put(properties, ("Role",), self.made[function][0], given)
        return given

    def allow(self, who: str, statement: Node, span: Span) -> None:
        """Give a statement to the role of a function, or to a role."""
        listed = mapping([("Statement", sequence([statement], span))], span)
        roles = sequence([self.role_of(who, span)], span)
        policy = mapping([("PolicyDocument", listed), ("Roles", roles)], span)
        self.add(f"{who}Policy", "AWS::IAM::Policy", policy, span)

    def _name(self, call: ast.Call, functions: tuple[ast.AST, ...], kind: str) -> None:
        written = self.values.literals(functions).read(call.args[1]) if len(call.args) > 1 else None
        name = written.text if isinstance(written, Scalar) else ""
        parent = self.facts.parents.get(call)
        targets = parent.targets if isinstance(parent, ast.Assign) and parent.value is call else []
        if isinstance(parent, ast.AnnAssign) and parent.value is call:
            targets = [parent.target]
        for target in targets:
            variable: tuple[object, str] | None = None
            if isinstance(target, ast.Name):
                variable = (self.facts.scope_of(target).owner(target.id), target.id)
                name = name or target.id
            elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                variable = (target.value.id, target.attr)
                name = name or target.attr
            if variable is not None:
                self._of_name[variable] = None if variable in self._of_name else "?"
        span = self.module.span(call.args[1] if len(call.args) > 1 else call)
        name = self.add(name or "construct", kind, Map({}, self.module.span(call), flow=True), span)
        self._of_call[call] = name
        for variable, held in list(self._of_name.items()):
            if held == "?":
                self._of_name[variable] = name

    def _add(self, call: ast.Call, literals: Literals, name: str, table: str) -> None:
        own = self._of_call[call]
        properties = self.properties(own)
        words = {word.arg: word for word in call.keywords if word.arg}
        for (old, *_), new in _TABLES[table][1]:
            if old in words:
                place = self.module.span(words[old])
                key = Scalar(old, old, Span(place.path, place.start, place.start + len(old)))
                put(properties, new, key, literals.read(words[old].value))
        if self.behind or len(words) < len(call.keywords):
            properties.entries["Fn::Transform"] = (Scalar("", "", properties.span), Unknown(properties.span))
        if table == "aws_lambda.Function":
            self._function(call, literals, own, properties, name)
        elif table == "aws_dynamodb.Table":
            self._keys(call, literals, properties)
        elif table == "aws_iam.Role":
            self._role(properties)
        elif table == "aws_events.Rule":
            properties.entries.pop("Targets", None)
            for target in _listed(words.get("targets")):
                add_target(self, own, target, literals)
        elif table in ("aws_iam.Policy", "aws_iam.ManagedPolicy"):
            held = properties.get("PolicyDocument")
            if held is not None:
                put(properties, ("PolicyDocument",), self.made[own][0], policy_of(held))
        elif table == "aws_s3.Bucket":
            status = properties.get("VersioningConfiguration")
            on = status.get("Status") if isinstance(status, Map) else None
            if isinstance(on, Scalar):
                word = scalar("Enabled" if on.value is True else "Suspended", on.span)
                put(properties, ("VersioningConfiguration", "Status"), on, word)

    def _function(self, call: ast.Call, literals: Literals, own: str, properties: Map, name: str) -> None:
        key = self.made[own][0]
        if name.endswith("PythonFunction"):
            index = self.values.word(literals, call, "index") or scalar("index.py", key.span)
            handler = self.values.word(literals, call, "handler") or scalar("handler", key.span)
            if isinstance(index, Scalar) and isinstance(handler, Scalar):
                path = index.text.removesuffix(".py")
                put(properties, ("Handler",), key, scalar(f"{path}.{handler.text}", handler.span))
            put(properties, ("Code",), key, self.values.word(literals, call, "entry") or Unknown(key.span))
        architecture = properties.get("Architectures")
        if isinstance(architecture, Scalar):
            put(properties, ("Architectures",), key, sequence([architecture], architecture.span))
        for statement in _listed(_word(call, "initial_policy")):
            self.allow(own, literals.read(statement), self.module.span(statement))
        METHODS["configure_async_invoke"](self, own, call, literals)
        for source in _listed(_word(call, "events")):
            METHODS["add_event_source"](self, own, ast.Call(call.func, [source], []), literals)
        days = self.values.word(literals, call, "log_retention")
        if days is not None:
            group = mapping([("RetentionInDays", days)], days.span)
            self.add(f"{own}LogGroup", "AWS::Logs::LogGroup", group, key.span)

    def _keys(self, call: ast.Call, literals: Literals, properties: Map) -> None:
        schema = []
        for word, role in (("partition_key", "HASH"), ("sort_key", "RANGE")):
            name = self.values.word(literals, call, word)
            if name is not None:
                schema.append(
                    mapping([("AttributeName", name), ("KeyType", scalar(role, name.span))], name.span)
                )
        if schema:
            put(
                properties, ("KeySchema",), Scalar("", "", properties.span), sequence(schema, properties.span)
            )

    def _role(self, properties: Map) -> None:
        who = properties.get("AssumeRolePolicyDocument")
        if who is not None:
            statement = mapping(
                [
                    ("Effect", scalar("Allow", who.span)),
                    ("Principal", who),
                    ("Action", scalar("sts:AssumeRole", who.span)),
                ],
                who.span,
            )
            trust = mapping([("Statement", sequence([statement], who.span))], who.span)
            put(properties, ("AssumeRolePolicyDocument",), Scalar("", "", who.span), trust)
        inline = properties.get("Policies")
        if isinstance(inline, Map):
            items = [mapping([("PolicyDocument", policy)], policy.span) for _, policy in inline.items()]
            put(
                properties,
                ("Policies",),
                Scalar("", "", inline.span),
                sequence(items, inline.span),
            )


def _word(call: ast.Call, name: str) -> ast.keyword | None:
    return next((word for word in call.keywords if word.arg == name), None)


def _listed(word: ast.keyword | None) -> list[ast.expr]:
    return list(word.value.elts) if word is not None and isinstance(word.value, ast.List | ast.Tuple) else []
