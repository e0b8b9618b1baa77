"""A project: paths and their texts, and what is found in them.

The currency between the linter's parts and its neighbours. Nothing here reads a disk or runs code. Documents
are parsed when somebody asks, and what did not change is not parsed again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from lint_rules.engine.analysis import shapes
from lint_rules.engine.sources.discover import DATA, PYTHON
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.template_files import TemplateFiles, parts
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.access.access import Access
    from lint_rules.engine.deployments import Deployment
    from lint_rules.engine.finding import Edit, Finding
    from lint_rules.engine.handlers import Handler
    from lint_rules.engine.sources.module import Module
    from lint_rules.engine.templates.inline import Inline
    from lint_rules.engine.templates.model import Template


class Project:
    """Everything the linter may look at in one run."""

    def __init__(
        self,
        documents: Iterable[Document],
        unreadable: Iterable[Problem] = (),
        quiet: Collection[str] = frozenset(),
    ) -> None:
        self.quiet = quiet
        """Paths of files that count only where others take them in: data that is certainly no template, and Python that
        has nothing to do with AWS and that nobody named."""
        self.documents: Mapping[str, Document] = {document.path: document for document in documents}
        self.unreadable = tuple(unreadable)
        """Problems of documents that have no text."""
        self._all_modules: list[Module] | None = None
        self._concerned: list[Module] | None = None
        self._spoken: list[str] | None = None
        self._all_templates: list[Template] | None = None
        self._modules: dict[str, list[Module]] = {}
        self._templates = TemplateFiles(self.documents, self.modules_of)
        self._inline: dict[str, list[Inline]] = {}
        self._by_place: dict[str, Inline] = {}
        self._handlers: list[Handler] | None = None
        self._deployments: list[Deployment] | None = None
        self._access: Access | None = None

    @classmethod
    def of(
        cls,
        files: Mapping[str, str],
        unreadable: Iterable[Problem] = (),
        quiet: Collection[str] = frozenset(),
    ) -> Project:
        """A project from texts by path. Notebooks are given as their JSON; other suffixes count as Python."""
        documents: list[Document] = []
        problems = list(unreadable)
        for path, text in files.items():
            document, problem = _document(path, text)
            documents.append(document)
            if problem:
                problems.append(problem)
        documents += [Document(problem.span.path, "") for problem in unreadable]
        return cls(documents, problems, quiet)

    def changed(self, texts: Mapping[str, str]) -> Project:
        """The project with other raw texts for some of its paths; everything else is shared."""
        paths = {*texts}
        fresh = Project.of(texts)
        made = Project(
            [fresh.documents.get(path, document) for path, document in self.documents.items()],
            [*(problem for problem in self.unreadable if problem.span.path not in paths), *fresh.unreadable],
            frozenset(path for path in self.quiet if path not in paths),
        )
        made._modules = {path: found for path, found in self._modules.items() if path not in paths}
        made._templates.take_over(self._templates, paths)
        return made

    def typed(self, path: str, text: str) -> Project:
        """The project after somebody typed into one of its files: most of the file's trees are kept."""
        made = self.changed({path: text})
        before = {module.name: module for module in self._modules.get(path, ())}
        for module in made.modules_of(path) if before else ():
            last = before.get(module.name)
            # What nobody asked for a tree has none yet.
            module.before = last.before or last if last is not None else None
        return made

    @property
    def crashes(self) -> list[tuple[str, Exception]]:
        """Paths whose reading ran into a mistake of ours; nothing of them is shown to rules."""
        return self._templates.crashes

    def edited(self, path: str, edits: Sequence[Edit]) -> str:
        """The raw text of a document after edits that do not overlap. Raises ValueError if that cannot be."""
        document = self.documents[path]
        if path.endswith(".ipynb"):
            from lint_rules.engine.sources.notebook import edited

            return edited(document, edits)
        text = document.text
        for edit in sorted(edits, key=lambda edit: edit.span[1:], reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        return text

    @property
    def modules(self) -> list[Module]:
        """Python files, the plain code of notebooks, Python files that notebooks write, and code in templates."""
        if self._all_modules is None:
            self._all_modules = [
                *(module for path in self.documents for module in self.modules_of(path)),
                *(inline.module for path in self.spoken for inline in self._inline_of(path)),
            ]
        return self._all_modules

    @property
    def concerned(self) -> list[Module]:
        """The modules that have to do with AWS, or that somebody named."""
        if self._concerned is None:
            from lint_rules.engine.concern import concerned

            self._concerned = concerned(self.modules, self.quiet, self.handlers)
        return self._concerned

    @property
    def spoken(self) -> list[str]:
        """The paths of the documents that are not quiet, in order."""
        if self._spoken is None:
            self._spoken = [path for path in self.documents if path not in self.quiet]
        return self._spoken

    @property
    def templates(self) -> list[Template]:
        """SAM and CloudFormation files, and policy documents in Python code."""
        if self._all_templates is None:
            self._all_templates = [found for path in self.spoken for found in self.templates_of(path)]
        return self._all_templates

    @property
    def handlers(self) -> list[Handler]:
        """Functions that Lambda calls: those that templates name, then those that look like it."""
        if self._handlers is None:
            self._handlers = []
            templates = self.templates
            quiet = self.quiet
            shaped = [
                module
                for module in self.modules
                if module.document.path not in quiet and shapes.may_hold_handler(module.text)
            ]
            if shaped or (self.modules and any(template.functions for template in templates)):
                from lint_rules.engine.handlers import find_handlers

                self._handlers = find_handlers(self.modules, templates, shaped)
        return self._handlers

    @property
    def deployments(self) -> list[Deployment]:
        """The functions of templates, each with its code."""
        if self._deployments is None:
            self._deployments = []
            if any(template.functions for template in self.templates):
                from lint_rules.engine.deployments import deployments_of

                self._deployments = deployments_of(self)
        return self._deployments

    @property
    def access(self) -> Access:
        """What functions need of AWS and what their roles grant."""
        if self._access is None:
            from lint_rules.engine.access.access import access_of

            self._access = access_of(self)
        return self._access

    @property
    def problems(self) -> list[Problem]:
        """What could not be read, by document."""
        paths = dict.fromkeys([*self.spoken, *(module.document.path for module in self.concerned)])
        return [problem for path in self.documents if path in paths for problem in self._problems_of(path)]

    def problem_of(self, path: str) -> Problem | None:
        """The first thing in a document that could not be read."""
        return next(self._problems_of(path), None)

    def _problems_of(self, path: str) -> Iterator[Problem]:
        yield from (problem for problem in self.unreadable if problem.span.path == path)
        yield from (module.error for module in self.modules_of(path) if module.error)
        yield from (template.error for template in self.templates_of(path) if template.error)
        yield from (problem for inline in self._inline_of(path) if (problem := inline.problem()))

    def _inline_of(self, path: str) -> list[Inline]:
        """The Python code inside the templates of a document."""
        if path not in self._inline:
            self._inline[path] = []
            text = self.documents[path].text
            if "ZipFile" in text or "InlineCode" in text or "from_inline" in text:
                from lint_rules.engine.templates.inline import inline_code

                self._inline[path] = [
                    code for found in self.templates_of(path) for code in inline_code(found)
                ]
                self._by_place.update((code.document.path, code) for code in self._inline[path])
        return self._inline[path]

    def placed(self, finding: Finding) -> Finding:
        """A finding where people can see it: in code inside a template, at its line of the template."""
        for path in (finding.span.path, *(other.span.path for other in finding.related)):
            if path in self._by_place:
                from lint_rules.engine.templates.inline import placed

                finding = placed(finding, self._by_place[path])
        return finding

    def subjects(self, name: str) -> Sequence[Any]:
        """What a rule that looks at the class of this name is shown."""
        if name == "Project":
            return [self]
        if name == "Module":
            return [module for module in self.modules if module.tree is not None]
        if name == "Access":
            return [self.access] if self.deployments else ()
        if name == "Conflict":
            return ()  # Only fixing finds any.
        return self.templates if name == "Template" else getattr(self, f"{name.lower()}s")

    def modules_of(self, path: str) -> list[Module]:
        """The modules in one document."""
        if path not in self._modules:
            from lint_rules.engine.sources.module import Module

            document = self.documents[path]
            if path.endswith(PYTHON):
                self._modules[path] = [Module(document, document.text)]
            else:
                self._modules[path] = [
                    Module(document, text, base, name)
                    for name, text, base in parts(document)
                    if not name.endswith(DATA)
                ]
        return self._modules[path]

    def templates_of(self, path: str) -> list[Template]:
        """The templates in one document."""
        return self._templates.of(path)


def _document(path: str, text: str) -> tuple[Document, Problem | None]:
    if path.endswith(".ipynb"):
        from lint_rules.engine.sources.notebook import read_notebook

        return read_notebook(path, text)
    return Document(path, text), None
