"""Where the code of a function lies in the project, as far as its template tells.

1. Under CodeUri or Code, from the template's folder; of an asset of the CDK also from a folder above it.
2. In the only file of the handler's name below the template.
3. Of an archive, such as `share_orders.zip`, in the only file of the handler's name that lies in a folder called so.
4. Of any other archive, in the only file of the handler's name anywhere, if it is a name that tells something.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lint_rules.engine.links import COMMON_NAMES
from lint_rules.engine.regex import regex
from lint_rules.engine.templates.model import Value
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.analysis.codebase import Codebase
    from lint_rules.engine.sources.module import Module
    from lint_rules.engine.templates.model import FunctionSpec, Template

_PACKAGE = regex(r"([\w.-]+)\.zip\Z")


def code_module(codebase: Codebase, template: Template, spec: FunctionSpec, path: str) -> Module | None:
    """The module that holds a handler, whose file lies under `path` in the function's package."""
    folder = posixpath.dirname(template.name)
    code = spec.code_uri.value
    if isinstance(code, str) and "://" not in code:
        found = codebase.at(posixpath.join(folder, code, path))
        if found is not None:
            return found
        if template.kind == "cdk":  # An asset's path begins where the application is started.
            found = next(
                (at for up in _above(folder) if (at := codebase.at(posixpath.join(up, code, path)))), None
            )
            if found is not None:
                return found
    elif spec.code_uri.absent:
        found = codebase.at(posixpath.join(folder, path))
        if found is not None:
            return found
    called = [
        module
        for name, module in codebase.named(posixpath.basename(path))
        if (name == path or name.endswith("/" + path)) and "#" not in name
    ]
    # Code that a build step puts elsewhere: the only file of that name below the template.
    prefix = folder + "/" if folder else ""
    below = [module for module in called if posixpath.normpath(module.name).startswith(prefix)]
    if len(below) == 1:
        return below[0]
    package = _package(spec)
    packed = [module for module in called if package and package in _folders(module.name)]
    if not packed and _is_archive(template, spec) and posixpath.basename(path)[:-3] not in COMMON_NAMES:
        packed = called
    return packed[0] if len(packed) == 1 else None


def _is_archive(template: Template, spec: FunctionSpec) -> bool:
    """Whether a template of CloudFormation or SAM takes the code out of an archive that a build step makes."""
    code = spec.code_uri.value
    if template.kind not in ("cloudformation", "sam"):
        return False
    return "S3Key" in code if isinstance(code, dict) else isinstance(code, str) and code.endswith(".zip")


def _above(folder: str) -> Iterator[str]:
    while folder not in ("", "/", "."):
        folder = posixpath.dirname(folder)
        yield folder


def _package(spec: FunctionSpec) -> str:
    """The name of the archive that a function is deployed from, or an empty string."""
    code = spec.code_uri
    key = code.value.get("S3Key") if isinstance(code.value, dict) else code
    text = (key.value or key.text) if isinstance(key, Value) else None
    found = _PACKAGE.search(text) if isinstance(text, str) else None
    return _alike(found[1]) if found else ""


def _folders(path: str) -> list[str]:
    return [_alike(part) for part in path.split("/")[:-1]]


def _alike(name: str) -> str:
    return name.lower().replace("-", "_")
