"""Reads a lab from its author's Markdown, `solutions/NN_slug/lab.md`, and refuses what cannot be meant.

Every mistake is a LabError with its line: unknown or missing attributes, names used twice, an exercise
without a check or its three hints, a check that is not one documented function, a wrong answer that names no
check.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.errors import UserError
from course.lab import file_cell, helpers, questions
from course.lab.document import AnswerFile, Check, Exercise, Lab, Planted, Question, WrongAnswer
from course.lab.fences import HEADING, Attribute, Fence, LabError, cells, front_matter
from course.lab.regions import reference, stub, validate

HINTS = 3
ALLOWED = {
    "exercise": {"exercise", "lint"},
    "helpers": {"helpers"},
    "check": {"check", "points", "hidden", "needs", "seconds"},
    "wrong": {"wrong", "name", "fails", "lint"},
    "hint": {"hint"},
    "predict": {"predict"},
    "recall": {"recall"},
    "": {"tags", "lint"},
}
REQUIRED = {"check": {"points"}, "wrong": {"name", "fails"}}
LANGUAGE = {"hint": "markdown", "predict": "yaml", "recall": "yaml"}
FRONT = {"title", "goals", "out_of_scope", "prerequisites", "minutes", "rules", "rows"}


def kind_of(cell: Fence) -> str:
    """What a fenced cell is for: `exercise`, `helpers`, `check`, `wrong`, `hint`, `predict`, `recall`, or empty
    for a plain one."""
    return next((kind for kind in ALLOWED if kind in cell.attributes), "")


def read(path: Path) -> Lab:
    """The lab at `path`, complete. Raises LabError (see above) and UserError when it cannot be opened."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read as UTF-8 text: {error}") from None
    return parse(text, slug=path.parent.name, path=str(path))


def parse(text: str, slug: str, path: str = "lab.md") -> Lab:
    """The lab written in `text`; `path` is used in errors."""
    import yaml

    header, taken = front_matter(text, path)
    try:
        front = yaml.safe_load(header) or {}
    except yaml.YAMLError as error:
        raise LabError(path, 1, f"the front matter is not YAML: {error}".replace("\n", " ")) from None
    if not isinstance(front, dict) or not front.get("title"):
        raise LabError(path, 1, "the front matter needs a `title`")
    if unknown := sorted(set(front) - FRONT - {"jupyter"}):
        raise LabError(path, 1, f"the front matter has an unknown key `{unknown[0]}`")
    document = tuple(cells(text, path, skip=taken))
    reading = _Reading(slug, path)
    for cell in document:
        reading.take(cell)
    return Lab(
        slug=slug,
        title=str(front["title"]),
        goals=_strings(front, "goals"),
        out_of_scope=_strings(front, "out_of_scope"),
        prerequisites=_strings(front, "prerequisites"),
        minutes=int(front.get("minutes", 0)),
        rules=_strings(front, "rules"),
        rows=_strings(front, "rows"),
        exercises=reading.exercises(),
        predictions=tuple(reading.questions["predict"].values()),
        recalls=tuple(reading.questions["recall"].values()),
        planted=tuple(reading.planted),
        cells=document,
    )


def _strings(front: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = front.get(key) or ()
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else (str(value),)


class _Reading:
    """The document as far as it has been read, by exercise name, with the line of each name for errors."""

    def __init__(self, slug: str, path: str) -> None:
        self.slug, self.path = slug, path
        self.heading = ""
        self.titles: dict[str, tuple[str, int]] = {}
        self.files: dict[str, list[AnswerFile]] = {}
        self.helpers: dict[str, dict[helpers.Helper, int]] = {}
        self.used: set[tuple[str, helpers.Helper]] = set()
        self.checks: dict[str, list[Check]] = {}
        self.hints: dict[str, list[str]] = {}
        self.wrong: dict[str, dict[str, WrongAnswer]] = {}
        self.questions: dict[str, dict[str, Question]] = {"predict": {}, "recall": {}}
        self.planted: list[Planted] = []
        self.lines: dict[tuple[str, str], int] = {}
        self.mentioned: dict[str, int] = {}

    def take(self, cell: Fence) -> None:
        if cell.is_prose:
            for line in cell.source.splitlines():
                if HEADING.match(line):
                    self.heading = line.lstrip("#").strip()
                    break
            return
        kind = kind_of(cell)
        fence = cell.line - 1
        if unknown := sorted(set(cell.attributes) - ALLOWED[kind]):
            known = ", ".join(sorted(ALLOWED[kind]))
            raise LabError(self.path, fence, f"unknown attribute `{unknown[0]}`; known here: {known}")
        if missing := sorted(REQUIRED.get(kind, set()) - set(cell.attributes)):
            raise LabError(self.path, fence, f"a {kind} cell needs the attribute `{missing[0]}`")
        if cell.language != LANGUAGE.get(kind, "python"):
            raise LabError(
                self.path, fence, f"a {kind or 'code'} cell is written in {LANGUAGE.get(kind, 'python')}"
            )
        if kind:
            name = str(cell.attributes[kind])
            if kind not in self.questions:
                self.mentioned.setdefault(name, fence)
            getattr(self, f"_{kind}")(cell, name, fence)
        elif "lint" in cell.attributes:
            file, content = self._file(cell)
            self._plant({file: content}, cell)

    def _once(self, what: str, name: str, line: int) -> None:
        first = self.lines.setdefault((what, name), line)
        if first != line:
            raise LabError(self.path, line, f"the {what} `{name}` was already given in line {first}")

    def _file(self, cell: Fence) -> tuple[str, str]:
        found = file_cell.read(cell.source)
        if found is None:
            raise LabError(
                self.path, cell.line, "this begins with the line `%%writefile NAME` or `%%lambda NAME`"
            )
        return found.name, found.text

    def _plant(self, files: dict[str, str], cell: Fence) -> None:
        if rules := _names(cell.attributes.get("lint", "")):
            self.planted.append(Planted(files, rules, cell.line - 1))

    def _exercise(self, cell: Fence, name: str, line: int) -> None:
        file, content = self._file(cell)
        self._once("answer file", file, line)
        validate(content, self.path, cell.line + 1)
        self.titles.setdefault(name, (self.heading or name, line))
        first, answer = _end(stub(content)), _end(reference(content))
        self.files.setdefault(name, []).append(AnswerFile(file, first, answer, given=first == answer))
        self._plant({file: _end(stub(content))}, cell)

    def _helpers(self, cell: Fence, name: str, line: int) -> None:
        if name in self.checks:
            raise LabError(self.path, line, f"the helpers of `{name}` stand before its first check")
        try:
            found = helpers.read(cell.source)
        except SyntaxError as error:
            at = cell.line + (error.lineno or 1) - 1
            raise LabError(self.path, at, f"this cell of helpers is not Python: {error.msg}") from None
        except ValueError as error:
            raise LabError(self.path, line, str(error)) from None
        self.helpers.setdefault(name, {}).update(dict.fromkeys(found, line))

    def _check(self, cell: Fence, name: str, line: int) -> None:
        function = self._function(cell)
        taken = helpers.needed(cell.source, tuple(self.helpers.get(name, ())))
        self.used.update((name, one) for one in taken)
        self._once("check", function.name, line)
        needs = cell.attributes.get("needs")
        earlier = {check.name: check for check in self.checks.get(name, ())}
        hidden = _flag(cell.attributes.get("hidden", False))
        if needs is not None and needs not in earlier:
            raise LabError(self.path, line, f"`needs` names no earlier check of `{name}`: `{needs}`")
        if needs is not None and earlier[str(needs)].hidden and not hidden:
            raise LabError(self.path, line, f"a visible check cannot need the hidden check `{needs}`")
        self.checks.setdefault(name, []).append(
            Check(
                name=function.name,
                sentence=" ".join((ast.get_docstring(function) or "").split()),
                points=_number(cell.attributes["points"], self.path, line),
                source=helpers.joined(cell.source.strip() + "\n", taken),
                hidden=hidden,
                needs=None if needs is None else str(needs),
                seconds=_number(cell.attributes.get("seconds", 10), self.path, line),
            )
        )

    def _function(self, cell: Fence) -> ast.FunctionDef:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError as error:
            at = cell.line + (error.lineno or 1) - 1
            raise LabError(self.path, at, f"this check is not Python: {error.msg}") from None
        public = [
            node
            for node in tree.body
            if not isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign))
            and not (isinstance(node, ast.FunctionDef) and node.name.startswith("_"))
        ]
        function = public[0] if len(public) == 1 else None
        if not isinstance(function, ast.FunctionDef):
            raise LabError(
                self.path, cell.line, "a check cell defines exactly one function (helpers: `_name`)"
            )
        at = cell.line + function.lineno - 1
        if [argument.arg for argument in function.args.args] != ["cloud", "answer"]:
            raise LabError(self.path, at, f"the check `{function.name}` takes exactly (cloud, answer)")
        if not ast.get_docstring(function):
            raise LabError(
                self.path, at, f"the check `{function.name}` needs a docstring, the learner's sentence"
            )
        return function

    def _wrong(self, cell: Fence, name: str, line: int) -> None:
        file, content = self._file(cell)
        label = str(cell.attributes["name"])
        fails = _names(cell.attributes["fails"])
        given = self.wrong.setdefault(name, {})
        files = dict(given[label].files) if label in given else {}
        if file in files:
            raise LabError(self.path, line, f"the wrong answer `{label}` writes `{file}` twice")
        self.lines.setdefault((f"wrong answer to {name}", label), line)
        given[label] = WrongAnswer(label, {**files, file: content}, fails)
        self._plant({file: content}, cell)

    def _hint(self, cell: Fence, name: str, line: int) -> None:
        self.hints.setdefault(name, []).append(cell.source.strip())

    def _predict(self, cell: Fence, name: str, line: int) -> None:
        self._question("predict", cell, name, line)

    def _recall(self, cell: Fence, name: str, line: int) -> None:
        self._question("recall", cell, name, line)

    def _question(self, kind: str, cell: Fence, name: str, line: int) -> None:
        self._once("question", name, line)
        self.questions[kind][name] = questions.read(cell, self.slug, name, self.path)

    def exercises(self) -> tuple[Exercise, ...]:
        for name, line in self.mentioned.items():
            if name not in self.titles:
                known = ", ".join(self.titles) or "none"
                raise LabError(self.path, line, f'no answer cell has exercise="{name}"; exercises: {known}')
        return tuple(self._built(name, title, line) for name, (title, line) in self.titles.items())

    def _built(self, name: str, title: str, line: int) -> Exercise:
        checks, hints = self.checks.get(name, []), self.hints.get(name, [])
        if not any(not check.hidden for check in checks):
            raise LabError(self.path, line, f"the exercise `{name}` has no visible check")
        if len(hints) != HINTS:
            raise LabError(self.path, line, f"the exercise `{name}` needs {HINTS} hints, it has {len(hints)}")
        for one, at in self.helpers.get(name, {}).items():
            if (name, one) not in self.used:
                raise LabError(self.path, at, f"no check uses `{min(one.makes)}`")
        names = {check.name for check in checks}
        files = {file.name for file in self.files[name]}
        wrong = self.wrong.get(name, {})
        for answer in wrong.values():
            at = self.lines[f"wrong answer to {name}", answer.name]
            if not answer.fails or not set(answer.fails) <= names:
                raise LabError(
                    self.path, at, f"`fails` must name checks of `{name}`: {', '.join(sorted(names))}"
                )
            if not set(answer.files) <= files:
                raise LabError(
                    self.path, at, f"a wrong answer to `{name}` writes only {', '.join(sorted(files))}"
                )
        return Exercise(
            name, title, tuple(self.files[name]), tuple(checks), tuple(hints), tuple(wrong.values())
        )


def _names(value: Attribute) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str(value).split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _end(text: str) -> str:
    return text.rstrip("\n") + "\n" if text.strip() else ""


def _flag(value: Attribute) -> bool:
    return value is True or str(value).lower() in ("yes", "true")


def _number(value: Attribute, path: str, line: int) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return value
    raise LabError(path, line, f"a number above 0 is needed here, not `{value}`")
