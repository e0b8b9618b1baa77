"""What the analysis knows of names, values and state; each question under one verb."""

from __future__ import annotations

import ast

import pytest

from lint_rules import Project
from lint_rules.engine.analysis.facts import facts_of

IMPORTS = """
import boto3
import boto3 as b
import os.path
import boto3.session
from boto3 import client, client as make
from boto3.session import Session as S
from os import environ
from . import near
from .far import away
"""


def dotted(expression: str, before: str = "") -> str | None:
    """The dotted name of an expression in a function of a module that begins with some imports."""
    code = f"{IMPORTS}\n{before}\ndef f(parameter):\n    return ({expression})\n"
    facts = facts_of(Project.of({"app.py": code}).modules[0])
    scope = facts.functions[-1]
    returned = scope.node.body[-1].value
    return scope.dotted(returned)


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("boto3.client", "boto3.client"),
        ("b.client", "boto3.client"),
        ("client", "boto3.client"),
        ("make", "boto3.client"),
        ("boto3.Session().client", "boto3.Session().client"),
        ("S().client", "boto3.session.Session().client"),
        ("boto3.session.Session", "boto3.session.Session"),
        ("os.path.join", "os.path.join"),
        ("environ.get", "os.environ.get"),
        ("near.x", ".near.x"),
        ("away", ".far.away"),
        ("print", "print"),
        ("parameter", None),
        ("parameter.client", None),
        ("[1].append", None),
        ("(lambda: 1)()", None),
    ],
)
def test_a_name_is_told_by_where_it_comes_from(expression, name):
    assert dotted(expression) == name


@pytest.mark.parametrize(
    ("before", "expression", "name"),
    [
        ("session = boto3.Session()", "session.client", "boto3.Session().client"),
        ("make_client = boto3.client", "make_client", "boto3.client"),
        ("session = boto3.Session()\nsession = 1", "session.client", None),
        ("boto3 = 1", "boto3.client", None),
        ("try:\n    import json\nexcept ImportError:\n    import json", "json.dumps", "json.dumps"),
        ("try:\n    import a\nexcept ImportError:\n    import b as a", "a.x", None),
        ("def g():\n    global session\n    session = 2\nsession = boto3.Session()", "session.client", None),
        ("x = y\ny = x", "x", None),
        ("with open('f') as file:\n    pass", "file.read", "open().read"),
    ],
)
def test_a_variable_is_followed_when_it_has_one_value(before, expression, name):
    assert dotted(expression, before) == name


def owner(code: str, name: str) -> str | None:
    """The scope whose variable a name is in the innermost function: its name, "module" or None."""
    facts = facts_of(Project.of({"app.py": code}).modules[0])
    found = facts.functions[-1].owner(name)
    return None if found is None else found.name or "module"


@pytest.mark.parametrize(
    ("code", "scope"),
    [
        ("x = 1\ndef f():\n    return x\n", "module"),
        ("x = 1\ndef f():\n    x = 2\n", "f"),
        ("x = 1\ndef f(x):\n    pass\n", "f"),
        ("x = 1\ndef f(*, x=1):\n    pass\n", "f"),
        ("x = 1\ndef f(*x):\n    pass\n", "f"),
        ("def f():\n    global x\n    x = 2\n", "module"),
        ("def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n", "f"),
        ("def f():\n    x = 1\n    def g():\n        return x\n", "f"),
        ("class A:\n    x = 1\n    def g(self):\n        return x\n", None),
        ("def f():\n    import x\n", "f"),
        ("def f():\n    for x in []: pass\n", "f"),
        ("def f():\n    with y as x: pass\n", "f"),
        ("def f():\n    try: pass\n    except E as x: pass\n", "f"),
        ("def f():\n    return (x := 1)\n", "f"),
        ("def f():\n    match y:\n        case [x, *_]: pass\n", "f"),
        ("def f():\n    match y:\n        case {'a': 1, **x}: pass\n", "f"),
        ("def f():\n    def x(): pass\n    def g(): return x\n", "f"),
        ("def f():\n    class x: pass\n    def g(): return x\n", "f"),
        ("[x for x in y]\ndef f():\n    return x\n", None),
        ("def f():\n    return x\n", None),
    ],
)
def test_a_name_belongs_to_the_scope_that_binds_it(code, scope):
    assert owner(code, "x") == scope


def test_defaults_and_decorators_run_outside_the_function():
    facts = facts_of(Project.of({"app.py": "@a()\ndef f(x=b(), *, y=c()) -> d():\n    e()\n"}).modules[0])
    inside = [call.func.id for call in facts.functions[0].calls]
    outside = [call.func.id for call in facts.module_scope.calls]
    assert (inside, sorted(outside)) == (["e"], ["a", "b", "c", "d"])


def last_call(code: str) -> tuple[bool, bool]:
    """Whether the argument of `probe(…)` depends on the event, and whether it is constant."""
    project = Project.of({"app.py": code})
    for handler in project.handlers:
        for site in handler.calls("probe"):
            argument = site.node.args[0]
            return handler.flow.depends_on_event(argument, site.scope), handler.flow.is_constant(
                argument, site.scope
            )
    raise AssertionError("no probe")


def of(body: str, before: str = "") -> tuple[bool, bool]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return last_call(f"import os\n{before}\ndef handler(event, context):\n{lines}")


@pytest.mark.parametrize(
    "body",
    [
        "probe(event)",
        "probe(event['a'])",
        "probe(f'x{event}')",
        "probe(context.aws_request_id)",
        "x = event['a']\nprobe(x)",
        "x, y = event['a'], 1\nprobe(x)",
        "for x in event['a']:\n    probe(x)",
        "for i, x in enumerate(event['a']):\n    probe(x)",
        "x = [y for y in event]\nprobe(x)",
        "x = {}\nx['a'] = event['a']\nprobe(x)",
        "x = []\nx.append(event)\nprobe(x)",
        "x = load(event['a'])\nprobe(x)",
        "with open(event['a']) as x:\n    probe(x)",
        "if (x := event.get('a')):\n    probe(x)",
        "match event:\n    case {'a': x}:\n        probe(x)",
        "x = 1\nx += event['a']\nprobe(x)",
    ],
)
def test_what_comes_from_the_event_depends_on_it_and_is_not_constant(body):
    assert of(body) == (True, False)


@pytest.mark.parametrize(
    "body",
    [
        "probe('a')",
        "probe(os.environ['A'])",
        "probe(os.environ.get('A', 'b').lower())",
        "probe(os.getenv('A') or f'{TABLE}-x')",
        "probe(TABLE)",
        "x = TABLE + 'b'\nprobe(x)",
        "probe({'a': [1, TABLE]})",
        "probe(TABLE if TABLE else 'x')",
        "probe(int(os.environ['A']))",
    ],
)
def test_what_the_module_and_the_environment_say_is_constant(body):
    assert of(body, "TABLE = 'orders'") == (False, True)


@pytest.mark.parametrize(
    "body",
    [
        "probe(load())",
        "probe(unknown)",
        "x = 'a'\nx = 'b'\nprobe(x)",
        "for x in ('a', 'b'):\n    probe(x)",
        "probe(STATE)",
        "x, y = 'a', 'b'\nprobe(x)",
        "probe(context.function_name)",
        "probe(settings.region)",
    ],
)
def test_what_cannot_be_told_is_neither(body):
    before = "from conf import settings\nSTATE = 'a'\ndef change():\n    global STATE\n    STATE = 'b'\n"
    assert of(body, before) == (False, False)


def test_a_parameter_takes_what_every_call_passes():
    one = "def f(x, y='b'):\n    probe({})\ndef handler(event, context):\n    f({})\n{}"
    assert last_call(one.format("x", "'a'", "")) == (False, True)
    assert last_call(one.format("y", "'a'", "")) == (False, True)
    assert last_call(one.format("x", "event", "")) == (True, False)
    assert last_call(one.format("x", "x=event['a']", "")) == (True, False)
    assert last_call(one.format("x", "*event", "")) == (True, False)
    assert last_call(one.format("x", "**event", "")) == (True, False)
    assert last_call(one.format("x", "'a'", "    f(load())\n")) == (False, False)


def kept(code: str) -> dict[str, list[tuple[int, bool, bool]]]:
    """Variables of modules that the first handler changes: row, derived from the event, kept by a key."""
    project = Project.of({"app.py": code})
    return {
        state.name: [(change.node.lineno, change.derived, change.keyed) for change in state.changes]
        for state in project.handlers[0].kept_state()
    }


def test_changes_of_a_variable_are_told_together():
    code = "a = []\nb = {}\ndef handler(event, context):\n    a.append(1)\n    a.append(event)\n    b[event] = 1\n"
    assert kept(code) == {"a": [(4, False, False), (5, True, False)], "b": [(6, True, True)]}


@pytest.mark.parametrize(
    "change",
    ["a.sort()", "a.index(1)", "a + [1]", "a[0]", "print(a)", "b = a", "len(a)", "a == 1", "sorted(a)"],
)
def test_what_only_reads_changes_nothing(change):
    assert kept(f"a = []\ndef handler(event, context):\n    {change}\n") == {}


def awaits(code: str) -> list[list[str]]:
    """What the runs of adjacent awaits call."""
    body = "".join(f"    {line}\n" for line in code.splitlines())
    project = Project.of({"app.py": f"async def handler(event, context):\n{body}"})
    return [[step.called for step in run] for run in project.handlers[0].await_runs()]


@pytest.mark.parametrize(
    ("code", "runs"),
    [
        ("x = await a()\ny = await b.c()\nz = await d()", [["a", "c", "d"]]),
        ("x = await a()\n1\ny = await b()", []),
        (
            "x = await a()\ny = await b()\nif x:\n    z = await c()\n    w = await d()",
            [["a", "b"], ["c", "d"]],
        ),
        ("await a()\nawait b()", []),
        ("x = await a\ny = await b", []),
        ("x = [await a(), await b()]", []),
        ("try:\n    x = await a()\n    y = await b()\nfinally:\n    z = await c()", [["a", "b"]]),
    ],
)
def test_runs_of_awaits_are_adjacent_assignments(code, runs):
    assert awaits(code) == runs


def test_a_long_chain_of_operators_is_walked_without_recursion():
    code = "x = []\ndef handler(event, context):\n    return " + " + ".join(["event"] * 900) + "\n"
    project = Project.of({"app.py": code})
    assert project.handlers[0].kept_state() == []
    assert sum(isinstance(node, ast.BinOp) for node in ast.walk(project.modules[0].tree)) == 899
