"""The language server and notebooks: documents of cells, and the two texts that JupyterLab's client makes of them."""

from __future__ import annotations

import json

import pytest

IMPORT = "import boto3\n%pip install x"
HANDLER = """\
def handler(event, context):
    s3 = boto3.client("s3")
    return s3.list_buckets()
"""
SUPPRESSED = "x = 1  # noqa: LAM899"
NOWHERE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
FILES = f"""\
%%writefile app.py
import boto3

{HANDLER.replace("handler(event, context)", "run(a, b)")}


%%writefile template.yaml
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.run
      Runtime: python3.13
      CodeUri: .
      Policies:
        - Statement:
            - {{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::photos/*"}}
"""


def open_notebook(editor, cells):
    """Open a notebook of (name, kind, text), and give its address."""
    uri = editor.uri("lab.ipynb")
    editor.tell(
        "notebookDocument/didOpen",
        notebookDocument={
            "uri": uri,
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [{"kind": kind, "document": f"{uri}#{name}"} for name, kind, _ in cells],
        },
        cellTextDocuments=[
            {"uri": f"{uri}#{name}", "languageId": "python", "version": 1, "text": text}
            for name, kind, text in cells
            if kind == 2
        ],
    )
    return uri


def view(editor, name, language, text):
    """Open a text document, and give its address."""
    uri = editor.uri(name)
    document = {"uri": uri, "languageId": language, "version": 1, "text": text}
    editor.tell("textDocument/didOpen", textDocument=document)
    return uri


def places(diagnostics, *rules):
    """Rules and lines from 0, of some rules."""
    return [(d["code"], d["range"]["start"]["line"]) for d in diagnostics if d["code"] in rules]


def test_cells_of_a_notebook_have_findings_of_their_own(editor):
    uri = open_notebook(editor, [("md", 1, "# hi"), ("one", 2, IMPORT), ("two", 2, HANDLER)])
    assert places(editor.found(f"{uri}#two"), "LAM101") == [("LAM101", 1)]
    assert editor.diagnostics[f"{uri}#one"] == []
    (found,) = [d for d in editor.diagnostics[f"{uri}#two"] if d["code"] == "LAM101"]
    actions = editor.actions(f"{uri}#two", found["range"])
    assert {*actions[0]["edit"]["changes"]} <= {f"{uri}#one", f"{uri}#two"}
    editor.tell(
        "notebookDocument/didClose",
        notebookDocument={"uri": uri},
        cellTextDocuments=[{"uri": f"{uri}#one"}, {"uri": f"{uri}#two"}],
    )
    assert editor.found(f"{uri}#two") == []


def test_all_safe_fixes_reach_every_cell_of_a_notebook_and_only_those_with_any(editor, applied):
    cells = [("one", 2, SUPPRESSED), ("two", 2, "y = 2"), ("three", 2, f"%%writefile a.py\n{SUPPRESSED}\n")]
    uri = open_notebook(editor, cells)
    editor.found(f"{uri}#one")
    for kind in ("source.fixAll", "source.fixAll.lambdalint", "notebook.source.fixAll"):
        (action,) = editor.actions(f"{uri}#two", NOWHERE, only=[kind])
        assert action["kind"] == f"{kind.removesuffix('.lambdalint')}.lambdalint"
        changes = action["edit"]["changes"]
        texts = {name: applied(text, changes.get(f"{uri}#{name}", [])) for name, _, text in cells}
        assert texts == {"one": "x = 1", "two": "y = 2", "three": "%%writefile a.py\nx = 1\n"}
        assert set(changes) == {f"{uri}#one", f"{uri}#three"}


def test_a_notebook_without_safe_fixes_offers_none_at_once(editor):
    uri = open_notebook(editor, [("one", 2, IMPORT), ("two", 2, HANDLER)])
    editor.found(f"{uri}#two")
    assert editor.actions(f"{uri}#two", NOWHERE, only=["source.fixAll"]) == []


def test_a_notebook_that_comes_as_text_is_read_as_python(editor):
    masked = 'import boto3\nget_ipython().run_line_magic("pip", " install x")'
    uri = view(editor, "lab.ipynb", "python", f"{masked}\n\n\n{HANDLER}")
    assert places(editor.found(uri), "LAM101", "LAM990") == [("LAM101", 5)]
    assert editor.type("lab.ipynb", masked, 2) == []
    editor.tell("textDocument/didClose", textDocument={"uri": uri})
    assert editor.found(uri) == []


@pytest.mark.parametrize("head", ["%%writefile app.py", "%%lambda app.py --function app"])
def test_cells_that_write_files_bear_on_each_other_and_keep_their_lines(editor, head):
    text = FILES.replace("%%writefile app.py", head)
    host = view(
        editor, "lab.ipynb", "python", 'get_ipython().run_cell_magic("writefile", " app.py", """…""")'
    )
    assert editor.found(host) == []
    files = view(editor, "lab.ipynb.python-lambdalint.cells", "lambdalint", text)
    found = editor.found(files)
    rows = text.split("\n")
    where = [next(n for n, row in enumerate(rows) if words in row) for words in ("boto3.client", "s3:*")]
    assert places(found, "LAM101", "LAM701") == [("LAM101", where[0]), ("LAM701", where[1])]
    assert editor.diagnostics[host] == []
    hover = editor.ask("textDocument/hover", textDocument={"uri": files}, position=found[0]["range"]["start"])
    assert f"# {found[0]['code']} " in hover["contents"]["value"]
    # Without the template nothing calls `run`.
    editor.tell(
        "textDocument/didChange",
        textDocument={"uri": files, "version": 2},
        contentChanges=[{"text": text.partition("%%writefile t")[0]}],
    )
    assert editor.found(files) == []


def test_a_file_of_the_same_name_on_disk_does_not_count_twice(editor):
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": part} for part in FILES.split("\n\n\n")
    ]
    saved = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (editor.folder / "lab.ipynb").write_text(json.dumps(saved))
    files = view(editor, "lab.ipynb.python-lambdalint.cells", "lambdalint", FILES)
    assert len(places(editor.found(files), "LAM101", "LAM701")) == 2


def test_what_is_saved_is_looked_at_again_in_notebooks_too(editor):
    uri = open_notebook(editor, [("one", 2, "import boto3"), ("two", 2, HANDLER)])
    assert places(editor.found(f"{uri}#two"), "LAM101")
    (editor.folder / "lambdalint.toml").write_text('ignore = ["LAM101"]\n')
    editor.tell("notebookDocument/didSave", notebookDocument={"uri": uri})
    assert not places(editor.found(f"{uri}#two"), "LAM101")
