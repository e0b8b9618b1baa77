"""Whether two names were meant to be the same one."""

from __future__ import annotations

from lint_rules.engine.regex import regex

_WORDS = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def is_near(one: str, two: str) -> bool:
    """Whether names differ in at most two letters, in the order of their words, or in capitals."""
    if one == two:
        return False
    if sorted(_words(one)) == sorted(_words(two)):
        return True
    shorter = min(len(one), len(two))
    return shorter > 4 and _are_within(2 if shorter > 7 else 1, one.upper(), two.upper())


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]


def _are_within(most: int, one: str, two: str) -> bool:
    """Whether at most so many letters must be changed, put in, taken out or swapped with their neighbour."""
    if abs(len(one) - len(two)) > most:
        return False
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, letter in enumerate(one, 1):
        before, last = row, before
        row = [i]
        for j, other in enumerate(two, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == two[j - 2] and one[i - 2] == other:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return False  # It never becomes less: a swap looks two rows back, everything else one.
    return row[-1] <= most
