"""Which part of the event an expression stands for is followed where it is certain, and nowhere else."""

from __future__ import annotations

import pytest

from lint_rules import Project


def paths(body: str, *more: str) -> list[str]:
    """The paths that a handler with this body reads, joined by dots; `more` are lines of the module."""
    lines = [*more, "def handler(event, context):", *(f"    {line}" for line in body.splitlines())]
    (handler,) = Project.of({"app.py": "\n".join(lines) + "\n"}).handlers
    return [".".join(read.path) for read in handler.event.reads]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("return event['a']['b']", ["a.b", "a"]),
        ("return event.get('a').get('b')", ["a.b", "a"]),
        ("x = event['a']\nreturn x['b']", ["a", "a.b"]),
        ("return (event.get('a') or {}).get('b')", ["a.b", "a"]),
        ("for r in event['Records']:\n    print(r['body'])", ["Records", "Records.[*].body"]),
        ("for n, r in enumerate(event['Records']):\n    print(r['body'])", ["Records", "Records.[*].body"]),
        ("return [r['body'] for r in event['Records']]", ["Records.[*].body", "Records"]),
        ("return event['Records'][0]", ["Records.[0]", "Records"]),
        ("import json\nreturn json.loads(event['body'])['id']", ["body.().id", "body"]),
        ("if (x := event['a'])['b']:\n    return x['c']", ["a.b", "a", "a.c"]),
    ],
)
def test_a_path_is_followed(body, found):
    assert sorted(paths(body)) == sorted(found)


@pytest.mark.parametrize(
    "body",
    [
        "x = event\nx = {}\nreturn x['a']",
        "event = dict(other)\nreturn event['a']",
        "return event[context.function_name]",
        "for k, v in event.items():\n    print(v['a'])",
        "return (lambda event: event['a'])({})",
        "x = make(event)\nreturn x['a']",
        "return context['a']",
    ],
)
def test_what_is_not_certain_has_no_path(body):
    assert paths(body) == []


def test_a_path_goes_into_functions_of_the_project():
    work = ("def work(record, more=None):", "    return record['body']")
    assert "Records.[*].body" in paths("return [work(r) for r in event['Records']]", *work)


def test_a_function_that_gets_two_parts_has_no_path():
    work = ("def work(part):", "    return part['a']")
    assert paths("return work(event['x']), work(event['y'])", *work) == ["x", "y"]


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        ("return event['a']", True),
        ("return event.get('a')", False),
        ("if 'a' in event:\n    return event['a']", False),
        ("try:\n    return event['a']\nexcept KeyError:\n    return 1", False),
        ("return event['a'] if event else 1", False),
        ("with open('/tmp/x') as file:\n    return event['a']", True),
    ],
)
def test_a_part_is_needed_where_its_absence_ends_the_work(body, needed):
    lines = ["def handler(event, context):", *(f"    {line}" for line in body.splitlines())]
    (handler,) = Project.of({"app.py": "\n".join(lines) + "\n"}).handlers
    assert [read.needed for read in handler.event.reads] == [needed]
