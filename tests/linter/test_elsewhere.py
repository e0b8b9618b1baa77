"""Imports of what lies neither beside nor above: layers, and packages that a build copies into a function."""

from __future__ import annotations

import pytest

from lint_rules import Project

APP = "from {place} import send\ndef handler(event, context):\n    send()\n"
SEND = "import boto3\ndef send():\n    boto3.client('sns').publish(TopicArn='t', Message='m')\n"


def calls(files: dict[str, str], at: str = "functions/orders/app.py") -> tuple[list[str], bool]:
    (handler,) = (one for one in Project.of(files).handlers if one.module.name == at)
    return [call.name for call in handler.aws.calls], "*" in handler.aws.unseen


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("ours", "packages/ours/ours.py"),
        ("ours", "packages/ours/ours/__init__.py"),
        ("ours.sending", "packages/core/ours/sending.py"),
        ("ours.sending", "shared-Library/python/ours/sending.py"),
        ("ours.deep.sending", "core/ours/deep/sending/__init__.py"),
    ],
)
def test_the_only_module_of_a_name_is_what_an_import_means(place, path):
    files = {"functions/orders/app.py": APP.format(place=place), path: SEND}
    assert calls(files) == (["sns.Publish"], False)


@pytest.mark.parametrize(
    ("place", "others"),
    [
        ("ours", {"a/ours.py": SEND, "b/ours.py": SEND}),
        ("ours", {"a/ours.py": SEND, "b/ours/__init__.py": ""}),
        ("ours", {"tests/ours.py": SEND}),
        ("ours", {"a/test_ours.py": SEND}),
        ("ours", {"a/ours.py": SEND, "a/__init__.py": ""}),
        ("ours.sending", {"a/sending.py": SEND}),
        ("ours.sending", {"a/ours/sending.py": SEND, "b/ours/sending.py": SEND}),
    ],
)
def test_what_several_modules_or_none_may_be_stays_unknown(place, others):
    files = {"functions/orders/app.py": APP.format(place=place), **others}
    assert calls(files) == ([], True)


@pytest.mark.parametrize("place", ["queue", "requests", "stripe", "opensearchpy", "mypy_boto3_sns"])
def test_packages_known_by_name_are_not_looked_for_in_the_project(place):
    files = {"functions/orders/app.py": APP.format(place=place), f"a/{place}.py": SEND}
    assert calls(files)[0] == []


def test_what_lies_above_goes_before_what_lies_elsewhere():
    files = {
        "functions/orders/app.py": APP.format(place="ours"),
        "functions/ours.py": SEND.replace("sns", "sqs").replace("publish", "list_queues"),
        "packages/ours.py": SEND,
    }
    assert calls(files)[0] == ["sqs.ListQueues"]


def test_a_module_is_not_what_it_imports_itself():
    files = {"functions/orders/ours.py": APP.format(place="ours")}
    assert calls(files, "functions/orders/ours.py") == ([], True)


@pytest.mark.parametrize("path", ["packages/ours.py", "a/b/ours/__init__.py"])
def test_a_file_is_linted_together_with_what_it_imports_from_elsewhere(path):
    from lint_rules.engine.islands import islands
    from lint_rules.engine.links import links_of

    files = {"functions/orders/app.py": APP.format(place="ours"), path: SEND, "other/app.py": ""}
    groups = islands({name: links_of(name, text) for name, text in files.items()})
    assert sorted(map(len, groups)) == [1, 2]
