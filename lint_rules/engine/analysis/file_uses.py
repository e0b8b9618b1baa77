"""Where functions write, open or remove files, and under which paths.

Only calls whose meaning is certain are told: functions of the standard library, paths of pathlib, and a few methods
whose names nobody else uses.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from lint_rules.engine.analysis.facts import Scope
from lint_rules.engine.analysis.paths import Beginning, beginning, elsewhere_only, main_only
from lint_rules.engine.finding import Edit
from lint_rules.engine.regex import regex
from lint_rules.engine.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lint_rules.engine.analysis.flow import Flow
    from lint_rules.engine.finding import Span

_MODES = {
    **dict.fromkeys(("open", "io.open", "codecs.open", "gzip.open", "zipfile.ZipFile", "tarfile.open"), 1),
    **dict.fromkeys(("bz2.open", "lzma.open"), 1),
}
"""Functions that take a path and, at this place, a mode."""
_WRITE = {
    **dict.fromkeys(("os.mkdir", "os.makedirs", "sqlite3.connect", "logging.FileHandler"), 0),
    **dict.fromkeys(("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move"), 1),
    "urllib.request.urlretrieve": 1,
}
"""Functions that write to the path at this place."""
_METHODS = {
    "download_file": (2, "Filename"),
    "to_csv": (0, "path_or_buf"),
    "to_parquet": (0, "path"),
    "savefig": (0, "fname"),
}
_OF_PATHS = frozenset({"write_text", "write_bytes", "mkdir", "touch"})
_CLEANS = frozenset({
    *("os.remove", "os.unlink", "os.rmdir", "os.removedirs", "shutil.rmtree", "shutil.move", "os.rename"),
    *("os.replace", "tempfile.TemporaryDirectory"),
})  # fmt: skip
_SHELL = regex(r"rm(?:(?<=\brm)\s+-|(?<=['\"]rm)['\"])")  # Literal first: that is what `re` finds fast.
_LOOKS = regex(r"path\.(exists|isfile)|\.exists\(\)|\.is_file\(\)")


class FileUse(NamedTuple):
    """A call that opens or writes a file. `path` is the expression, `start` how it begins; `mode` that of `open`,
    "w" for all that only writes."""

    call: ast.Call
    path: ast.expr
    start: Beginning
    mode: str
    scope: Scope

    @property
    def span(self) -> Span:
        """Where the call stands."""
        return self.scope.facts.module.span(self.call)

    @property
    def shown(self) -> str:
        """The path as far as it is known."""
        return self.start.text + ("…" if self.start.rest else "")

    @property
    def writes(self) -> bool:
        """Whether it makes or changes the file."""
        return any(letter in self.mode for letter in "wax+")

    @property
    def is_fixed(self) -> bool:
        """Whether the path is known whole."""
        return not self.start.rest

    @property
    def is_relative(self) -> bool:
        """Whether the path certainly begins at the working folder."""
        return bool(re.match(r"[\w.-]+(/|\.\w+$|$)", self.start.text)) and (
            self.is_fixed or "/" in self.start.text
        )

    @property
    def looks_first(self) -> bool:
        """Whether the function asks if a file is there before it writes, as a cache does."""
        return bool(_LOOKS.search(self.scope.facts.module.code(self.scope.node)))

    @property
    def is_tried(self) -> bool:
        """Whether somebody expects it to fail, or runs it elsewhere only."""
        for parent, child in self.scope.facts.above(self.call):
            if isinstance(parent, ast.Try) and child in parent.body:
                for handler in parent.handlers:
                    names = (
                        {getattr(part, "id", "") for part in ast.walk(handler.type)}
                        if handler.type
                        else set()
                    )
                    if names & {"OSError", "IOError", "PermissionError", "FileNotFoundError"}:
                        return True
        return elsewhere_only(self.call, self.scope)

    def moved(self, folder: str) -> tuple[Edit, ...]:
        """Edits that put a relative path under a folder, everywhere in the function where it is written alike; none
        unless it is a plain literal."""
        facts = self.scope.facts
        if not isinstance(self.path, ast.Constant) or "/" in self.start.text.removeprefix("./"):
            return ()
        edits = []
        for node in ast.walk(self.scope.node):
            if isinstance(node, ast.Constant) and node.value == self.path.value:
                code = facts.module.code(node)
                if any(isinstance(parent, ast.JoinedStr) for parent, _ in facts.above(node)):
                    return ()
                found = re.fullmatch(r"(['\"])(?:\./)?([^'\"\\]+)\1", code)
                if found is None:
                    return ()
                edits.append(Edit(facts.module.span(node), f"{found[1]}{folder}/{found[2]}{found[1]}"))
        return tuple(edits)


def file_uses(scopes: Iterable[Scope]) -> Iterator[FileUse]:
    """The uses of files in the code of scopes, but for those that only a run of the file itself makes."""
    for scope in scopes:
        for call in scope.calls:
            found = _use(call, scope)
            if found is None or main_only(call, scope):
                continue
            start = beginning(found[0], scope)
            if start is not None:
                yield FileUse(call, found[0], start, found[1], scope)


def _use(call: ast.Call, scope: Scope) -> tuple[ast.expr, str] | None:
    name = scope.dotted(call.func) or ""
    if name in _MODES:
        path = _given(call, 0, "file")
        mode = _given(call, _MODES[name], "mode")
        if path is None or not (mode is None or isinstance(mode, ast.Constant)):
            return None
        return path, str(mode.value) if isinstance(mode, ast.Constant) else "r"
    if name in _WRITE:
        path = _given(call, _WRITE[name], "")
        memory = isinstance(path, ast.Constant) and str(path.value).startswith((":", "file:"))
        return None if path is None or memory else (path, "w")
    if not isinstance(call.func, ast.Attribute):
        return None
    method, owner = call.func.attr, call.func.value
    if method in _METHODS:
        place, word = _METHODS[method]
        path = _given(call, place, word)
        return (path, "w") if path is not None else None
    if (scope.dotted(owner) or "").startswith("pathlib.Path()"):
        if method in _OF_PATHS:
            return owner, "w"
        if method == "open":
            mode = _given(call, 0, "mode")
            return (owner, str(mode.value)) if isinstance(mode, ast.Constant) else None
    return None


def _given(call: ast.Call, place: int, word: str) -> ast.expr | None:
    if any(isinstance(each, ast.Starred) for each in call.args):
        return None
    if place < len(call.args):
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if word and keyword.arg == word), None)


def cleans_up(scopes: Iterable[Scope]) -> bool:
    """Whether functions remove files, by whatever means."""
    reached = list(scopes)
    for text in {scope.facts.module.text for scope in reached}:
        if "rmtree" in text or "unlink" in text or _SHELL.search(text):
            return True
    return any(scope.dotted(call.func) in _CLEANS for scope in reached for call in scope.calls)


def changes_folder(scopes: Iterable[Scope]) -> bool:
    """Whether functions change the folder that relative paths begin at."""
    return any("chdir" in scope.facts.module.text for scope in scopes)


_UNIQUE = regex(r"^(uuid\.uuid\d\(\)|time\.time\(\)|datetime\.datetime\.|secrets\.|random\.)")


def is_unique(use: FileUse, flow: Flow) -> bool:
    """Whether each invocation writes another file: what is not literal in the path comes from the event, a clock or a
    source of ids."""
    for part in use.start.rest:
        if flow.depends_on_event(part, use.scope):
            return True
        for inner in ast.walk(part):
            if isinstance(inner, ast.Name | ast.Call | ast.Attribute) and _UNIQUE.match(
                use.scope.dotted(inner) or ""
            ):
                return True
    return False
