"""Which Python files are this linter's concern: those that somebody named, those that speak of AWS or hold what looks
like a handler, and those that a handler imports. The others are quiet.

A repository is more than its functions, and whether the rest of it parses is for others to say. Most rules begin at a
handler or at a word of AWS and never come to a quiet file; here it is told for those that look at any file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lint_rules.engine.analysis.shapes import may_hold_handler
from lint_rules.engine.links import packages_of
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
    reached: set[Module] = set()
    for module in {handler.module for handler in handlers}:
        reached.update(handlers[0].codebase.wording.reach(module))
    packages = {package for module in reached for package in packages_of(module.name)}
    return [
        module
        for module in modules
        if module.document.path not in quiet or module in reached or module.name in packages
    ]


def speaks(text: str) -> bool:
    """Whether the text of a Python file has to do with AWS, as far as words tell."""
    return any(word in text for word in _WORDS) or may_hold_handler(text)
