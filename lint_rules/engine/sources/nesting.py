"""How deeply a Python text may nest, told from its characters alone.

A recursive parser without a limit ends the interpreter on nesting of some thousand levels. What this calls
shallow is safe for it; the answer errs on the side of "deep".
"""

from __future__ import annotations

import re

from lint_rules.engine.regex import regex

_DEEPEST = 100
_LONGEST = 500
_BRANCHES = 400

_PIECE = regex(
    r"\"{3}.*?\"{3}|'{3}.*?'{3}|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|#[^\n]*|(?P<open>[(\[{])"
    r"|(?P<close>[)\]}])|(?P<line>\n)|(?P<operator>[-+*/%@&|^~.<>=!:]|\b(?:not|and|or|if|else|await|lambda|in|is)\b)",
    re.DOTALL,
)
_INDENT = regex(r"^[ \t]*", re.MULTILINE)


def shallow(text: str) -> bool:
    """Whether brackets, blocks, chains of operators and chains of `elif` all stay far below a crash."""
    if text.count("elif") > _BRANCHES or max(map(len, _INDENT.findall(text)), default=0) > 8 * _DEEPEST:
        return False
    depth = operators = 0
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth = max(0, depth - 1)
        elif kind == "operator":
            operators += 1
        elif kind == "line" and not depth:
            operators = 0
        if depth > _DEEPEST or operators > _LONGEST:
            return False
    return True
