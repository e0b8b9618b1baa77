"""The two builders of a module's tree, the interpreter's parser and libcst, agree wherever both can read."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from lint_rules import Config, Project, lint
from lint_rules.engine.sources import module as module_file
from lint_rules.engine.sources.cst_statements import read_module

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "lint_rules").rglob("*.py"), *(ROOT / "tests" / "linter").rglob("*.py")])

WRITTEN = """
x = (1, 2); y = 1,; (a) = b; [c, *d] = e; f[1:2, ::3] = g[1,]; h[(1)] = (i).j.k
---
x: int = 1; y: (int); z.a: 'str'; x += (1); x @= 2; x //= (3)
---
def f(a, /, b: int = (1), *args: str, c, d=2, **kw) -> (int): return
async def g(*, a): await (b); return (yield)
---
@(d)
@e.f(1)
class C(A, *B, metaclass=M, **k):
    x = 1
---
if a: pass
elif (b): pass
else: pass
for x, y in z: break
else: continue_ = 1
while (a): pass
---
try:
    pass
except (A, B) as e:
    raise E(1) from (e)
except C:
    raise
else:
    pass
finally:
    del a, (b), c[0]; del (d, e)
---
with a as b, (c) as (d, e): pass
with (f as g, h): pass
async def z():
    async with a: pass
    async for b in c: pass
    return [i async for i in j if (k) if l]
---
match (x):
    case 1 | -2 | 1+2j | None | True: pass
    case [a, *_, (b)] if (c): pass
    case (a, b): pass
    case a, *b: pass
    case {"k": v, **rest}: pass
    case P(1, x=2, y=Q()): pass
    case (str() as s) | t.u: pass
    case _: pass
---
f(a, *b, c=(d), **(e)); f(x for x in y); f((x for x in y)); f (x for x in y) ; (f)(1)
---
a and b and (c and d) or not (e); a < (b) <= c is not d not in e; -(a) ** +b; (a if b else (c)); (n := 1)
---
lambda a, *b, c=1, **d: (a); {**a, 'b': (c)}; {1, *a}; {a: b for a, b in c}; {a for a in b}; ((a) for a in b)
---
s = 'a' "b" r'\\n' u'c'; b'x' b"y"; f'{a}{{b}}{c!r:>{w}}d' 'e' f"{g=}{h = :3}"; rf'\\d{i}'; f'\\t{j}'; f''
---
import a.b.c as d, e
from . import f
from ..g.h import (i, j as k,)
from l import *
---
ä = 'ö'; ü(ä, ß='é').x
def ñ(): global a, b; return (ä)
---
x = (
    yield
)
y = ((a)
     .b
     [c])
assert (a), (b)
print(1,
      2)
"""
SNIPPETS = WRITTEN.split("---\n")


def dumped(tree: ast.Module) -> str:
    """Everything that a tree says, places included; of what is inside an f-string that of the whole. The parser of
    Python 3.12 writes an empty text behind a field in a format."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            node.values = [one for one in node.values if getattr(one, "value", None) != ""]
            for inner in ast.walk(node):
                if "lineno" in inner._attributes:
                    ast.copy_location(inner, node)
    return ast.dump(tree, include_attributes=True)


@pytest.mark.parametrize("text", SNIPPETS)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")
def test_both_read_the_same_in_every_kind_of_syntax(text: str) -> None:
    assert dumped(read_module(text)) == dumped(ast.parse(text))


@pytest.mark.parametrize("part", range(4))
def test_both_read_the_same_in_every_file_here(part: int) -> None:
    compared = 0
    for path in FILES[part::4]:
        text = path.read_text(encoding="utf-8")
        assert dumped(read_module(text)) == dumped(ast.parse(text)), path
        compared += 1
    assert compared > 30


def test_the_comparison_would_see_a_difference() -> None:
    assert dumped(read_module("f(a)\n")) != dumped(ast.parse("f( a)\n"))


def test_findings_are_the_same_from_either(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{name}/app.py": bad for name, bad in _bad_examples()}
    assert len(files) > 5
    every = Config(select=("ALL",), ignore=("LAM990",))  # They say in other words what is broken.
    first = lint(Project.of(files), every)

    def second(text: str) -> ast.Module:
        try:
            return read_module(text)
        except Exception as error:
            raise SyntaxError(str(error)) from error

    monkeypatch.setattr(module_file, "_tree", second)
    assert lint(Project.of(files), every) == first
    assert first


def _bad_examples() -> list[tuple[str, str]]:
    from lint_rules import load_rules

    found = []
    for rule in load_rules().values():
        for block in rule.doc.split("```python")[1:]:
            found.append((f"{rule.name}{len(found)}", block.partition("\n")[2].partition("```")[0]))
    return found


NEWER = """\
import boto3

type Name = str

def first[T](items: list[T]) -> T:
    return items[0]

def handler(event, context):
    s3 = boto3.client("s3")
    try:
        return s3.list_buckets()
    except* ValueError:
        print(f"{event["name"]}")
"""


@pytest.mark.parametrize("native", [True, False])
def test_syntax_newer_than_the_interpreter_is_linted(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not native:
        real = module_file._tree

        def refusing(text: str) -> ast.Module:
            if "type Name" in text:
                raise SyntaxError("newer than I am")
            return real(text)

        monkeypatch.setattr(module_file, "_tree", refusing)
    project = Project.of({"app.py": NEWER})
    found = lint(project, Config(select=("LAM101", "LAM990")))
    assert [project.documents["app.py"].row(finding.span.start) for finding in found] == [9]


def test_a_type_statement_is_an_assignment_to_the_second_builder() -> None:
    (statement,) = read_module("type A = (int)\n").body
    assert isinstance(statement, ast.Assign)
    if sys.version_info >= (3, 12):
        assert statement.end_col_offset == 14


@pytest.mark.parametrize("text", ["def f(:\n", "print 'x'\n", "x = (\n"])
def test_broken_code_is_broken_for_both(text: str) -> None:
    project = Project.of({"app.py": text})
    (module,) = project.modules
    assert module.tree is None
    assert module.error is not None
