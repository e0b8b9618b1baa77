"""Terraform in a project: one template for each folder of `.tf` files that nobody calls as a module.

The files of a folder are one module, so the template stands in the first of them and its resources each in
their own file. A folder of which a file is broken is not judged. Without the extra that reads HCL one line says
how to get it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, MutableMapping, Sequence

from lint_rules.engine.finding import Severity, Span
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.hcl import Block, blocks_in_json, can_read, read_hcl
from lint_rules.engine.sources.node import Scalar
from lint_rules.engine.sources.problem import NO_TERRAFORM, Problem
from lint_rules.engine.templates.cloudformation import fill
from lint_rules.engine.templates.model import Template
from lint_rules.engine.templates.terraform_form import cloudformation_form
from lint_rules.engine.templates.terraform_module import Module
from lint_rules.engine.typed import NamedTuple

SUFFIXES = (".tf", ".tf.json")
_OTHER_TOOL = ("{%", "{{cookiecutter", "{{ cookiecutter")


class File(NamedTuple):
    """A `.tf` file, or what stands for one in a notebook."""

    document: Document
    name: str
    text: str
    base: int


Read = MutableMapping[Document, "tuple[Sequence[Block], Problem | None]"]


class Terraform:
    """The Terraform files of a project. `read` keeps what was parsed for as long as a document lives."""

    def __init__(self, files: Iterable[File], read: Read) -> None:
        self._read = read
        self._folders: dict[str, list[File]] = {}
        self._by_path: dict[str, list[tuple[str, File]]] = {}
        for file in files:
            folder = posixpath.dirname(file.name)
            self._folders.setdefault(folder, []).append(file)
            self._by_path.setdefault(file.document.path, []).append((folder, file))
        self._called: set[str] | None = None
        self._can_read = can_read()

    def templates_of(self, path: str) -> list[Template]:
        """What is read in this document: the template of its folder in the first one, or what is wrong."""
        found: list[Template] = []
        for folder, file in self._by_path.get(path, ()):
            found += self._templates(folder, self._folders[folder], file)
        return found

    def _templates(self, folder: str, files: list[File], file: File) -> list[Template]:
        template = Template(file.document, file.text, file.base, file.name, "terraform")
        if not self._can_read:
            first = next(iter(self._folders.values()))[0]
            if file is not first:
                return []
            template.error = Problem(NO_TERRAFORM, Span(file.document.path, 0, 0), Severity.ADVICE)
            return [template]
        template.error = self._parsed(file)[1]
        if template.error is not None:
            return [template]
        if file is not files[0] or not any("aws_" in other.text or "module" in other.text for other in files):
            return []
        blocks = self._load(folder)
        if blocks is None or folder in self._modules():
            return []
        span = Span(file.document.path, file.base, file.base)
        template.texts = tuple(
            (other.document.path, other.base, other.text, other.name)
            for other in files
            if not other.name.endswith(".json")
        )
        fill(template, cloudformation_form(Module(blocks, folder, self._load), span))
        return [template] if template.resources else []

    def _load(self, folder: str) -> list[Block] | None:
        files = self._folders.get("" if folder == "." else folder)
        parsed = [self._parsed(file) for file in files or ()]
        if not parsed or any(problem for _, problem in parsed):
            return None
        return [block for blocks, _ in parsed for block in blocks]

    def _modules(self) -> set[str]:
        """The folders that others call."""
        if self._called is None:
            self._called = set()
            for folder, files in self._folders.items():
                blocks = [block for file in files if "module" in file.text for block in self._parsed(file)[0]]
                for block in blocks:
                    source = block.attribute("source") if block.kind == "module" else None
                    if source is not None:
                        text = source.text if isinstance(source, Scalar) else block.source.written(source)
                        place = text.strip('"')
                        if place.startswith("."):
                            self._called.add(posixpath.normpath(posixpath.join(folder, place)))
        return self._called

    def _parsed(self, file: File) -> tuple[Sequence[Block], Problem | None]:
        if file.document.path != file.name:
            return _parse(file)
        if file.document not in self._read:
            self._read[file.document] = _parse(file)
        return self._read[file.document]


def _parse(file: File) -> tuple[Sequence[Block], Problem | None]:
    path = file.document.path
    if file.name.endswith(".json"):
        from lint_rules.engine.sources.yaml import read_yaml

        roots, problem = read_yaml(file.text, path, file.base)
        return [block for root in roots for block in blocks_in_json(root, path, file.name)], problem
    blocks, problem = read_hcl(file.text, path, file.base, file.name)
    if problem is not None and any(mark in file.text or mark in file.name for mark in _OTHER_TOOL):
        problem = problem._replace(severity=Severity.ADVICE)
    return blocks, problem
