"""Which variables of modules every invocation sets anew before anything reads them: advice, and no error."""

from __future__ import annotations

import pytest

from lint_rules import Config, Project, Severity, lint

HEAD = """
import json

user = None
seen = {"user": None}

def greet():
    return f"Hello {user}"

def welcome():
    return greet()

def own(event):
    user = event["user"]
    return user
"""


def severities(body):
    text = (
        HEAD + "\ndef handler(event, context):\n    global user\n    " + body.replace("\n", "\n    ") + "\n"
    )
    return [finding.severity for finding in lint(Project.of({"app.py": text}), Config(select=("LAM105",)))]


@pytest.mark.parametrize(
    "body",
    [
        "user = event['user']\nreturn welcome()",
        "if 'user' not in event:\n    return 400\nuser = event['user']\nreturn welcome()",
        "user = own(event)\nreturn welcome()",
        "try:\n    user = event['user']\n    return welcome()\nexcept KeyError:\n    return 500",
        "print(json.dumps(1))\nseen['user'] = event['user']\nreturn seen",
    ],
)
def test_what_every_invocation_sets_first_is_advice(body):
    assert severities(body) == [Severity.ADVICE]


@pytest.mark.parametrize(
    "body",
    [
        "if 'user' in event:\n    user = event['user']\nreturn welcome()",
        "before = welcome()\nuser = event['user']\nreturn before",
        "print(user)\nuser = event['user']\nreturn welcome()",
        "user = f\"{user} {event['user']}\"\nreturn welcome()",
        "for record in event['Records']:\n    user = record['user']\nreturn welcome()",
        "seen['user'] = event['user']\nif event['mail']:\n    seen['mail'] = event['mail']\nreturn seen",
        "if welcome():\n    return 1\nuser = event['user']\nreturn user",
    ],
)
def test_what_may_be_met_by_the_next_invocation_is_an_error(body):
    assert severities(body) == [Severity.ERROR]
