"""Every node stands where its text stands, whatever the style, and broken text is told with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_rules.engine.finding import Severity
from lint_rules.engine.sources.node import List, Map, Node, Scalar, walk
from lint_rules.engine.sources.yaml import read_yaml


def read(text: str) -> Node:
    roots, problem = read_yaml(text, "t.yaml")
    assert problem is None, problem
    assert len(roots) == 1
    return roots[0]


def shown(text: str, node: Node) -> str:
    return text[node.span.start : node.span.end]


def plain(node: Node) -> Any:
    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.items()}
    if isinstance(node, List):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


def at(node: Node, *path: str | int) -> Node:
    for step in path:
        if isinstance(step, int):
            assert isinstance(node, List)
            node = node.items[step]
        else:
            found = node.get(step) if isinstance(node, Map) else None
            assert found is not None, step
            node = found
    return node


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff")
)
DATA = st.recursive(
    WORDS | st.integers(-999, 999) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(WORDS.filter(lambda key: key != "<<"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(DATA, st.sampled_from([None, 2, "\t"]), st.booleans(), st.integers(0, 50))
@settings(max_examples=150, deadline=None)
def test_scalars_of_json_stand_where_they_are_written(
    data: Any, indent: int | str | None, ascii_only: bool, base: int
) -> None:
    text = json.dumps([data], indent=indent, ensure_ascii=ascii_only)
    roots, problem = read_yaml(text, "t.json", base)
    assert problem is None
    assert plain(roots[0]) == [data]
    for node in walk(roots[0]):
        assert json.loads(text[node.span.start - base : node.span.end - base]) == plain(node)


@given(DATA, st.booleans())
@settings(max_examples=150, deadline=None)
def test_scalars_of_block_yaml_stand_where_they_are_written(data: Any, crlf: bool) -> None:
    import yaml

    text = yaml.safe_dump({"first": data, "last": "end"}, allow_unicode=True, width=10_000)
    if crlf:
        text = text.replace("\n", "\r\n")
    root = read(text)
    assert plain(at(root, "last")) == "end"
    for node in walk(root):
        if isinstance(node, Scalar) and node.text:
            assert yaml.safe_load(shown(text, node)) == node.value


def test_a_tag_becomes_the_long_form_and_keeps_both_places() -> None:
    text = "Arn: !Sub '${B.Arn}/*'  # note\n"
    node = at(read(text), "Arn")
    assert shown(text, node) == "!Sub '${B.Arn}/*'"
    assert shown(text, at(node, "Fn::Sub")) == "'${B.Arn}/*'"


def test_get_att_is_split_at_the_first_dot() -> None:
    assert plain(at(read("A: !GetAtt Stack.Outputs.Name"), "A")) == {"Fn::GetAtt": ["Stack", "Outputs.Name"]}


def test_ref_and_condition_have_no_prefix() -> None:
    assert plain(read("- !Ref A\n- !Condition B\n")) == [{"Ref": "A"}, {"Condition": "B"}]


def test_a_tagged_sequence_keeps_its_items() -> None:
    text = "A: !If [Prod, 1, !Ref AWS::NoValue]\nB: !Join\n  - ','\n  - [a, b]\nC: 1\n"
    root = read(text)
    assert plain(at(root, "A")) == {"Fn::If": ["Prod", 1, {"Ref": "AWS::NoValue"}]}
    assert shown(text, at(root, "B")) == "!Join\n  - ','\n  - [a, b]"


def test_a_block_collection_ends_with_its_last_leaf() -> None:
    text = "A:\n  b: 1  # one\n  c: [2]\n\n# about D\nD: 3\n"
    assert shown(text, at(read(text), "A")) == "b: 1  # one\n  c: [2]"


def test_a_block_scalar_ends_with_its_last_line_of_content() -> None:
    text = "Code: |\n  x = 1\n  # kept\n\n# not part of it\nD: 3\n"
    assert shown(text, at(read(text), "Code")) == "|\n  x = 1\n  # kept"


def test_anchors_are_no_part_of_the_value_and_an_alias_names_it() -> None:
    text = "A: &common\n  x: 1\nB: *common\nC: &one word\nD: {<<: *common, y: 2}\n"
    root = read(text)
    assert shown(text, at(root, "A")) == "x: 1"
    assert shown(text, at(root, "C")) == "word"
    assert at(root, "B") is at(root, "A")
    assert plain(at(root, "D")) == {"x": 1, "y": 2}


def test_own_keys_win_over_merged_ones() -> None:
    assert plain(at(read("A: &a {x: 1, y: 1}\nB:\n  <<: [*a]\n  x: 2\n"), "B")) == {"x": 2, "y": 1}


def test_of_a_key_written_twice_the_last_counts() -> None:
    assert plain(read("A: 1\nB: 2\nA: 3\n")) == {"B": 2, "A": 3}


def test_dates_and_account_numbers_stay_text() -> None:
    assert plain(read("[2012-10-17, 012345678901, '5', 5, 1.5, yes, ~]")) == [
        "2012-10-17",
        "012345678901",
        "5",
        5,
        1.5,
        True,
        None,
    ]


def test_every_document_of_a_stream_is_read() -> None:
    roots, problem = read_yaml("a: 1\n---\nb: 2\n", "t.yaml")
    assert problem is None
    assert [plain(root) for root in roots] == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("A:\n\tb: 1\n", 3, "a tab where only spaces"),
        ("A: [1, 2\nB: 3\n", 10, "expected"),
        ('{"A": 1', 7, "expected"),
        ("A: *nowhere\n", 3, "names nothing"),
        ("A: &a [1, *a]\n", 10, "stands inside"),
        ("A: \x00\n", 3, "not allowed"),
        ("A: 'x\n", 6, "end of stream"),
        ("a: b: c\n", 4, "mapping values are not allowed"),
    ],
)
def test_broken_text_is_a_problem_with_its_place(text: str, place: int, word: str) -> None:
    _, problem = read_yaml(text, "t.yaml", 100)
    assert problem is not None
    assert word in problem.message
    assert problem.span.start == 100 + place
    assert problem.severity is Severity.ERROR


def test_a_file_that_another_tool_fills_in_first_is_only_advice() -> None:
    _, problem = read_yaml("A: {% if x %}\n  b: {{ c }}\n", "t.yaml")
    assert problem is not None
    assert problem.severity is Severity.ADVICE


def test_a_dynamic_reference_is_not_taken_for_another_tool() -> None:
    _, problem = read_yaml("A: '{{resolve:ssm:x}}'\nB: [", "t.yaml")
    assert problem is not None
    assert problem.severity is Severity.ERROR


def test_aliases_cannot_be_multiplied_without_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    _, problem = read_yaml("\n".join(lines), "t.yaml")
    assert problem is not None
    assert "aliases" in problem.message


@pytest.mark.parametrize("open_", ["[", "{a: ", '{"a":'])
def test_depth_has_a_bound(open_: str) -> None:
    _, problem = read_yaml(open_ * 100_000, "t.yaml")
    assert problem is not None
    assert "nest" in problem.message.lower()


@pytest.mark.parametrize(
    "text",
    [
        "A: &x\n  b: !Sub '${C}'  # c\n  d: [1, {e: é}]\n\nF: |\n  漢 1\n  # kept\n\n# end\nG: *x\n",
        "A:\r\n  - b\r\n  - !GetAtt C.D\r\n",
        "- 'it''s'\n- \"a\\tb\"\n- two\n  lines\n- >-\n  folded\n\n",
    ],
)
def test_both_loaders_of_pyyaml_give_the_same_places(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    fast = [(type(node), node.span) for node in walk(read(text))]
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert [(type(node), node.span) for node in walk(read(text))] == fast
