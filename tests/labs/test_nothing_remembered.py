"""What learners' code finds in its own memory, which is a copy of that of processes of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from course.cloud.runtime.world import Tier
from course.lab import nest
from course.lab.checks import Examiner
from course.lab.document import Check
from course.lab.forkserver import ForkServer

pytestmark = pytest.mark.skipif(Tier().find().tier != "full", reason="this system refuses namespaces")

LOOKS = """
import os  # no boto3 needed
def handler(event, context): return found(*event)
"""

TELL = '''
def tells(cloud, answer):
    """A function is given something, and used."""
    role = cloud.client("iam")
    for number in range(3):
        answer.deploy(f"told{number}", handler="told.handler", files=["told.py"],
                      Environment={"Variables": {"GIVEN": ("what-only-the-" + "first-may-know") * (1 + 40 * number)}})
        invoke(cloud, f"told{number}", {"given": "what-only-the-" + "first-may-know"})
'''

LOOK = '''
def looks(cloud, answer):
    """Other code looks for it."""
    mark = ("what-only-the-", "first-may-know")
    answer.deploy("looks", handler="looks.handler", files=["looks.py"], Timeout=10)
    raise Failure(json.dumps([answer.call("looks.py", "found", *mark), invoke(cloud, "looks", [*mark]).payload]))
'''


@pytest.fixture(params=["new interpreter", "fork"])
def examiner(request: pytest.FixtureRequest) -> Iterator[Examiner]:
    with ForkServer() as server, Examiner(server if request.param == "fork" else None) as using:
        yield using


@pytest.mark.parametrize("kind", ["boto3", "no SDK"])
def test_nothing_that_another_function_was_given_can_be_found(
    examiner: Examiner, memory_search: str, kind: str
) -> None:
    tell = Check("tells", "", 1, TELL, False, None, 30)
    look = replace(tell, name="looks", source=LOOK)
    told = f"# {kind}\ndef handler(event, context): return len(event)"
    result = examiner.examine(tell, {"told.py": told})
    assert result.verdict.value == "passed", result
    result = examiner.examine(look, {"looks.py": memory_search + LOOKS.replace("boto3", kind)})
    # What each puts together itself it may find, and once more where the regions that it reads overlap it.
    assert all(count <= 2 for count in json.loads(result.rationale)), result.rationale
    assert examiner.started == 1


PRELOADS = """
import os, sys
opened = []
sys.addaudithook(lambda name, given: opened.append(str(given[0])) if name == "open" else None)
sys.path.insert(0, sys.argv[1])
import zygote
zygote.preload("boto3")
assert any("botocore" in path for path in opened)
print([path for path in opened if path.startswith(os.environ["HOME"])])
"""


def test_keys_that_whoever_grades_has_at_home_are_not_read_for_what_is_copied(tmp_path: Path) -> None:
    """The account may be a real one, and what a process has read lies in the memory of its forks."""
    (tmp_path / ".aws").mkdir()
    for name in ("config", "credentials"):
        (tmp_path / ".aws" / name).write_text("[default]\naws_secret_access_key = for-the-teacher-alone\n")
    folder = Path(nest.__file__).parents[1] / "cloud" / "runtime" / "child"
    command = [sys.executable, "-B", "-c", PRELOADS, str(folder)]
    told = subprocess.run(
        command, env={"HOME": str(tmp_path), "PATH": os.defpath}, check=True, capture_output=True, text=True
    )
    assert told.stdout == "[]\n"
