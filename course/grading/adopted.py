"""A lab made of another tool's notebook: answers, tests as checks, points, and what could not be carried over.

What the formats have in common is here; `from_nbgrader` and `from_otter` read them. A test's calls of functions that
learners write become `answer.call(...)`, so that it compares outside of the learner's process. Hints, sentences and
wrong answers, which those tools have not, are marked as to be written.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from dataclasses import dataclass, field

TO_WRITE = "to be written"


@dataclass(frozen=True)
class Test:
    """One test: its `name`, its code, and its points."""

    name: str
    source: str
    points: float
    hidden: bool = False


@dataclass
class Task:
    """What learners write in one place: `source` has its solution between our markers; `shared` is the code that comes
    before it and that it may use."""

    name: str
    source: str
    shared: str
    tests: list[Test] = field(default_factory=list)

    @property
    def file(self) -> str:
        """The answer file's name."""
        return f"{self.name}.py"


@dataclass
class Adopted:
    """A notebook as a lab: prose (texts) and tasks in their order, and `lost`, what a person must see to."""

    title: str
    parts: list[str | Task] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def tasks(self) -> list[Task]:
        """The tasks in order."""
        return [part for part in self.parts if isinstance(part, Task)]

    def text(self) -> str:
        """The lab's source, `lab.md`. What was lost on the way is added to `lost`."""
        where = {name: task.file for task in self.tasks for name in functions(task.source)}
        values = {name for task in self.tasks for name in bound(task.source)} - set(where)
        head = {"title": self.title, "goals": [TO_WRITE], "out_of_scope": [TO_WRITE], "prerequisites": []}
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
        said = ["---", *lines, "minutes: 30", "rules: []", "---", "", f"# {self.title}", ""]
        for part in self.parts:
            if isinstance(part, str):
                said += [part, ""]
            else:
                said += self._told(part, where, values)
        return "\n".join(said).rstrip() + "\n"

    def _told(self, task: Task, where: dict[str, str], values: set[str]) -> list[str]:
        others = sorted(_used(task.source) & set(where) - set(functions(task.source)))
        shared = [task.shared.rstrip()] if task.shared.strip() else []
        shared += [f"from {where[name].removesuffix('.py')} import {name}" for name in others]
        content = "\n".join([f"%%writefile {task.file}", *shared, task.source.rstrip()])
        lines = [f"## {task.name}", "", *_fenced(f'python exercise="{task.name}"', content)]
        checks = [(test, self._check(test, task, where, values)) for test in task.tests]
        kept = [(test, source) for test, source in checks if source]
        alone = all(test.hidden for test, _ in kept)
        if kept and alone:
            self.lost.append(f"{task.name}: all its tests are hidden; the first is visible now")
        if not kept:
            self.lost.append(f"{task.name}: no test could be carried over; write a check")
        for number, (test, source) in enumerate(kept):
            hidden = ' hidden="yes"' if test.hidden and not (alone and number == 0) else ""
            lines += _fenced(f'python check="{task.name}" points={test.points:g}{hidden}', source)
        for rung in ("a question that leads on", "what to look at", "the line's skeleton"):
            lines += _fenced(f'markdown hint="{task.name}"', f"{TO_WRITE}: {rung}")
        return lines

    def _check(self, test: Test, task: Task, where: dict[str, str], values: set[str]) -> str:
        try:
            tree = ast.parse(test.source)
            shared = ast.parse(task.shared)
        except SyntaxError as error:
            self.lost.append(f"{test.name}: is not plain Python ({error.msg})")
            return ""
        beyond = sorted(_used(test.source) & values - bound(test.source) - bound(task.shared))
        if beyond:
            self.lost.append(
                f"{test.name}: looks at {', '.join(beyond)}, which is no function of an answer file"
            )
            return ""
        if test.points <= 0:
            self.lost.append(f"{test.name}: has no points; it counts 1 now")
        calls = ast.fix_missing_locations(_Calls(where).visit(tree))
        body = "\n".join(ast.unparse(node) for node in (shared, calls) if node.body)
        name = f"{identifier(task.name)}_{identifier(test.name)}"
        told = f'def {name}(cloud, answer):\n    """It passes `{test.name}` ({TO_WRITE})."""\n'
        return told + textwrap.indent(body or "pass", "    ")


class _Calls(ast.NodeTransformer):
    """Has functions of answer files called in the learner's process, by their name or as a value."""

    def __init__(self, where: dict[str, str]) -> None:
        self._where = where

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit_arguments(node)
        if isinstance(node.func, ast.Name) and node.func.id in self._where:
            node.args = [*self._named(node.func.id), *node.args]
            node.func = _attribute()
        else:
            node.func = self.visit(node.func)
        return node

    def generic_visit_arguments(self, node: ast.Call) -> None:
        """Change what a call is given."""
        node.args = [self.visit(argument) for argument in node.args]
        node.keywords = [self.visit(keyword) for keyword in node.keywords]

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not isinstance(node.ctx, ast.Load) or node.id not in self._where:
            return node
        made = ast.parse("lambda *given, **named: 0", mode="eval").body
        assert isinstance(made, ast.Lambda)
        given: list[ast.expr] = [
            *self._named(node.id),
            ast.Starred(ast.Name("given", ast.Load()), ast.Load()),
        ]
        made.body = ast.Call(_attribute(), given, [ast.keyword(None, ast.Name("named", ast.Load()))])
        return made

    def _named(self, name: str) -> list[ast.expr]:
        return [ast.Constant(self._where[name]), ast.Constant(name)]


def functions(source: str) -> list[str]:
    """The functions that code defines at its top."""
    return [node.name for node in _body(source) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def bound(source: str) -> set[str]:
    """All names that code gives something to at its top."""
    found = set(functions(source))
    for node in _body(source):
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(name.asname or name.name).partition(".")[0] for name in node.names}
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
            found |= {one.id for one in names if isinstance(one.ctx, ast.Store)}
    return found


def identifier(text: str) -> str:
    """A Python name, and a file's, of a text."""
    plain = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_").lower() or "task"
    return f"t_{plain}" if plain[0].isdigit() else plain


def solved(source: str) -> str:
    """All of it as a solution, when it has no region that says what the solution is."""
    if "### BEGIN SOLUTION" in source:
        return source
    return f"### BEGIN SOLUTION\n{source.rstrip()}\n### END SOLUTION"


def _attribute() -> ast.Attribute:
    return ast.Attribute(ast.Name("answer", ast.Load()), "call", ast.Load())


def _used(source: str) -> set[str]:
    names = (node for part in _body(source) for node in ast.walk(part) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def _body(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def _fenced(head: str, content: str) -> list[str]:
    mark = "```"
    while mark in content:
        mark += "`"
    return [f"{mark}{head}", content, mark, ""]
