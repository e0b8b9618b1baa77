"""The mistakes of a user, each one line that says what to do next. Commands print it and exit with 2."""

from __future__ import annotations

from collections.abc import Iterable


class UsageError(Exception):
    """Something only the user can put right: a path, an option, a line of configuration."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean "x"?` for the known word nearest to `word`, or an empty string."""
    from difflib import get_close_matches

    by_fold = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f' Did you mean "{by_fold[near[0]]}"?' if near else ""
