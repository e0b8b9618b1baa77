"""What Python code makes through boto3: functions, queues, tables, rules, and the policies of roles.

A call such as `create_function(Handler=...)` becomes the resource that it makes, since its arguments bear
CloudFormation's names. Policy documents are followed to the literal they were written as. Where the code
changes a function later, what was not set at first is unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from lint_rules.engine.finding import Span
from lint_rules.engine.sources.node import Map, Node, Scalar, Unknown
from lint_rules.engine.templates.cloudformation import fill
from lint_rules.engine.templates.in_code import NEEDED, POLICIES, grants, makes_resources
from lint_rules.engine.templates.intrinsics import Scope
from lint_rules.engine.templates.model import Statement, Template
from lint_rules.engine.templates.policies import policy_statements
from lint_rules.engine.templates.python_literals import Literals, calls_in
from lint_rules.engine.templates.shaping import below, document, elements, keyed, mapping, resource, sequence
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module

_LATER = ("update_function_configuration", "put_function_event_invoke_config", "update_function_event")
_RENAMED = {
    "create_bucket": {"Bucket": "BucketName"},
    "create_log_group": {"logGroupName": "LogGroupName", "kmsKeyId": "KmsKeyId"},
    "create_state_machine": {
        "name": "StateMachineName",
        "definition": "Definition",
        "roleArn": "RoleArn",
        "type": "StateMachineType",
        "loggingConfiguration": "LoggingConfiguration",
    },
}
_NAMES = ("FunctionName", "QueueName", "TableName", "Bucket", "RoleName", "Name", "logGroupName", "AlarmName")


def resources_in_module(module: Module) -> list[Template]:
    """What a Python module makes through boto3, as one Template of kind "python"; empty if it makes nothing."""
    makes = makes_resources(module.text)
    tree = module.tree if makes or grants(module.text) else None
    if tree is None:
        return []
    template = Template(module.document, module.text, module.base, module.name, "python")
    scope = Scope(Map({}, Span(module.document.path, module.base, module.base)))
    statements: dict[Span, Statement] = {}
    made: dict[str, tuple[Scalar, Node]] = {}
    for call, functions in calls_in(tree):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        words = {word.arg: word.value for word in call.keywords if word.arg}
        if name in POLICIES and "PolicyDocument" in words:
            found = Literals(module, [tree, *functions]).read(words["PolicyDocument"])
            for statement in policy_statements(scope, found, name):
                statements.setdefault(statement.span, statement)
        elif makes and name in NEEDED and all(word in words for word in NEEDED[name][1]):
            open_ended = len(words) < len(call.keywords)
            key, properties = _read(module, call, words, [tree, *functions], open_ended)
            if key.text not in made:
                made[key.text] = resource(NEEDED[name][0], properties, key)
    if made:
        fill(template, document(made, Span(module.document.path, module.base, module.base)))
    template.statements = (*template.statements, *statements.values())
    return [template] if template.statements or template.resources else []


def _read(
    module: Module, call: ast.Call, words: dict[str, ast.expr], scopes: list[ast.AST], open_ended: bool
) -> tuple[Scalar, Map]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    literals = Literals(module, scopes)
    span = module.span(call)
    own = Map({}, span, flow=True)
    for keyword in call.keywords:
        if keyword.arg:
            place = module.span(keyword)
            written = Scalar(
                keyword.arg, keyword.arg, Span(span.path, place.start, place.start + len(keyword.arg))
            )
            own.entries[keyword.arg] = (written, literals.read(keyword.value))
    label = next((own.get(word) for word in _NAMES if word in words), None)
    text = label.text if isinstance(label, Scalar) else f"{name}:{span.start}"
    if name in _RENAMED:
        own = Map(keyed(own, _RENAMED[name]), span, flow=True)
    if name in _SHAPES:
        _SHAPES[name](own)
    if open_ended or (name == "create_function" and any(later in module.text for later in _LATER)):
        own.entries["Fn::Transform"] = (Scalar("", "", span), Unknown(span))
    place = label.span if label is not None else span
    text = text if name == "create_function" else f"{NEEDED[name][0].rpartition(':')[2]}:{text}"
    return Scalar(text, text, place), own


def _queue(own: Map) -> None:
    attributes = own.get("Attributes")
    if isinstance(attributes, Map):
        own.entries.update(attributes.entries)
    elif attributes is not None:
        own.entries["Fn::Transform"] = (Scalar("", "", own.span), Unknown(own.span))


def _notification(own: Map) -> None:
    names = {"LambdaFunctionArn": "Function", "Events": "Event", "Filter": "Filter"}
    found = below(own, "NotificationConfiguration", "LambdaFunctionConfigurations")
    items: list[Node] = [
        Map(keyed(item, names), item.span, flow=True) for item in elements(found) if isinstance(item, Map)
    ]
    if found is not None:
        lambdas = mapping([("LambdaConfigurations", sequence(items, found.span))], found.span)
        own.entries["NotificationConfiguration"] = (Scalar("", "", found.span), lambdas)


_SHAPES: dict[str, Callable[[Map], None]] = {
    "create_queue": _queue,
    "put_bucket_notification_configuration": _notification,
}
