"""What learners' code finds in its own memory, which is a copy of that of processes of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from course.cloud.runtime.world import Tier
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
