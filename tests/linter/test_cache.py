"""What the cache forgets, and which linter it belongs to."""

from __future__ import annotations

import os
import sys

from lint_rules.engine.cache import Cache
from lint_rules.engine.fingerprint import fingerprint


def test_what_nobody_asks_for_is_forgotten_after_a_while(tmp_path):
    cache = Cache(str(tmp_path / "c"), "x")
    cache.note_findings("old", [])
    for number in range(30):
        cache.note_findings(f"new{number}", [])
        cache.save()
        cache = Cache(str(tmp_path / "c"), "x")
    assert cache.findings("old") is None
    assert cache.findings("new29") == []


def test_the_caches_of_linters_that_were_are_removed(tmp_path):
    for number in range(6):
        cache = Cache(str(tmp_path / "c"), f"linter{number}")
        cache.note_findings("a", [])
        cache.save()
        os.utime(tmp_path / f"c/notes-linter{number}.json", (number, number))
    assert len(list((tmp_path / "c").glob("notes-*"))) == 4


def test_another_linter_has_another_name(monkeypatch):
    first = fingerprint()
    assert first == fingerprint()
    monkeypatch.setattr(sys, "version", "4.0")
    assert fingerprint() != first
