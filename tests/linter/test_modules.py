"""Python text to tree, and every place in the tree back to the text."""

from __future__ import annotations

import ast
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lint_rules import Module, Severity
from lint_rules.engine.analysis.versions import newer_syntax
from lint_rules.engine.sources import module as modules
from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.nesting import shallow


def module(text: str, name: str = "app.py") -> Module:
    return Module(Document(name, text), text, name=name)


def names(text: str) -> list[str]:
    """What stands in the text where the tree has a name."""
    made = module(text)
    return [made.code(node) for node in ast.walk(made.tree) if isinstance(node, ast.Name)]


IDENTIFIERS = st.sampled_from(["x", "größe", "名前", "ℵ", "_a1", "𝒳y", "é"])
STRINGS = st.sampled_from(["'ü'", '"👩‍👩‍👧"', "'日本'", '"a\\n"', "'''é\nü'''", "b'x'", "r'\\d'", "'\u2028'"])
GAPS = st.sampled_from(["", " ", "\t", "  "])
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\f", "\n\n", "  # ünï\n", "\n# 日本 \f\n", ";", " ; "])


@st.composite
def sources(draw) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        a, b = draw(IDENTIFIERS), draw(IDENTIFIERS)
        gap = draw(GAPS)
        form = draw(
            st.sampled_from(
                [
                    f"{a}{gap}={gap}{b}({draw(STRINGS)},{gap}{a}){gap}",
                    f"{a}.{b}({draw(STRINGS)}, {b}={a})",
                    f"if {a}:\t{b}({a}, {draw(STRINGS)})\n",
                    f"def {a}({b}={a}):\n\t{draw(STRINGS)}\n\t{gap * 0}return {b}\n",
                    f"{a}({draw(STRINGS)},\\\n {b})",
                    f"[{a} for {a} in\n {b}({draw(STRINGS)})]",
                ]
            )
        )
        parts.append(form if form.endswith("\n") else form + draw(LINE_ENDS))
    return "".join(parts).rstrip(" ;") + "\n"


@given(sources())
@settings(max_examples=200, deadline=None)
def test_every_name_and_call_stands_where_its_place_says(text):
    made = module(text)
    if made.tree is None:
        assert made.error is not None
        return
    for node in ast.walk(made.tree):
        if isinstance(node, ast.Name):
            assert _normal(made.code(node)) == node.id
        elif isinstance(node, ast.Call):
            code = made.code(node)
            assert code.endswith(")")
            assert ast.dump(ast.parse(code, mode="eval").body) == ast.dump(node)


def _normal(name: str) -> str:
    from unicodedata import normalize

    return normalize("NFKC", name)


def test_a_module_may_be_a_part_of_its_document():
    document = Document("lab.ipynb", "%%writefile app.py\nü = call()\n")
    part = Module(document, "ü = call()\n", 19, "app.py")
    call = part.tree.body[0].value
    span = part.span(call)
    assert document.text[span.start : span.end] == "call()" == part.code(call)
    assert span.path == "lab.ipynb"


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "x = 1", "x = 1\r\n", "\f\nx = 1\n"])
def test_short_texts_parse(text):
    assert module(text).tree is not None
    assert module(text).error is None


def test_warnings_about_the_code_are_not_ours_to_show(recwarn):
    assert module("x = '\\d' is 1\n").tree is not None
    assert not recwarn


def test_top_level_await_of_a_notebook_parses():
    assert module("await load()\n").tree is not None


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("def f(\n", 1),
        ("x = 1\ny = = 2\n", 2),
        ("é = 'ü'\nif x\n    y()\n", 2),
        ("x = 1\n\0\n", 2),
        ("print 'hello'\n", 1),
        ("def f():\n\tx = 1\n        y = 2\n", 3),
    ],
)
def test_broken_code_has_a_place_and_an_error(text, row):
    made = module(text)
    assert made.tree is None
    assert made.error.severity == Severity.ERROR
    assert made.document.row(made.error.span.start) == row
    assert made.error.span.path == "app.py"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + ")" * 5000,
        "-" * 100_000 + "1",
        "not " * 100_000 + "1",
        "x = " + "+".join(["1"] * 100_000),
        "x" + ".a" * 100_000,
        "[" * 100_000,
        "if x:\n" + "".join(" " * i + "if x:\n" for i in range(1, 150)) + " " * 150 + "y",
        "if a: pass\n" + "elif b: pass\n" * 20_000,
        "x = " + "lambda: " * 20_000 + "1",
        'x = f"{' * 2000,
    ],
    ids=lambda text: text[:12],
)
def test_deep_nesting_ends_in_an_error_or_a_tree_and_never_in_a_crash(text):
    made = module(text)
    assert (made.tree is None) == (made.error is not None)


@pytest.mark.skipif(
    sys.version_info >= (3, 14), reason="this interpreter reads what the test needs to be new"
)
def test_syntax_of_a_newer_python_is_read_all_the_same():
    newer = {
        (3, 11): "try:\n    x\nexcept* OSError:\n    y\n",
        (3, 12): "type Names = list[str]\n",
        (3, 13): "class A[T = int]: pass\n",
    }
    text = next((code for version, code in newer.items() if version > sys.version_info[:2]), None)
    if text is None:
        pytest.skip("libcst knows nothing newer")
    assert module(text).tree is not None
    assert module(text).error is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x = 1\rmatch x:\r    case 1: pass\r", "a `match` statement"),
        ("try: pass\nexcept \\\n *OSError: pass\n", "`except*`"),
        ("if True: type Names = list[str]\n", "a `type` statement"),
        ("x = 1; type Names = list[str]\n", "a `type` statement"),
        ("def first \\\n [T](x: T): pass\n", "type parameters"),
    ],
)
def test_newer_syntax_is_found_wherever_it_may_stand(text, what):
    since = (3, 12) if "type" in what else (3, 11) if "except" in what else (3, 10)
    if sys.version_info < since:
        pytest.skip("this interpreter makes no tree of it")
    found = newer_syntax(module(text), 9)
    assert found is not None
    assert found.what == what


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{% if handler %}\ndef handler(event, context):\n    pass\n{% endif %}\n", "app.py"),
        ("import {{ package }}\n", "app.py"),
        ("import {{cookiecutter.name}}\n", "app.py"),
        ("import - x\n", "{{cookiecutter.name}}/app.py"),
    ],
)
def test_a_template_of_another_tool_is_advice(text, name):
    assert module(text, name).error.severity == Severity.ADVICE


@pytest.mark.parametrize(
    "text", ['x = "{{ a }}"\ny = = 1\n', "x = f'{{a}}'\ndef f(:\n", "# {% x %}\nx = = 1\n"]
)
def test_braces_in_strings_and_comments_do_not_excuse_an_error(text):
    assert module(text).error.severity == Severity.ERROR


def test_a_template_that_parses_is_python():
    assert module("x = '{{ name }}'\n", "{{cookiecutter.name}}/app.py").error is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("x = [[1, 2], {3: (4,)}]\n", True),
        ("x = [" + ", ".join(["1"] * 100_000) + "]\n", True),
        ("x = '" + "(" * 1000 + "'\n", True),
        ("# " + "(" * 1000 + "\n", True),
        ("(" * 200 + ")" * 200, False),
        ("x = " + "-" * 1000 + "1", False),
        ("x = 1\n" * 10_000, True),
        (" " * 2000 + "x", False),
    ],
    ids=lambda value: str(value)[:12],
)
def test_depth_is_told_from_the_characters(text, answer):
    assert shallow(text) is answer


def test_places_in_f_strings_are_never_outside_them():
    text = "x = 'ü' f\"{ünit} {call('ä')!r:{width}}\" + f'''\n{name}\n'''\n"
    made = module(text)
    for node in ast.walk(made.tree):
        if isinstance(node, ast.Name) and node.id != "x":
            span = made.span(node)
            assert node.id in made.code(node)
            assert 0 <= span.start < span.end <= len(text)


def test_names_are_found_in_wide_characters():
    assert names("größe = '👩' + 名前(ℵ)\n") == ["größe", "名前", "ℵ"]


def test_a_miscount_of_the_interpreter_among_threads_costs_a_second_attempt(monkeypatch):
    """AST constructor recursion depth mismatch: https://github.com/python/cpython/issues/106905"""
    attempts = []

    def miscounting(*args, **settings):
        attempts.append(args)
        if len(attempts) == 1:
            raise SystemError("AST constructor recursion depth mismatch (before=72, after=68)")
        return compile(*args, **settings)

    monkeypatch.setattr(modules, "compile", miscounting, raising=False)
    assert Module(Document("a.py", "x = 1\n"), "x = 1\n").tree is not None
    assert len(attempts) == 2
