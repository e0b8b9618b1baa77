"""Steps through syntax trees give what `ast` gives, but for nodes without a place of their own."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from lint_rules.engine.sources.tree import children, walk

ROOT = Path(__file__).resolve().parents[2]
MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.type_ignore)
ODD = """
import a.b as c, d
from . import *
async def f(x, /, y: int = 1, *z, w=None, **k) -> None:
    global q
    async with m() as n, o: yield
    return [i async for i, *j in await k() if not -i @ 2 or i < 3 <= 4 is None]
match p:
    case None | {"k": [1, *r], **s} | C(t, u=v) as e if e: pass
    case _: del x.y[1:2, ...], z
x: int
x += (y := lambda a=1: f"{a!r:>{b}}") if {**c, 1: 2} else (yield_,)
try: raise E from g
except (A, B) as h: nonlocal_ = {1, *i}
assert x, "m"
"""
SOURCES = [
    ODD,
    *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "lint_rules").rglob("*.py"))[:40]),
]
if sys.version_info >= (3, 12):
    SOURCES.append("type A[T: int, *U, **V] = list[T]\ndef f[T](x: T): pass\nclass C[T]: pass")


@pytest.mark.parametrize("source", SOURCES)
def test_children_and_walks_come_in_the_order_of_ast(source: str) -> None:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        assert children(node) == [part for part in ast.iter_child_nodes(node) if not isinstance(part, MARKS)]
    assert walk(tree) == [part for part in ast.walk(tree) if not isinstance(part, MARKS)]
