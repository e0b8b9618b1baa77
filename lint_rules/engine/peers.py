"""Peers: which rules of other linters find the same defects as ours, read when somebody asks.

The table is `data/peers.txt`. A code of ours in it that no rule has yet is reserved, and covers nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from lint_rules.engine.errors import UsageError, did_you_mean

_PLACE = "data/peers.txt"

Table = dict[str, dict[str, tuple[str, ...]]]
"""By peer and the peer's code: our codes."""

_read: list[Table] = []


def peers() -> Table:
    """Every peer with its rules and our codes for them."""
    if not _read:
        package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        table: Table = {}
        with open(os.path.join(package, _PLACE), encoding="ascii") as file:
            for line in file:
                if not line.startswith("#"):
                    peer, code, *ours = line.split()
                    table.setdefault(peer, {})[code] = tuple(ours)
        _read.append(table)
    return _read[0]


def peer_codes(code: str) -> dict[str, list[str]]:
    """What the peers call the rule with our code, by peer; a peer that has no such rule is not there."""
    listed = {peer: [name for name, ours in rules.items() if code in ours] for peer, rules in peers().items()}
    return {peer: names for peer, names in listed.items() if names}


def codes_of_peers(words: Iterable[str]) -> tuple[str, ...]:
    """Our codes for all rules of the peers named. Raises UsageError for a word that is no peer."""
    known = peers()
    codes: dict[str, None] = {}
    for word in words:
        if word not in known:
            hint = did_you_mean(word, known) or f" There are {', '.join(known)}."
            raise UsageError(f'no peer "{word}".{hint}')
        codes.update(dict.fromkeys(code for ours in known[word].values() for code in ours))
    return tuple(sorted(codes))
