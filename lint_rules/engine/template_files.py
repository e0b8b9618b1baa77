"""The templates in a project's documents, each read when somebody asks for it.

What one says may depend on others: on the stack that nests it, on files that it takes in, on the other files of a
Terraform module. All of these are looked for among the same documents.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from lint_rules.engine.sources.discover import DATA
from lint_rules.engine.sources.document import Document
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module
    from lint_rules.engine.sources.node import Node
    from lint_rules.engine.templates.model import Template
    from lint_rules.engine.templates.stacks import Given
    from lint_rules.engine.templates.terraform import Read, Terraform


class TemplateFiles:
    """The templates of documents by path. `modules_of` gives the Python in one of them."""

    def __init__(
        self, documents: Mapping[str, Document], modules_of: Callable[[str], Sequence[Module]]
    ) -> None:
        self.documents = documents
        self.crashes: list[tuple[str, Exception]] = []
        """Paths whose reading ran into a mistake of ours."""
        self._modules_of = modules_of
        self._templates: dict[str, list[Template]] = {}
        self._given: Given | None = None
        self._terraform: Terraform | None = None
        self._hcl: Read = {}

    def take_over(self, before: TemplateFiles, changed: Collection[str]) -> None:
        """Share what was read of the same documents before some of them changed."""
        self.crashes = [crash for crash in before.crashes if crash[0] not in changed]
        self._hcl = before._hcl
        if not before._given:  # What a nested template says depends on its parents.
            self._templates = {
                path: found
                for path, found in before._templates.items()
                if path not in changed and not path.endswith((".tf", ".tf.json"))
            }

    def of(self, path: str) -> list[Template]:
        """The templates in one document."""
        if path not in self._templates:
            try:
                self._templates[path] = self._read(path)
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
            self._given = given_by([parent for path in nesting for parent in self.of(path)])
        for template in templates:
            take(template, self._given)

    def _read(self, path: str) -> list[Template]:
        document = self.documents[path]
        from lint_rules.engine.templates.in_code import templates_in_module

        found: list[Template] = []
        for name, text, base in parts(document):
            if name.endswith(DATA):
                from lint_rules.engine.templates.reading import read_template

                template = read_template(document, text, base, name, self._data_in)
                if template:
                    found.append(template)
        for module in self._modules_of(path):
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
                    for name, text, base in parts(document)
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


def _may_hold_terraform(document: Document) -> bool:
    path = document.path
    return path.endswith((".tf", ".tf.json")) or (path.endswith(".ipynb") and ".tf" in document.text)


def parts(document: Document) -> Sequence[tuple[str, str, int]]:
    """Name, text and offset of what stands for a file in the document."""
    if document.path.endswith(".ipynb"):
        from lint_rules.engine.sources import notebook

        return notebook.parts(document)
    return [(document.path, document.text, 0)]
