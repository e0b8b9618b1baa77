"""How many entries code puts into one request, as far as it is written out, and how many AWS takes.

The most that a batch may hold is told from a list that is written out, a slice of so many elements, a function that
cuts a list into such slices, or a test of how many have been collected.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.bindings import argument, source_of
from lint_rules.engine.analysis.bodies import own_code
from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.sdk_models import batch_of
from lint_rules.engine.analysis.sent import Given, Sent, traced
from lint_rules.engine.finding import Edit, Span
from lint_rules.engine.typed import NamedTuple

_CUTTERS = frozenset({
    *("itertools.batched", "more_itertools.batched", "more_itertools.chunked", "more_itertools.ichunked"),
    *("boltons.iterutils.chunked", "boltons.iterutils.chunked_iter", "toolz.partition_all"),
})  # fmt: skip
_DEEPEST = 6


class Size(NamedTuple):
    """A number of entries, and where it is written; several places that must agree."""

    entries: int
    places: tuple[Given, ...] = ()


class Oversized(NamedTuple):
    """A request that may have more entries than AWS takes."""

    sent: Sent
    size: Size
    longest: int

    @property
    def span(self) -> Span:
        """Where the number is written, or else the request."""
        return self.size.places[0].span if self.size.places else self.sent.span

    def lowered(self) -> tuple[Edit, ...]:
        """Edits that cut as many as AWS takes; none where the number is nowhere written."""
        places = dict.fromkeys(place.span for place in self.size.places)
        return tuple(Edit(span, str(self.longest)) for span in places)


def oversized(calls: Iterable[Sent]) -> Iterator[Oversized]:
    """The requests of which it is written out that they may have too many entries."""
    for sent in calls:
        batch = batch_of(sent.call.service, sent.operation)
        if batch is None or not isinstance(sent.call.node, ast.Call):
            continue
        for path, longest in batch.longest.items():
            name, *rest = path.split(".")
            given = sent.given(name)
            size = _largest(given, rest, sent) if given is not None else None
            if size is not None and size.entries > longest:
                yield Oversized(sent, size, longest)
                break


def _largest(given: Given, path: list[str], sent: Sent) -> Size | None:
    if not path:
        return _size(given, 0) or _collected(given, sent)
    if not isinstance(given.node, ast.Dict):
        return None
    sizes = [
        _largest(traced(value, given.scope), path[1:], sent)
        for key, value in zip(given.node.keys, given.node.values, strict=True)
        if path[0] == "*" or getattr(key, "value", None) == path[0]
    ]
    return max((size for size in sizes if size is not None), key=lambda size: size.entries, default=None)


def _size(given: Given, depth: int) -> Size | None:
    """The most entries of a list."""
    node, scope = given
    if depth > _DEEPEST:
        return None
    if isinstance(node, ast.List | ast.Tuple):
        return None if any(isinstance(each, ast.Starred) for each in node.elts) else Size(len(node.elts))
    if isinstance(node, ast.ListComp) and len(node.generators) == 1 and not node.generators[0].ifs:
        return _size(traced(node.generators[0].iter, scope), depth + 1)
    if (
        isinstance(node, ast.Call)
        and scope.dotted(node.func) in ("list", "tuple", "range")
        and len(node.args) == 1
    ):
        if scope.dotted(node.func) == "range":
            return _number(node.args[0], scope)
        return _size(traced(node.args[0], scope), depth + 1)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.step is None:
        return _sliced(node.slice, scope)
    return _turn(node, scope) if isinstance(node, ast.Name) else None


def _sliced(part: ast.Slice, scope: Scope) -> Size | None:
    """The elements of `x[:n]` or `x[i : i + n]`."""
    lower, upper = part.lower, part.upper
    if upper is None:
        return None
    if lower is None or (isinstance(lower, ast.Constant) and lower.value == 0):
        return _number(upper, scope)
    if isinstance(upper, ast.BinOp) and isinstance(upper.op, ast.Add):
        for one, other in ((upper.left, upper.right), (upper.right, upper.left)):
            if ast.dump(one) == ast.dump(lower):
                size = _number(other, scope)
                steps = _steps(lower, scope)
                if size is None or steps is None or steps.entries != size.entries:
                    return size if steps is None else None
                return Size(size.entries, (*size.places, *steps.places))
    return None


def _steps(start: ast.expr, scope: Scope) -> Size | None:
    """The step of the `range` that a variable goes through; of another variable none."""
    bound = scope.bindings.get(start.id, []) if isinstance(start, ast.Name) else []
    source = source_of(bound[0], scope) if len(bound) == 1 else None
    if isinstance(source, ast.Call) and scope.dotted(source.func) == "range" and len(source.args) == 3:
        return _number(source.args[2], scope)
    return None


def _number(node: ast.expr, scope: Scope) -> Size | None:
    found = traced(node, scope)
    value = getattr(found.node, "value", None) if isinstance(found.node, ast.Constant) else None
    return Size(value, (found,)) if isinstance(value, int) and not isinstance(value, bool) else None


def _turn(node: ast.Name, scope: Scope) -> Size | None:
    """What a loop over slices gives in each turn."""
    around = (parent for parent, _ in scope.facts.above(node))
    parent = next((each for each in around if _binds(each, node.id)), None)
    owner = scope
    if not isinstance(parent, ast.For | ast.AsyncFor):
        return None
    source = traced(parent.iter, owner)
    if isinstance(source.node, ast.ListComp | ast.GeneratorExp):
        return _size(Given(source.node.elt, source.scope), 1)
    if not isinstance(source.node, ast.Call):
        return None
    if source.scope.dotted(source.node.func) in _CUTTERS and len(source.node.args) > 1:
        at = 0 if (source.scope.dotted(source.node.func) or "").startswith("toolz") else 1
        return _number(source.node.args[at], source.scope)
    return _cut(source.node, source.scope)


def _binds(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.For | ast.AsyncFor) and getattr(node.target, "id", "") == name


def _cut(call: ast.Call, scope: Scope) -> Size | None:
    """What a function of the same file that cuts a list into slices is told to cut."""
    target = scope.owner(call.func.id) if isinstance(call.func, ast.Name) else None
    cutter = target.child(call.func.id) if target is not None and isinstance(call.func, ast.Name) else None
    if cutter is None or not cutter.is_function:
        return None
    for part in own_code(cutter):
        upper = (
            part.slice.upper
            if isinstance(part, ast.Subscript) and isinstance(part.slice, ast.Slice)
            else None
        )
        if isinstance(upper, ast.BinOp) and isinstance(upper.op, ast.Add):
            for side in (upper.right, upper.left):
                told = argument(call, cutter, side.id) if isinstance(side, ast.Name) else None
                if told is not None and isinstance(side, ast.Name) and side.id in cutter.arguments:
                    return _number(told, scope if told in ast.walk(call) else cutter)
    return None


def _collected(given: Given, sent: Sent) -> Size | None:
    """How many entries a variable has when it is sent: `if len(batch) >= 100: send(batch)`."""
    if not isinstance(given.node, ast.Name | ast.List) or not isinstance(sent.call.node, ast.Call):
        return None
    names = {
        part.id
        for keyword in sent.call.node.keywords
        for part in ast.walk(keyword.value)
        if isinstance(part, ast.Name)
    }
    for parent, child in sent.scope.facts.above(sent.call.node):
        if isinstance(parent, ast.If) and child in parent.body and isinstance(parent.test, ast.Compare):
            left, right = parent.test.left, parent.test.comparators[0]
            counted = left.args[0] if isinstance(left, ast.Call) and len(left.args) == 1 else None
            if (
                isinstance(left, ast.Call)
                and isinstance(counted, ast.Name)
                and counted.id in names
                and sent.scope.dotted(left.func) == "len"
                and isinstance(parent.test.ops[0], ast.Eq | ast.GtE)
            ):
                return _number(right, sent.scope)
    return None
