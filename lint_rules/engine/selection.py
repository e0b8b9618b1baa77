"""Which rules run: the configuration's selectors, matched against the rules there are.

The longer selector wins, so `--select LAM101 --ignore LAM1` runs LAM101 alone; of two equally long ones the
ignoring. The rule that tells what could not be read runs unless it is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lint_rules.engine.config import PROFILES, Config
from lint_rules.engine.errors import UsageError, did_you_mean
from lint_rules.engine.rule import Rule


def select(config: Config, rules: Mapping[str, Rule]) -> list[Rule]:
    """The rules to run, in the order of `rules`. Raises UsageError for a selector that matches nothing."""
    # Every island of a project asks, most of them with the same words.
    key = (config, *map(id, rules.values()))
    if key not in _selected:
        _selected[key] = _select(config, rules)
    return _selected[key]


_selected: dict[tuple[object, ...], list[Rule]] = {}


def _select(config: Config, rules: Mapping[str, Rule]) -> list[Rule]:
    for words in (
        config.select,
        config.extend_select,
        config.ignore,
        *(w for _, w in config.per_file_ignores),
    ):
        check_selectors(words, rules, config.source)
    chosen = (*(config.select or (config.profile,)), *config.extend_select)
    return [
        rule
        for rule in rules.values()
        if max(_weight(word, rule) for word in (*chosen, "always"))
        > max((_weight(word, rule) for word in config.ignore), default=0)
    ]


def ignored(rule: Rule, words: Iterable[str]) -> bool:
    """Whether any of the selectors covers the rule."""
    return any(_weight(word, rule) for word in words)


def check_selectors(words: Iterable[str], rules: Mapping[str, Rule], source: str = "") -> None:
    """Raise UsageError for the first selector that covers no rule."""
    for word in words:
        if word in PROFILES or word == "ALL" or any(_weight(word, rule) for rule in rules.values()):
            continue
        known = [*rules, *(rule.code for rule in rules.values()), *PROFILES, "ALL"]
        hint = did_you_mean(word, known) or " `lambdalint rules` lists them."
        raise UsageError(f'{source + ": " if source else ""}no rule "{word}".{hint}')


def _weight(word: str, rule: Rule) -> int:
    """How exactly a selector covers a rule; 0 if it does not."""
    if word == rule.name or word == rule.code:
        return 100
    if word[:1].isupper() and rule.code.startswith(word):
        return 10 + len(word)
    if word == "ALL":
        return 1
    if word == "always":
        return 2 if rule.profile == "always" else 0
    if word in PROFILES:
        return 2 if rule.profile in (word, "default", "always") else 0
    return 0
