"""Completion of rules and linters in the shell."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Codes and names that begin like the last word of the list being typed."""
    from lint_rules.engine.rule import load_rules

    before, comma, word = incomplete.rpartition(",")
    return [
        CompletionItem(before + comma + known, help=rule.summary)
        for rule in load_rules().values()
        for known in (rule.code, rule.name)
        if known.startswith(word)
    ]


def complete_peers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Linters of which we know the rules."""
    from lint_rules.engine.peers import peers

    before, comma, word = incomplete.rpartition(",")
    return [CompletionItem(before + comma + peer) for peer in peers() if peer.startswith(word)]
