"""A project: paths and their texts, and what is found in them.

The currency between the linter's parts and its neighbours. Nothing here reads a disk or runs code. Documents
are parsed when somebody asks, and what did not change is not parsed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lint_rules.engine.analysis import shapes
from lint_rules.engine.sources.discover import DATA
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.problem import Problem
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.access.access import Access
    from lint_rules.engine.deployments import Deployment
    from lint_rules.engine.finding import Edit, Finding
    from lint_rules.engine.handlers import Handler
    from lint_rules.engine.sources.module import Module
    from lint_rules.engine.sources.node import Node
    from lint_rules.engine.templates.inline import Inline
    from lint_rules.engine.templates.model import Template
    from lint_rules.engine.templates.stacks import Given
    from lint_rules.engine.templates.terraform import Read, Terraform


class Project:
    """Everything the linter may look at in one run."""

    def __init__(self, documents: Iterable[Document], unreadable: Iterable[Problem] = ()) -> None:
        self.documents: Mapping[str, Document] = {document.path: document for document in documents}
        self.unreadable = tuple(unreadable)
        """Problems of documents that have no text."""
        self.crashes: list[tuple[str, Exception]] = []
        """Paths whose reading ran into a mistake of ours; nothing of them is shown to rules."""
        self._all_modules: list[Module] | None = None
        self._all_templates: list[Template] | None = None
        self._modules: dict[str, list[Module]] = {}
        self._templates: dict[str, list[Template]] = {}
        self._inline: dict[str, list[Inline]] = {}
        self._by_place: dict[str, Inline] = {}
        self._given: Given | None = None
        self._terraform: Terraform | None = None
        self._hcl: Read = {}
        self._handlers: list[Handler] | None = None
        self._deployments: list[Deployment] | None = None
        self._access: Access | None = None

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
        made.crashes = [crash for crash in self.crashes if crash[0] not in paths]
        made._modules = {path: found for path, found in self._modules.items() if path not in paths}
        made._hcl = self._hcl
        if not self._given:  # What a nested template says depends on its parents.
            made._templates = {
                path: found
                for path, found in self._templates.items()
                if path not in paths and not path.endswith((".tf", ".tf.json"))
            }
        return made

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
                *(inline.module for path in self.documents for inline in self._inline_of(path)),
            ]
        return self._all_modules

    @property
    def templates(self) -> list[Template]:
        """SAM and CloudFormation files, and policy documents in Python code."""
        if self._all_templates is None:
            self._all_templates = [found for path in self.documents for found in self.templates_of(path)]
        return self._all_templates

    @property
    def handlers(self) -> list[Handler]:
        """Functions that Lambda calls: those that templates name, then those that look like it."""
        if self._handlers is None:
            templates = self.templates
            if any(template.functions for template in templates) or any(
                shapes.may_hold_handler(module.text) for module in self.modules
            ):
                from lint_rules.engine.handlers import find_handlers

                self._handlers = find_handlers(self.modules, templates)
            else:
                self._handlers = []
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
        return [problem for path in self.documents for problem in self._problems_of(path)]

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
            self._modules[path] = [
                Module(document, text, base, name)
                for name, text, base in _parts(document)
                if not name.endswith(DATA)
            ]
        return self._modules[path]

    def templates_of(self, path: str) -> list[Template]:
        """The templates in one document."""
        if path not in self._templates:
            try:
                self._templates[path] = self._read_templates(path)
                self._take_parameters(self._templates[path])
            except Exception as error:
                self.crashes.append((path, error))
                self._templates[path] = []
        return self._templates[path]

    def _take_parameters(self, templates: Sequence[Template]) -> None:
        """Give nested templates what their parents pass to them."""
        if not templates:
            return
        from lint_rules.engine.templates.stacks import given_by, nests, take

        if self._given is None:
            self._given = {}
            nesting = [path for path, document in self.documents.items() if nests(document.text)]
            self._given = given_by([parent for path in nesting for parent in self.templates_of(path)])
        for template in templates:
            take(template, self._given)

    def _read_templates(self, path: str) -> list[Template]:
        document = self.documents[path]
        from lint_rules.engine.templates.in_code import templates_in_module

        found: list[Template] = []
        for name, text, base in _parts(document):
            if name.endswith(DATA):
                from lint_rules.engine.templates.reading import read_template

                template = read_template(document, text, base, name, self._data_in)
                if template:
                    found.append(template)
        for module in self.modules_of(path):
            found += templates_in_module(module)
        if _may_hold_terraform(document):
            found += self._terraform_files().templates_of(path)
        return found

    def _terraform_files(self) -> Terraform:
        if self._terraform is None:
            from lint_rules.engine.templates.terraform import SUFFIXES, File, Terraform

            self._terraform = Terraform(
                (
                    File(document, name, text, base)
                    for document in self.documents.values()
                    if _may_hold_terraform(document)
                    for name, text, base in _parts(document)
                    if name.endswith(SUFFIXES)
                ),
                self._hcl,
            )
        return self._terraform

    def _data_in(self, path: str) -> Node | None:
        """What a YAML or JSON file of the project holds."""
        from lint_rules.engine.sources.yaml import read_yaml

        document = self.documents.get(path) if path.endswith(DATA) else None
        roots = read_yaml(document.text, path)[0] if document else []
        return roots[0] if len(roots) == 1 else None


def _document(path: str, text: str) -> tuple[Document, Problem | None]:
    if path.endswith(".ipynb"):
        from lint_rules.engine.sources.notebook import read_notebook

        return read_notebook(path, text)
    return Document(path, text), None


def _may_hold_terraform(document: Document) -> bool:
    path = document.path
    return path.endswith((".tf", ".tf.json")) or (path.endswith(".ipynb") and ".tf" in document.text)


def _parts(document: Document) -> Sequence[tuple[str, str, int]]:
    """Name, text and offset of what stands for a file in the document."""
    if document.path.endswith(".ipynb"):
        from lint_rules.engine.sources.notebook import parts

        return parts(document)
    return [(document.path, document.text, 0)]
