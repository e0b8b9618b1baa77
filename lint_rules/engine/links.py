"""What a text says about other files, told from its characters alone and rather too much than too little.

Of Python the names that it imports; of templates, and of Python that makes functions, whatever has the form of a
path or of `app.handler`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lint_rules.engine.regex import regex
from lint_rules.engine.typed import NamedTuple

_FROM = regex(
    r"[ \t\f]*from\b[ \t\f]*([.\w](?:[.\w \t\f]*?[.\w])??)[ \t\f]*(?<!\w)import\b[ \t\f]*"
    r"(\([^)#]*(?:#[^\n]*\n[^)#]*)*\)|[^\n;#]*)"
)
_IMPORT = regex(r"[ \t\f]*import[ \t\f]+([^\n;#]+)")
_NAME = regex(r"\w+(?:[ \t]*\.[ \t]*\w+)*")
# A word is tried from its first letter only: from the others it would end in the same place.
_PATH = regex(r"(?<![\w-])(?:[\w-]+(?=[./]\w)|(?<=/)[\w-]+)")
_ARCHIVE = regex(r"[\w.-]+\.zip\b")
_HANDLER = regex(
    r"Handler(?<=\bHandler)[\"']?[ \t]*:[ \t]*(?:!Sub[ \t]+)?[\"']?(?:[\w.-]*[./])?([\w-]+)\.\w+"
)
COMMON_NAMES = frozenset({
    *("app", "index", "main", "handler", "handlers", "function", "lambda", "run", "src", "api", "code"),
    *("lambda_function", "lambda_handler", "lambda_main", "lambda_code", "function_code", "__init__"),
})  # fmt: skip
"""Names of files that any function may have."""
_TEXT = regex(r"[\"'](?:\.{1,2}/)*([\w-][\w./-]*)[\"']")
_UP = regex(r"(?<![\w.])\.\.(?![\w.])")
_MAKES_FUNCTIONS = (
    *("create_function", "update_function", "aws_cdk", "aws_lambda", "PythonFunction", "andler="),
    *("andler =", "andler'", 'andler"'),
)
_WRITES = regex(r"%%(?:writefile|file|lambda)[ \t]+(?:(?:-a|--append)[ \t]+)?([^\s\"\\]+)")


_SMALL = 20_000
"""Characters; larger data that holds no word of a template is none."""


class Links(NamedTuple):
    """`imports` are dotted names, with leading dots where they are relative, and `.*` at the end where anything
    below may be meant as well; `words` may be names of files below the file's own folder, or below the one `up`
    levels above it, with `.py` behind them of files anywhere, and with `.zip` of folders anywhere; `provides` are
    files that a notebook writes; `assets` may be paths, or handlers, below the file's own folder or one above it."""

    imports: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    up: int = 0
    provides: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()


def packages_of(path: str) -> Iterator[str]:
    """The `__init__.py` of the folders that a file is in: where there is one, it runs before the file does."""
    return (folder + "/__init__.py" for folder in folders_of(path))


def folders_of(path: str) -> Iterator[str]:
    """The folders that a file is in, the innermost first."""
    folder = posixpath.dirname(path)
    while folder not in ("", "/"):
        yield folder
        folder = posixpath.dirname(folder)


def links_of(path: str, text: str) -> Links:
    """What a file says about others."""
    if path.endswith((".yaml", ".yml", ".json", ".template", ".tf")):
        if not _is_template(path, text):
            return Links()
        inside = imports_in(_unquoted(text)) if "ZipFile" in text or "InlineCode" in text else ()
        return Links(inside, *_places(text))
    if path.endswith(".ipynb"):
        folder = posixpath.dirname(path)
        provides = (posixpath.normpath(posixpath.join(folder, name)) for name in _WRITES.findall(text))
        plain = text.replace("\\n", "\n")
        return Links(
            imports_in(_unquoted(text)), *_places(plain.replace('"', " ")), tuple(sorted({*provides}))
        )
    places = _places(text) if any(word in text for word in _MAKES_FUNCTIONS) else ((), 0)
    # The paths of the CDK's assets begin where the application is started.
    assets = {posixpath.normpath(name) for name in _TEXT.findall(text)} if "aws_cdk" in text else set()
    if assets and "PythonFunction" in text:
        assets.add("index.handler")  # Unless something else is said.
    return Links(imports_in(text), *places, (), tuple(sorted(assets)))


def _unquoted(text: str) -> str:
    """The lines of code that stands in strings of JSON, or as it is."""
    text = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
    return text.replace('"', "\n")


def _is_template(path: str, text: str) -> bool:
    if (
        path.endswith((".tf", ".tf.json"))
        or "functions:" in text
        or ("Resources" in text and "AWS::" in text)
    ):
        return True
    return len(text) < _SMALL and ("Resources" in text or "functions" in text or "Handler" in text)


def _places(text: str) -> tuple[tuple[str, ...], int]:
    up = 0
    if ".." in text:
        up = max((len(_UP.findall(line)) for line in text.split("\n") if ".." in line), default=0)
    archives = (
        {name.lower().replace("-", "_") for name in _ARCHIVE.findall(text)} if ".zip" in text else set()
    )
    named = {*_HANDLER.findall(text)} if archives or "S3Key" in text else set()
    packed = {f"{name}.py" for name in named - COMMON_NAMES}
    # No path has a blank in it, and the same ones stand in a template again and again.
    paths = " ".join({part for part in text.split() if "/" in part or "." in part})
    return tuple(sorted({*_PATH.findall(paths), *archives, *packed})), up


def imports_in(text: str) -> tuple[str, ...]:
    """The dotted names that the import statements of a text may mean, as in `Links`."""
    at = text.find("import")
    if at < 0:
        return ()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\\\n" in text:
        text = text.replace("\\\n", " ")
    at = text.find("import")
    found: set[str] = set()
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        start = max(start, text.rfind(";", start, at) + 1, text.rfind(":", start, at) + 1)
        begin = _FROM.match(text, start)
        if begin:
            source, listed = re.sub(r"\s", "", begin[1]), begin[2]
            found.add(source)
            head = source if source.endswith(".") else source + "."
            names = _NAME.findall(re.sub(r"#[^\n]*", "", listed) if "#" in listed else listed)
            found.update(head + name + ".*" for name in names if name != "as")
        else:
            begin = _IMPORT.match(text, start)
            for part in begin[1].split(",") if begin else ():
                name = _NAME.search(part)
                if name:
                    dotted = re.sub(r"\s", "", name.group())
                    found.add(dotted)
                    found.add(dotted.partition(".")[0] + ".*")
        at = text.find("import", max(at + 6, begin.end() if begin else 0))
    return tuple(sorted({name if name.isascii() else _as_read(name) for name in found}))


def _as_read(name: str) -> str:
    """A name as Python reads it (PEP 3131)."""
    from unicodedata import normalize

    return normalize("NFKC", name)
