"""Notebooks: what counts as code in them, and fixes that go back without disturbing the rest of the file."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lint_rules import Edit, Project, Span
from lint_rules.engine.sources.cell_magic import mask_magics
from lint_rules.engine.sources.hcl import can_read
from lint_rules.engine.sources.notebook import edited, parts, read_notebook


def notebook(*cells: str | list[str], **metadata: object) -> str:
    """JSON as Jupyter writes it: one space of indent, sources as lists of lines."""
    made = [
        {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": cell if isinstance(cell, list) else cell.splitlines(keepends=True),
        }
        for cell in cells
    ]
    content = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def replaced(raw: str, old: str, new: str) -> str:
    document, _ = read_notebook("lab.ipynb", raw)
    start = document.text.index(old)
    return edited(document, [Edit(Span("lab.ipynb", start, start + len(old)), new)])


def test_the_text_is_the_source_of_all_code_cells_each_ending_in_a_newline():
    document, problem = read_notebook("lab.ipynb", notebook("a = 1", "b = 2\n", ""))
    assert problem is None
    assert document.text == "a = 1\nb = 2\n\n"
    assert [cell.number for cell in document.cells] == [1, 2, 3]


def test_cells_are_counted_as_people_do_with_the_prose_between():
    raw = json.loads(notebook("a = 1", "b = 2"))
    raw["cells"].insert(1, {"cell_type": "markdown", "metadata": {}, "source": "words"})
    document, _ = read_notebook("lab.ipynb", json.dumps(raw))
    where = document.locate(document.text.index("b"))
    assert (where.cell, where.row, where.column) == (3, 1, 1)


@pytest.mark.parametrize(
    "raw",
    ["", "{", "[]", "3", '{"cells": 3}', '{"worksheets": [], "nbformat": 3}', '{"cells": ' + "[" * 20_000],
)
def test_what_is_no_notebook_is_a_problem_and_nothing_more(raw):
    project = Project.of({"lab.ipynb": raw})
    assert [
        problem.message.startswith(("not a notebook", "a notebook in")) for problem in project.problems
    ] == [True]
    assert project.modules == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"language_info": {"name": "R"}},
        {"kernelspec": {"language": "julia"}},
    ],
)
def test_notebooks_of_other_languages_are_left_alone(metadata):
    project = Project.of({"lab.ipynb": notebook("x <- 1 ! broken", **metadata)})
    assert project.problems == []
    assert project.modules == []


@pytest.mark.parametrize(
    "cell", [{}, 3, {"cell_type": "code", "source": 3}, {"cell_type": "code", "source": [3]}]
)
def test_malformed_cells_are_passed_over(cell):
    raw = json.loads(notebook("a = 1"))
    raw["cells"].insert(0, cell)
    assert read_notebook("lab.ipynb", json.dumps(raw))[0].text == "a = 1\n"


def test_cells_that_write_files_are_files_beside_the_notebook():
    raw = notebook(
        "x = 1",
        "%%writefile app.py\ny = 2",
        "%%writefile -a ../t/template.yaml\nz: 3",
        "%%writefile notes.txt\nhm",
        "%%lambda orders.py --function orders --env NAME=x.py\nq = 4",
        "%%lambda --function orders\nq = 4",
    )
    document, _ = read_notebook("labs/one/lab.ipynb", raw)
    found = parts(document)
    names = ["labs/one/lab.ipynb", "labs/one/app.py", "labs/t/template.yaml", "labs/one/orders.py"]
    assert [part.name for part in found] == names
    for part in found[1:]:
        assert document.text[part.base : part.base + len(part.text)] == part.text
    assert found[1].text == "y = 2\n"


def test_masked_code_is_as_long_as_the_text():
    raw = notebook(
        "%%bash\nls é", "%pip install x\nimport os", "%%time\n!ls\nz = 1", "%%writefile a.py\nq = 1"
    )
    document, _ = read_notebook("lab.ipynb", raw)
    plain = parts(document)[0].text
    assert len(plain) == len(document.text)
    assert plain.split() == ["import", "os", "z", "=", "1"]


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!ls -l",
        "?print",
        "print??",
        "files = !ls",
        "x = %timeit -o f()",
        "%env A=1 \\\n  more",
    ],
)
def test_magics_are_masked_wherever_a_statement_may_stand(magic):
    code = f"if a:\n    {magic}\nb = 1\n"
    masked = mask_magics(code)
    assert len(masked) == len(code)
    ast.parse(masked)
    assert "b = 1" in masked


@pytest.mark.parametrize("line", ["pip install boto3", "cd /tmp", "pip install -r requirements.txt\n"])
def test_magics_without_their_sign_are_masked_where_they_are_all_of_a_cell(line):
    assert mask_magics(line).strip() == ""
    assert len(mask_magics(line)) == len(line)
    assert mask_magics(f"a = 1\n{line}") == f"a = 1\n{line}"


@pytest.mark.parametrize(
    "code",
    [
        "run = 1",
        "cat in animals",
        "run.x",
        'x = ("%s"\n     % y)\n',
        'x = """\n%not magic\n!nor this\n"""\n',
        "x = a \\\n  % b\n",
        "x = {'a': 1 if b else c}  # why?\n",
        "assert a != b\n",
        "print('what?')\n",
        'x = f(\n    "a?",\n    b\n    != c)\n',
    ],
)
def test_python_that_looks_like_magic_is_kept(code):
    assert mask_magics(code) == code


def test_a_fix_changes_the_lines_it_is_about_and_no_other_byte():
    raw = notebook("import os\nnäme = 1\n", "b = 2", "c = 3\nd = 4")
    assert replaced(raw, "b = 2", "b = 5\nbb = 6") == raw.replace('"b = 2"', '"b = 5\\n",\n    "bb = 6"')
    assert replaced(raw, "c = 3\n", "") == raw.replace('    "c = 3\\n",\n', "")


@pytest.mark.parametrize("indent", [None, 1, 2, 4, "\t"])
@pytest.mark.parametrize("source", [["a = 1\n", "b = 2"], "a = 1\nb = 2"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_form_of_the_json_is_kept(indent, source, ascii_only):
    content = json.loads(notebook(["ü = 1"], ["x"]))
    content["cells"][1]["source"] = source
    raw = json.dumps(content, indent=indent, ensure_ascii=ascii_only)
    wanted = json.loads(raw)
    text = "a = 1\nc = 'é'"
    wanted["cells"][1]["source"] = text if isinstance(source, str) else text.splitlines(keepends=True)
    assert replaced(raw, "b = 2", "c = 'é'\n") == json.dumps(wanted, indent=indent, ensure_ascii=ascii_only)


def test_escapes_that_another_program_chose_stay_in_untouched_lines():
    raw = (
        notebook("x = '<b>'\n", "y")
        .replace("<b>", "\\u003cb\\u003e")
        .replace('"y"', '"z = \\"\\/\\"\\n",\n    "y"')
    )
    after = replaced(raw, "y\n", "yy\n")
    assert after == raw.replace('"y"', '"yy"')


def test_source_like_keys_elsewhere_are_not_touched():
    content = json.loads(notebook("b = 2"))
    content["cells"][0]["metadata"] = {"source": "b = 2", "cells": [{"source": "b = 2"}]}
    content["cells"][0]["outputs"] = [{"source": ["b = 2"]}]
    content["metadata"] = {"cells": [{"source": "b = 2"}]}
    raw = json.dumps(content, indent=1)
    after = json.loads(replaced(raw, "b = 2", "b = 3"))
    assert after["cells"][0].pop("source") == ["b = 3"]
    content["cells"][0].pop("source")
    assert after == content


def test_an_insertion_between_cells_belongs_to_the_later_one():
    raw = notebook("a = 1", "b = 2")
    document, _ = read_notebook("lab.ipynb", raw)
    at = document.text.index("b")
    after = edited(document, [Edit(Span("lab.ipynb", at, at), "import c\n")])
    assert [cell["source"] for cell in json.loads(after)["cells"]] == [["a = 1"], ["import c\n", "b = 2"]]


def test_an_insertion_at_the_very_end_belongs_to_the_last_cell():
    document, _ = read_notebook("lab.ipynb", notebook("a = 1"))
    end = len(document.text)
    after = edited(document, [Edit(Span("lab.ipynb", end, end), "b = 2\n")])
    assert json.loads(after)["cells"][0]["source"] == ["a = 1\n", "b = 2"]


def test_an_edit_across_cells_is_refused():
    document, _ = read_notebook("lab.ipynb", notebook("a = 1", "b = 2"))
    with pytest.raises(ValueError, match="crosses cells"):
        edited(document, [Edit(Span("lab.ipynb", 2, 9), "")])


def test_a_syntax_error_in_a_cell_is_told_with_its_cell_and_row(findings):
    raw = notebook("a = 1", "b = 2\nc = (")
    project = Project.of({"lab.ipynb": raw})
    (problem,) = project.problems
    where = project.documents["lab.ipynb"].locate(problem.span.start)
    assert (where.cell, where.row) == (2, 2)
    assert findings({"lab.ipynb": raw}) == [("parse-error", 2)]


TEXT = st.text(st.sampled_from("ab=\"\\'\n\r\t #%\u00e9\u2028\U0001f600"), max_size=12)


@given(st.lists(TEXT, min_size=1, max_size=4), st.data())
def test_an_edit_of_the_text_is_the_same_edit_of_the_cell(sources, data):
    indent = data.draw(st.sampled_from([None, 1, 2]))
    as_list = data.draw(st.booleans())
    cells = [
        {
            "cell_type": "code",
            "source": _form(source, as_list),
            "outputs": [{"source": source}],
        }
        for source in sources
    ]
    raw = json.dumps(
        {"cells": cells, "metadata": {"source": ["x"]}}, indent=indent, ensure_ascii=data.draw(st.booleans())
    )
    document, _ = read_notebook("lab.ipynb", raw)
    number = data.draw(st.integers(0, len(sources) - 1))
    start = data.draw(st.integers(0, len(sources[number])))
    end = data.draw(st.integers(start, len(sources[number])))
    new = data.draw(TEXT)
    base = document.cells[number].start
    if start == end == len(sources[number]) and sources[number].endswith("\n") and number + 1 < len(sources):
        return  # That place is the beginning of the next cell.
    after = json.loads(edited(document, [Edit(Span("lab.ipynb", base + start, base + end), new)]))
    wanted = [*sources]
    wanted[number] = sources[number][:start] + new + sources[number][end:]
    if wanted[number] != sources[number] and not sources[number].endswith("\n"):
        wanted[number] = wanted[number].rstrip("\n")
    assert ["".join(cell["source"]) for cell in after["cells"]] == wanted
    assert [cell["outputs"] for cell in after["cells"]] == [cell["outputs"] for cell in cells]


def _form(source: str, as_list: bool) -> str | list[str]:
    if not as_list:
        return source
    lines = [line + "\n" for line in source.split("\n")]
    lines[-1] = lines[-1][:-1]
    return [line for line in lines if line]


@pytest.mark.skipif(not can_read(), reason="what reads Terraform is not installed")
def test_a_cell_that_writes_terraform_is_a_template():
    text = '%%writefile main.tf\nresource "aws_sqs_queue" "q" {}\n'
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": text}
    raw = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (template,) = Project.of({"lab.ipynb": raw}).templates
    assert (template.kind, [*template.resources]) == ("terraform", ["aws_sqs_queue.q"])
