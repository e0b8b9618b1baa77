"""A project: paths and their texts, and what is found in them.

The currency between the linter's parts and its neighbours. Nothing here reads a disk or runs code. Documents
are parsed when somebody asks, and what did not change is not parsed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lint_rules.engine.sources.discover import DATA
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.notebook import Part, edited, parts, read_notebook
from lint_rules.engine.sources.problem import Problem

if TYPE_CHECKING:
    from lint_rules.engine.finding import Edit
    from lint_rules.engine.handlers import Handler
    from lint_rules.engine.sources.module import Module
    from lint_rules.engine.templates.model import Template


class Project:
    """Everything the linter may look at in one run."""

    def __init__(self, documents: Iterable[Document], unreadable: Iterable[Problem] = ()) -> None:
        self.documents: Mapping[str, Document] = {document.path: document for document in documents}
        self.unreadable = tuple(unreadable)
        """Problems of documents that have no text."""
        self._modules: dict[str, list[Module]] = {}
        self._templates: dict[str, list[Template]] = {}
        self._handlers: list[Handler] | None = None

    @classmethod
    def of(cls, files: Mapping[str, str], unreadable: Iterable[Problem] = ()) -> Project:
        """A project from texts by path. Notebooks are given as their JSON; other suffixes count as Python."""
        documents: list[Document] = []
        problems = list(unreadable)
        for path, text in files.items():
            document, problem = _document(path, text)
            documents.append(document)
            if problem:
                problems.append(problem)
        documents += [Document(problem.span.path, "") for problem in unreadable]
        return cls(documents, problems)

    def changed(self, texts: Mapping[str, str]) -> Project:
        """The project with other raw texts for some of its paths; everything else is shared."""
        paths = {*texts}
        fresh = Project.of(texts)
        made = Project(
            [fresh.documents.get(path, document) for path, document in self.documents.items()],
            [*(problem for problem in self.unreadable if problem.span.path not in paths), *fresh.unreadable],
        )
        made._modules = {path: found for path, found in self._modules.items() if path not in paths}
        made._templates = {path: found for path, found in self._templates.items() if path not in paths}
        return made

    def edited(self, path: str, edits: Sequence[Edit]) -> str:
        """The raw text of a document after edits that do not overlap. Raises ValueError if that cannot be."""
        document = self.documents[path]
        if path.endswith(".ipynb"):
            return edited(document, edits)
        text = document.text
        for edit in sorted(edits, key=lambda edit: edit.span[1:], reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        return text

    @property
    def modules(self) -> list[Module]:
        """Python files, the plain code of notebooks, and Python files that notebooks write."""
        return [module for path in self.documents for module in self.modules_of(path)]

    @property
    def templates(self) -> list[Template]:
        """SAM and CloudFormation files, and policy documents in Python code."""
        return [template for path in self.documents for template in self.templates_of(path)]

    @property
    def handlers(self) -> list[Handler]:
        """Functions that Lambda calls: those that templates name, then those that look like it."""
        if self._handlers is None:
            from lint_rules.engine.handlers import find_handlers

            self._handlers = find_handlers(self.modules, self.templates)
        return self._handlers

    @property
    def problems(self) -> list[Problem]:
        """What could not be read, by document."""
        found = list(self.unreadable)
        for path in self.documents:
            sources = [*self.modules_of(path), *self.templates_of(path)]
            found += [source.error for source in sources if source.error]
        return found

    def subjects(self, looks_at: type) -> Sequence[Any]:
        """What a rule that looks at this class is shown."""
        if looks_at is Project:
            return [self]
        name = looks_at.__name__
        if name == "Module":
            return [module for module in self.modules if module.tree is not None]
        return self.templates if name == "Template" else self.handlers

    def modules_of(self, path: str) -> list[Module]:
        """The modules in one document."""
        if path not in self._modules:
            from lint_rules.engine.sources.module import Module

            document = self.documents[path]
            found = [part for part in _parts(document) if not part.name.endswith(DATA)]
            self._modules[path] = [Module(document, part.text, part.base, part.name) for part in found]
        return self._modules[path]

    def templates_of(self, path: str) -> list[Template]:
        """The templates in one document."""
        if path not in self._templates:
            from lint_rules.engine.templates.reading import read_template, templates_in_module

            document = self.documents[path]
            found: list[Template] = []
            for part in _parts(document):
                if part.name.endswith(DATA):
                    template = read_template(document, part.text, part.base, part.name)
                    if template:
                        found.append(template)
            for module in self.modules_of(path):
                found += templates_in_module(module)
            self._templates[path] = found
        return self._templates[path]


def _document(path: str, text: str) -> tuple[Document, Problem | None]:
    if path.endswith(".ipynb"):
        return read_notebook(path, text)
    return Document(path, text), None


def _parts(document: Document) -> list[Part]:
    if document.path.endswith(".ipynb"):
        return parts(document)
    return [Part(document.path, document.text, 0)]
