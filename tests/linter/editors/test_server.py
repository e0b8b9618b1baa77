"""The language server as an editor meets it: a process, and messages on its standard input and output."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("pygls", reason="the extra lambdalint[server] is not installed")

BAD = """\
import boto3


def handler(event, context):
    s3 = boto3.client("s3", region_name="😀")
    return len(s3.list_buckets()["Buckets"])
"""
WIDE = BAD.replace("s3 = boto3", "x = '😀'; s3 = boto3")
FIXABLE = "x = 1  # noqa: LAM899\n"
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.run
      CodeUri: .
"""


def test_findings_come_and_go_as_one_types(editor):
    (found,) = editor.open("app.py", WIDE)
    assert (found["code"], found["source"], found["severity"]) == ("LAM101", "lambdalint", 2)
    start = found["range"]["start"]
    assert (start["line"], start["character"]) == (4, len("    x = '\U0001f600'; s3 = ") + 1)
    assert editor.type("app.py", "x = 1\n", 2) == []
    assert len(editor.type("app.py", BAD, 3)) == 1
    assert [d["code"] for d in editor.type("app.py", "def (", 4)] == ["LAM990"]
    editor.tell("textDocument/didClose", textDocument={"uri": editor.uri("app.py")})
    assert editor.found(editor.uri("app.py")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_what_was_known_of_a_text_before_is_given_back_with_each_key(editor):
    text = BAD + "".join(BAD.replace("handler", f"step_{number}") for number in range(30))
    assert len(editor.open("app.py", text)) == 31
    for number in range(5):
        editor.type("app.py", text + "#" * number, number + 2)
    before = editor.memory()
    for number in range(5, 40):
        editor.type("app.py", text + "#" * number, number + 2)
    assert editor.memory() - before < 5


def test_a_fix_is_offered_and_leads_where_the_command_line_leads(editor, applied):
    (found,) = editor.open("app.py", BAD)
    actions = editor.actions(editor.uri("app.py"), found["range"])
    assert [action["title"] for action in actions][1] == "Allow client-init-in-handler here"
    assert "(may change behaviour)" in actions[0]["title"]
    assert not actions[0]["isPreferred"]
    text = applied(BAD, actions[0]["edit"]["changes"][editor.uri("app.py")])
    assert editor.type("app.py", text, 2) == []
    text = applied(BAD, actions[1]["edit"]["changes"][editor.uri("app.py")])
    assert "  # lambdalint: allow[client-init-in-handler]\n" in text
    assert editor.type("app.py", text, 3) == []


def test_all_safe_fixes_at_once_when_the_editor_asks_for_them(editor, applied):
    editor.open("app.py", FIXABLE)
    uri = editor.uri("app.py")
    nowhere = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    (action,) = editor.actions(uri, nowhere, only=["source.fixAll"])
    assert action["kind"] == "source.fixAll.lambdalint"
    assert applied(FIXABLE, action["edit"]["changes"][uri]) == "x = 1\n"
    assert editor.actions(uri, nowhere, only=["refactor"]) == []
    assert editor.actions(uri, nowhere) == []


def test_hovering_explains(editor):
    (found,) = editor.open("app.py", BAD)
    hover = editor.ask(
        "textDocument/hover", textDocument={"uri": editor.uri("app.py")}, position=found["range"]["start"]
    )
    assert hover["contents"]["value"].startswith("# LAM101 client-init-in-handler\n")
    place = {"line": 0, "character": 0}
    assert (
        editor.ask("textDocument/hover", textDocument={"uri": editor.uri("app.py")}, position=place) is None
    )


def test_files_on_disk_and_open_ones_bear_on_each_other(editor):
    (editor.folder / "template.yaml").write_text(TEMPLATE)
    odd = BAD.replace("def handler(event, context)", "def run(a, b)")
    assert "LAM101" in [d["code"] for d in editor.open("app.py", odd)]
    editor.open("template.yaml", TEMPLATE.replace("app.run", "app.other"), "yaml")
    assert "LAM101" not in [d["code"] for d in editor.type("app.py", odd + "\n", 2)]


def test_the_configuration_counts_and_is_read_again_after_saving(editor):
    assert len(editor.open("app.py", BAD)) == 1
    (editor.folder / "lambdalint.toml").write_text('ignore = ["LAM101"]\n')
    editor.tell("textDocument/didSave", textDocument={"uri": editor.uri("app.py")})
    assert editor.found(editor.uri("app.py")) == []
    (editor.folder / "lambdalint.toml").write_text('ignor = ["LAM101"]\n')
    editor.tell("textDocument/didSave", textDocument={"uri": editor.uri("app.py")})
    editor.ask(
        "textDocument/hover", textDocument={"uri": editor.uri("app.py")}, position={"line": 0, "character": 0}
    )
    assert any('has no key "ignor". Did you mean "ignore"?' in line for line in editor.logged)


def test_what_has_no_file_yet_is_looked_at_alone(editor):
    uri = "untitled:Untitled-1"
    editor.tell(
        "textDocument/didOpen", textDocument={"uri": uri, "languageId": "python", "version": 1, "text": BAD}
    )
    assert [d["code"] for d in editor.found(uri)] == ["LAM101"]


def test_it_says_what_it_can(editor):
    assert editor.capabilities["hoverProvider"]
    assert editor.capabilities["codeActionProvider"]["codeActionKinds"] == [
        "quickfix",
        "source.fixAll.lambdalint",
        "notebook.source.fixAll.lambdalint",
    ]
    assert "notebookDocumentSync" in editor.capabilities


def test_a_mistake_of_ours_is_a_line_in_the_log_and_no_dialogue(editor):
    changed = [{"text": "x = 1\n", "range": {"start": {"line": 7, "character": 0}}}]  # a range has an end
    document = {"uri": editor.uri("app.py"), "version": 2}
    editor.tell("textDocument/didChange", textDocument=document, contentChanges=changed)
    assert "LAM101" in [d["code"] for d in editor.open("app.py", BAD)]
    assert (len(editor.logged), editor.shown) == (1, [])
