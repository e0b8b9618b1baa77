"""`[tool.lambdalint]`: what it may say, whose word counts, and what a slip of the pen is told."""

from __future__ import annotations

import pytest

from lint_rules import Config, Severity, load_rules
from lint_rules.engine.errors import UsageError
from lint_rules.engine.layers import find_config, read_config
from lint_rules.engine.selection import select


def write(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


def chosen(**settings):
    return [rule.code for rule in select(Config(**settings), load_rules())]


def test_everything_that_can_be_said(tmp_path):
    path = write(
        tmp_path,
        """
        [tool.lambdalint]
        select = ["LAM7"]
        extend-select = ["LAM101"]
        ignore = ["resource-star"]
        exclude = ["gen"]
        per-file-ignores = { "scripts/*" = ["LAM1"] }
        fail-level = "error"
        profile = "strict"
        unsafe-fixes = true
        include-tests = true
        """,
    )
    assert read_config(str(path))._replace(source="") == Config(
        ("LAM7",),
        ("resource-star",),
        ("LAM101",),
        ("gen",),
        (("scripts/*", ("LAM1",)),),
        Severity.ERROR,
        "strict",
        True,
        True,
        str(tmp_path),
    )


def test_the_nearest_file_with_the_table_counts(tmp_path):
    write(tmp_path, '[tool.lambdalint]\nignore = ["LAM701"]\n')
    write(tmp_path / "a", "[tool.other]\n")
    (tmp_path / "a/b").mkdir()
    assert find_config(str(tmp_path / "a/b")).ignore == ("LAM701",)


def test_without_a_table_the_defaults_hold(tmp_path):
    write(tmp_path, "[project]\n# lambdalint\n")
    assert find_config(str(tmp_path))._replace(root=".") == Config()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('ingore = ["LAM101"]', 'no key "ingore". Did you mean "ignore"?'),
        ('select = "LAM101"', "select: must be a list of strings"),
        ("ignore = [3]", "ignore: must be a list of strings"),
        ('fail-level = "fatal"', 'no level "fatal"; the levels are advice, warning, error'),
        ('profile = "strickt"', 'no profile "strickt". Did you mean "strict"?'),
        ("unsafe-fixes = 1", "must be true or false"),
        ('per-file-ignores = ["x"]', "must be a table"),
        ("select = [", "broken TOML"),
    ],
)
def test_slips_are_told_in_one_line(tmp_path, text, words):
    path = write(tmp_path, f"[tool.lambdalint]\n{text}\n")
    with pytest.raises(UsageError) as caught:
        read_config(str(path))
    assert words in str(caught.value)
    assert "pyproject.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_named_file_must_have_the_table(tmp_path):
    with pytest.raises(UsageError, match=r"has no table \[tool\.lambdalint\]"):
        read_config(str(write(tmp_path, "")))
    with pytest.raises(UsageError, match="no such configuration file"):
        read_config(str(tmp_path / "nope.toml"))


SEVEN = sorted(rule.code for rule in load_rules().values() if rule.code.startswith("LAM7"))


def test_codes_beginnings_names_and_all_select():
    assert chosen(select=("LAM701",)) == ["LAM686", "LAM701", "LAM990"]
    assert chosen(select=("action-star",)) == ["LAM686", "LAM701", "LAM990"]
    assert chosen(select=("LAM7",)) == ["LAM686", *SEVEN, "LAM990"]
    assert chosen(select=("ALL",)) == [rule.code for rule in load_rules().values()]


def test_the_longer_selector_wins():
    others = [code for code in SEVEN if code != "LAM702"]
    assert chosen(select=("LAM7",), ignore=("LAM702",)) == ["LAM686", *others, "LAM990"]
    assert chosen(select=("LAM702",), ignore=("LAM7",)) == ["LAM686", "LAM702", "LAM990"]
    assert chosen(select=("LAM702",), ignore=("LAM702",)) == ["LAM686", "LAM990"]
    assert "LAM702" not in chosen(ignore=("LAM7",))


def test_what_could_not_be_read_is_told_unless_it_is_ignored():
    assert "LAM990" in chosen(select=("LAM701",))
    assert "LAM990" not in chosen(select=("LAM701",), ignore=("parse-error",))


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("LAM777", "LAM7"),
        ("acton-star", 'Did you mean "action-star"?'),
        ("F401", 'no rule "F401"'),
        ("lam701", 'Did you mean "LAM701"?'),
        ("LAMB", "no rule"),
    ],
)
def test_a_selector_that_covers_no_rule_is_a_mistake(word, words):
    for settings in ({"select": (word,)}, {"ignore": (word,)}, {"per_file_ignores": (("a", (word,)),)}):
        with pytest.raises(UsageError) as caught:
            chosen(**settings)
        assert words in str(caught.value)
