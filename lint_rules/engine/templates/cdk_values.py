"""Values of the AWS CDK for Python: durations, runtimes, code, statements, and references to constructs."""

from __future__ import annotations

import ast
from collections.abc import Callable

from lint_rules.engine.analysis.facts import Facts
from lint_rules.engine.finding import Span
from lint_rules.engine.sources.module import Module
from lint_rules.engine.sources.node import List, Map, Node, Scalar, Unknown
from lint_rules.engine.templates.cdk_constructs import DAYS, WORDS
from lint_rules.engine.templates.cdk_paths import own_attribute, path_at
from lint_rules.engine.templates.python_literals import Literals
from lint_rules.engine.templates.shaping import mapping, scalar, sequence

_SECONDS = {"millis": 0, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_MEGABYTES = {"mebibytes": 1, "gibibytes": 1024}
_STATEMENT = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
    "principals": "Principal",
    "not_principals": "NotPrincipal",
    "conditions": "Condition",
    "effect": "Effect",
    "sid": "Sid",
}


def name_in_cdk(dotted: str | None) -> str:
    """What stands behind `aws_cdk.`, without the `core` of version 1; empty for anything else."""
    if dotted is None or not dotted.startswith("aws_cdk."):
        return ""
    return dotted.removeprefix("aws_cdk.").removeprefix("core.")


class Values:
    """Reads expressions of a module that builds stacks. `construct` gives the logical id of the construct
    that an expression stands for, or None."""

    def __init__(self, module: Module, facts: Facts, construct: Callable[[ast.AST], str | None]) -> None:
        self.module = module
        self.facts = facts
        self.construct = construct

    def literals(self, functions: tuple[ast.AST, ...]) -> Literals:
        """A reader of expressions inside these functions."""
        made = Literals(self.module, [self.facts.module_scope.node, *functions])
        made.hook = lambda node, depth: self._known(made, node, depth)
        return made

    def dotted(self, node: ast.AST) -> str:
        """The name of a thing of CDK, as in `name_in_cdk`."""
        return name_in_cdk(self.facts.scope_of(node).dotted(node))

    def _known(self, literals: Literals, node: ast.expr, depth: int) -> Node | None:
        span = self.module.span(node)
        found = self.construct(node)
        if found is not None:
            return Unknown(span, (found,))
        path = self._path(literals, node, depth)
        if path is not None:
            return scalar(path, span)
        if isinstance(node, ast.Call):
            return self._call(literals, node, span, depth)
        if isinstance(node, ast.Attribute):
            known = self._constant(self.dotted(node), span)
            own = own_attribute(node, self.facts.parents) if known is None else None
            return literals.read(own, depth + 1) if own is not None else known
        return None

    def _path(self, literals: Literals, node: ast.expr, depth: int) -> str | None:
        name = self.facts.scope_of(node).dotted(node.func) if isinstance(node, ast.Call) else None
        return path_at(node, name, lambda part: literals.read(part, depth + 1))

    def _constant(self, name: str, span: Span) -> Node | None:
        if name in WORDS:
            return scalar(WORDS[name], span)
        owner, _, last = name.rpartition(".")
        if owner == "aws_lambda.Runtime":
            language, _, version = last.partition("_")
            return scalar(language.lower() + version.replace("_", "."), span) if version else None
        if owner == "aws_logs.RetentionDays":
            return scalar(DAYS[last], span) if last in DAYS else Unknown(span)
        plain = ("BillingMode", "StreamViewType", "StartingPosition", "FunctionUrlAuthType")
        return scalar(last, span) if owner.rpartition(".")[2] in plain else None

    def _call(self, literals: Literals, call: ast.Call, span: Span, depth: int) -> Node | None:
        name = self.dotted(call.func)
        if not name:
            return None
        owner, _, method = name.rpartition(".")
        first = literals.read(call.args[0], depth + 1) if call.args else None
        if owner == "Duration":
            return self._duration(method, first, span)
        if (
            owner == "Size"
            and method in _MEGABYTES
            and isinstance(first, Scalar)
            and isinstance(first.value, int)
        ):
            return scalar(first.value * _MEGABYTES[method], span)
        if name in ("aws_lambda.Code.from_asset", "aws_lambda.Code.asset", "aws_lambda.AssetCode"):
            return first or Unknown(span)
        if name in ("aws_lambda.Code.from_bucket", "aws_lambda.Code.bucket", "aws_lambda.S3Code"):
            key = literals.read(call.args[1], depth + 1) if len(call.args) > 1 else None
            return mapping([("S3Bucket", first), ("S3Key", key or self.word(literals, call, "key"))], span)
        if name in ("aws_lambda.Code.from_inline", "aws_lambda.Code.inline", "aws_lambda.InlineCode"):
            return mapping([("ZipFile", first)], span)
        if name == "aws_iam.PolicyStatement":
            return self.statement(literals, call, span)
        if name == "aws_iam.PolicyDocument":
            return mapping([("Statement", self.word(literals, call, "statements"))], span)
        if name == "aws_iam.ServicePrincipal" and first is not None:
            return mapping([("Service", first)], span)
        if name == "aws_dynamodb.Attribute":
            return self.word(literals, call, "name") or Unknown(span)
        if name == "aws_iam.ManagedPolicy.from_aws_managed_policy_name" and isinstance(first, Scalar):
            return scalar(f"arn:aws:iam::aws:policy/{first.text}", span)
        if name == "aws_sqs.DeadLetterQueue":
            most, queue = self.word(literals, call, "max_receive_count"), self.word(literals, call, "queue")
            return mapping([("deadLetterTargetArn", queue), ("maxReceiveCount", most)], span)
        if owner in ("aws_events.Schedule", "aws_scheduler.ScheduleExpression"):
            return self._schedule(method, first, span)
        return None

    def word(self, literals: Literals, call: ast.Call, name: str) -> Node | None:
        """The value of a keyword of a call."""
        found = next((word.value for word in call.keywords if word.arg == name), None)
        return literals.read(found) if found is not None else None

    def statement(self, literals: Literals, call: ast.Call, span: Span) -> Map:
        """A PolicyStatement; what it does not say allows."""
        entries = [(new, self.word(literals, call, old)) for old, new in _STATEMENT.items()]
        if not any(name == "Effect" and value is not None for name, value in entries):
            entries.append(("Effect", scalar("Allow", span)))
        return mapping(entries, span)

    def _duration(self, method: str, first: Node | None, span: Span) -> Node:
        if method in _SECONDS and isinstance(first, Scalar) and isinstance(first.value, int):
            seconds = first.value * _SECONDS[method] if method != "millis" else first.value // 1000
            return scalar(seconds, span)
        return Unknown(span)

    def _schedule(self, method: str, first: Node | None, span: Span) -> Node:
        if method == "expression" and isinstance(first, Scalar):
            return first
        if method == "rate" and isinstance(first, Scalar) and isinstance(first.value, int):
            for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
                if first.value % seconds == 0:
                    count = first.value // seconds
                    return scalar(f"rate({count} {unit}{'' if count == 1 else 's'})", span)
        return Unknown(span)


def policy_of(statements: Node) -> Map | Unknown:
    """Statements, or a document, as a policy document."""
    if isinstance(statements, List):
        return mapping([("Statement", statements)], statements.span)
    return statements if isinstance(statements, Map) else Unknown(statements.span)


def granted(service: str, actions: str, resource: Node, span: Span) -> Map:
    """The statement that a grant adds."""
    names = dict.fromkeys(actions.split())
    listed = sequence([scalar(f"{service}:{name}", span) for name in names], span)
    return mapping([("Effect", scalar("Allow", span)), ("Action", listed), ("Resource", resource)], span)
