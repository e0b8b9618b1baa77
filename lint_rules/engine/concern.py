"""Which Python files are this linter's concern: those that somebody named, those that speak of AWS or hold what looks
like a handler, and those that a handler imports. The others are quiet.

A repository is more than its functions, and whether the rest of it parses is for others to say. Most rules begin at a
handler or at a word of AWS and never come to a quiet file; here it is told for those that look at any file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lint_rules.engine.analysis.shapes import may_hold_handler
from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.handlers import Handler
    from lint_rules.engine.sources.module import Module

_WORDS = ("boto", "aws_", "AWS", "PolicyDocument", "LAM", "lambdalint")
"""What rules look for in files that hold no handler; the last two stand in comments that silence them."""


def concerned(modules: Sequence[Module], quiet: Collection[str], handlers: Sequence[Handler]) -> list[Module]:
    """The modules, in their order, but for the quiet ones that no handler imports, at whatever remove."""
    if not quiet:
        return list(modules)
    seen = {handler.module for handler in handlers}
    todo = [*seen]
    codebase = handlers[0].codebase if handlers else None
    while todo and codebase is not None:
        fresh = {*codebase.brings(todo.pop())} - seen
        todo += fresh
        seen |= fresh
    return [module for module in modules if module.document.path not in quiet or module in seen]


def speaks(text: str) -> bool:
    """Whether the text of a Python file has to do with AWS, as far as words tell."""
    for word in _WORDS:
        if word in text:
            return True
    return may_hold_handler(text)
