"""SnapStart: the hooks around the snapshot run, and logs and billing speak of a restore."""

from __future__ import annotations

from typing import Any

HOOKS = """
from snapshot_restore_py import register_after_restore, register_before_snapshot
ran = []
register_before_snapshot(lambda: ran.append("before"))
register_after_restore(lambda: ran.append("after"))
def handler(e, c):
    return ran
"""


def test_the_hooks_of_a_published_version_run_before_its_first_invocation(
    api: Any, deploy: Any, invoke: Any
) -> None:
    deploy(HOOKS, SnapStart={"ApplyOn": "PublishedVersions"}, Publish=True)
    answer = invoke("f:1")
    assert answer.payload == ["before", "after"]
    assert "Restore Duration" in answer.report
    assert "Init Duration" not in answer.report
    assert "Restore Duration" not in invoke("f:1").report


def test_the_unpublished_function_starts_as_usual(deploy: Any, invoke: Any) -> None:
    deploy(HOOKS, SnapStart={"ApplyOn": "PublishedVersions"})
    answer = invoke("f")
    assert answer.payload == []
    assert "Init Duration" in answer.report


def test_a_hook_that_fails_fails_the_invocation(deploy: Any, invoke: Any) -> None:
    deploy(
        HOOKS.replace('ran.append("after")', "1 / 0"),
        SnapStart={"ApplyOn": "PublishedVersions"},
        Publish=True,
    )
    answer = invoke("f:1")
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "ZeroDivisionError"
    assert "division by zero" in answer.payload["errorMessage"]
