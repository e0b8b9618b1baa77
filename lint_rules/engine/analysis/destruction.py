"""Calls that destroy whatever AWS lists: nothing narrows the list, and no condition stands before the call."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from lint_rules.engine.analysis.aws_call import AwsCall
from lint_rules.engine.analysis.facts import FunctionNode, Scope
from lint_rules.engine.sources.tree import walk
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.behaviour import Behaviour
    from lint_rules.engine.analysis.reach import Reach
    from lint_rules.engine.finding import Span

_DESTROYS = frozenset({
    *("ec2.TerminateInstances", "ec2.DeleteVolume", "ec2.DeleteSnapshot", "ec2.DeregisterImage", "ec2.DeleteVpc"),
    *("ec2.DeleteNatGateway", "ec2.ReleaseAddress", "ec2.DeleteSecurityGroup", "rds.DeleteDBInstance"),
    *("rds.DeleteDBCluster", "rds.DeleteDBSnapshot", "rds.DeleteDBClusterSnapshot", "s3.DeleteBucket"),
    *("dynamodb.DeleteTable", "dynamodb.DeleteBackup", "iam.DeleteUser", "iam.DeleteRole", "iam.DeleteAccessKey"),
    *("lambda.DeleteFunction", "cloudformation.DeleteStack", "logs.DeleteLogGroup", "ecr.DeleteRepository"),
    *("eks.DeleteCluster", "ecs.DeleteCluster", "ecs.DeleteService", "redshift.DeleteCluster", "sqs.DeleteQueue"),
    *("elasticache.DeleteCacheCluster", "efs.DeleteFileSystem", "kinesis.DeleteStream", "sns.DeleteTopic"),
    *("secretsmanager.DeleteSecret", "ssm.DeleteParameter", "backup.DeleteRecoveryPoint", "acm.DeleteCertificate"),
})  # fmt: skip
"""Operations after which a thing, or the data in it, cannot be had back."""
_NOT_NARROW = frozenset({
    *("MaxResults", "NextToken", "PaginationConfig", "Marker", "MaxItems", "MaxRecords", "Limit", "PageSize"),
    *("OwnerIds", "Owners", "IncludeShadowTrails", "nextToken", "maxResults", "limit", "StartingToken"),
})  # fmt: skip
_THROUGH = frozenset({
    *("get", "items", "keys", "values", "list", "sorted", "set", "tuple", "enumerate", "extend", "append"),
    "build_full_result",
})  # fmt: skip
_NARROWS = frozenset({
    *("discard", "remove", "pop", "popitem", "clear", "difference_update", "intersection_update"),
    "symmetric_difference_update",
})  # fmt: skip
"""Methods that take something out of what they are asked of."""
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
_WORDS = ("delete", "terminate", "deregister", "release")
_DEEPEST = 12


class Destruction(NamedTuple):
    """A call that destroys, and the one that lists what it destroys."""

    call: AwsCall
    listing: AwsCall

    @property
    def span(self) -> Span:
        """Where it destroys."""
        return self.call.span


def unguarded_destruction(handler: Behaviour) -> Iterator[Destruction]:
    """The calls of this kind that an invocation may run."""
    module = handler.scope.facts.module
    if not handler.codebase.wording.says(module, _WORDS):
        return
    calls: dict[ast.AST, AwsCall] = {
        call.node: call for call in handler.aws.calls if call.confidence == "high"
    }
    for call in calls.values():
        if call.name not in _DESTROYS or "DryRun" in call.parameters or not isinstance(call.node, ast.Call):
            continue
        if _is_guarded(call.node, call.scope, handler.reach):
            continue
        given: list[ast.expr] = [keyword.value for keyword in call.node.keywords]
        if call.via == "resource" and isinstance(call.node.func, ast.Attribute):
            given.append(call.node.func.value)
        found = [source for value in given for source in _sources(value, call.scope, calls, 0)]
        whole = [source for source in found if source is not None]
        if whole and None not in found and all(_is_whole(source) for source in whole):
            yield Destruction(call, whole[0])


def _is_whole(listing: AwsCall) -> bool:
    """Whether nothing narrows what is listed."""
    return listing.complete and listing.parameters.keys() <= _NOT_NARROW and _lists(listing)


def _lists(call: AwsCall) -> bool:
    return call.operation.startswith(("Describe", "List", "GetResources"))


def _sources(
    node: ast.expr, scope: Scope, calls: Mapping[ast.AST, AwsCall], depth: int
) -> Iterator[AwsCall | None]:
    """The calls of AWS that a value comes from; None where something is chosen, or that is not known."""
    if depth > _DEEPEST:
        yield None
    elif isinstance(node, ast.Constant):
        return
    elif _is_asked_by_name(node, scope):
        yield None
    elif isinstance(node, ast.Attribute) or (isinstance(node, ast.Subscript) and _is_word(node.slice)):
        yield from _sources(node.value, scope, calls, depth + 1)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for item in node.elts:
            yield from _sources(item, scope, calls, depth + 1)
    elif isinstance(node, _COMPREHENSIONS):
        if any(generator.ifs for generator in node.generators):
            yield None
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            yield from _sources(part, scope, calls, depth + 1)
    elif isinstance(node, ast.Call):
        if node in calls:
            yield calls[node]
        elif not _is_through(node):
            yield None
        else:
            base = (
                node.func.value
                if isinstance(node.func, ast.Attribute)
                else node.args[0]
                if node.args
                else None
            )
            yield from _sources(base, scope, calls, depth + 1) if base is not None else iter((None,))
    elif isinstance(node, ast.Name):
        yield from _of_variable(node.id, scope, calls, depth)
    else:
        yield None


def _is_through(call: ast.Call) -> bool:
    """Whether a call gives all that it is given or asked of; `get` does for a member, not for a key of somebody's."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name in _THROUGH and (name != "get" or all(_is_word(argument) for argument in call.args[:1]))


def _is_word(node: ast.expr) -> bool:
    """Whether it is the name of a member: a number, a range or a variable chooses."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_asked_by_name(node: ast.expr, scope: Scope) -> bool:
    """Whether one thing is taken from a dictionary that the code has made of many."""
    if isinstance(node, ast.Subscript):
        asked = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        asked = node.func.value
    else:
        return False
    values = [scope.facts.assigned(each) for each in scope.bindings.get(getattr(asked, "id", ""), ())]
    return any(isinstance(value, ast.DictComp) for value in (asked, *values))


def _is_narrowed(name: str, scope: Scope) -> bool:
    """Whether something is taken out of what a variable holds, or put in the place of something."""
    for node in walk(scope.node):
        if isinstance(node, ast.Subscript):
            changed = None if isinstance(node.ctx, ast.Load) else node.value
        else:
            changed = node.value if isinstance(node, ast.Attribute) and node.attr in _NARROWS else None
        if isinstance(changed, ast.Name) and changed.id == name:
            return True
    return False


def _of_variable(
    name: str, scope: Scope, calls: Mapping[ast.AST, AwsCall], depth: int
) -> Iterator[AwsCall | None]:
    owner = scope.owner(name)
    if owner is None or owner is not scope or _is_narrowed(name, owner):
        yield None
        return
    for binding in owner.bindings.get(name, ()):
        target, parent = binding, owner.facts.parents.get(binding)
        while isinstance(parent, ast.Tuple | ast.List):  # `for name, size in sizes.items()`
            target, parent = parent, owner.facts.parents.get(parent)
        value = owner.facts.assigned(binding)
        if isinstance(parent, ast.For | ast.comprehension) and parent.target is target:
            yield from _sources(parent.iter, owner, calls, depth + 1)
        elif isinstance(value, ast.List) and not value.elts:
            continue
        elif value is not None:
            yield from _sources(value, owner, calls, depth + 1)
        else:
            yield None
    for call in owner.calls:
        func = call.func
        adds = isinstance(func, ast.Attribute) and func.attr in ("append", "extend", "add")
        if adds and getattr(getattr(func, "value", None), "id", "") == name:
            if _chosen(call, owner):
                yield None
            for argument in call.args:
                yield from _sources(argument, owner, calls, depth + 1)


def _chosen(node: ast.AST, scope: Scope) -> bool:
    """Whether a condition, in front of a node or around it, decides on it."""
    for parent, child in scope.facts.above(node):
        if isinstance(
            parent, ast.If | ast.IfExp | ast.While | ast.BoolOp | ast.match_case | ast.ExceptHandler
        ):
            return True
        if isinstance(parent, _COMPREHENSIONS) and any(generator.ifs for generator in parent.generators):
            return True
        body = getattr(parent, "body", None)
        if isinstance(parent, ast.For | FunctionNode | ast.With | ast.Try) and isinstance(body, list):
            before = body[: body.index(child)] if child in body else []
            if any(_leaves(statement) for statement in before):
                return True
    return False


def _leaves(statement: ast.stmt) -> bool:
    """Whether it may end the round or the function."""
    return isinstance(statement, ast.Assert) or (
        isinstance(statement, ast.If)
        and any(
            isinstance(part, ast.Continue | ast.Break | ast.Return | ast.Raise) for part in walk(statement)
        )
    )


def _is_guarded(node: ast.AST, scope: Scope, reach: Reach, depth: int = 0) -> bool:
    """Whether a condition decides on a call, here or where the function is called."""
    if _chosen(node, scope) or depth > _DEEPEST:
        return True
    into = [edge for edge in reach.into(scope) if edge.call is not None] if scope is not reach.start else []
    return any(
        _is_guarded(edge.call, edge.caller, reach, depth + 1) for edge in into if edge.call is not None
    )
