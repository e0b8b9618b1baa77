"""What a notebook shows when AWS refuses a call: the learner's lines and AWS's sentence, not botocore's insides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course.lab import kernel

CALL = """\
import boto3
from botocore.stub import Stubber
client = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
stubber = Stubber(client)
stubber.add_client_error("list_queues", "AccessDenied", "You may not.")
stubber.activate()
def look():
    return client.list_queues()
look()
"""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config({"HistoryManager": {"enabled": False}})
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(colors="nocolor", config=config)
    kernel.begin()
    yield made
    InteractiveShell.clear_instance()


def test_of_a_refused_call_the_learners_lines_and_the_sentence_are_shown(shell, capsys):
    result = shell.run_cell(CALL)
    shown = capsys.readouterr().out
    assert "return client.list_queues()" in shown
    assert "look()" in shown
    assert "You may not." in shown
    assert "botocore/client.py" not in shown
    assert type(result.error_in_exec).__name__ == "ClientError"


def test_other_errors_are_shown_as_ever(shell, capsys):
    result = shell.run_cell("import json\njson.loads('{')")
    shown = capsys.readouterr().out
    assert "json/decoder.py" in shown
    assert type(result.error_in_exec).__name__ == "JSONDecodeError"
