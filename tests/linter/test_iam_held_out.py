"""Functions that call what held-out public ones call, with roles that grant what theirs do: the verdicts that were
found by reading them, and no others.

`facts/aws_calls_held_out.json` and `facts/aws_calls_unseen.json`, a second set that was chosen after all that the first
led to, name the public functions; `benchmarks/iam_accuracy.py` measures on themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from lint_rules import Project
from lint_rules.engine.access.access import RoleAccess
from lint_rules.engine.iam.actions import action_facts
from lint_rules.engine.iam.calls import actions_of_call


def facts(name: str) -> list[dict[str, Any]]:
    text = (Path(__file__).parent / "facts" / f"{name}.json").read_text(encoding="utf-8")
    functions: list[dict[str, Any]] = json.loads(text)["functions"]
    return functions


FIRST, SECOND = facts("aws_calls_held_out"), facts("aws_calls_unseen")
ALL = [*FIRST, *SECOND]
JUDGED = [fact for fact in ALL if fact["excess"] is not None]
TEMPLATE = """
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties: {{Handler: app.handler, Runtime: python3.13, Code: ./, Role: !GetAtt Role.Arn}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement: {{Effect: Allow, Action: [{actions}], Resource: '*'}}
"""
FREE = {"sts:GetCallerIdentity"}
"""What nobody needs a policy for."""
KEYS = "aws_access_key_id=event['id'], aws_secret_access_key=event['key']"


def named(fact) -> str:
    return f"{fact['repository'].partition('/')[2]}/{fact['function']}"


def code(fact) -> str:
    lines = ["import boto3", "def handler(event, context):"]
    for call in fact["calls"]:
        service, _, operation = call.partition(".")
        keys = ", " + KEYS if call in fact["others_credentials"] else ""
        lines.append(f"    boto3.client('{service}'{keys}).{xform_name(operation)}()")
    return "\n".join([*lines, "    return {}"])


def needed(fact) -> set[str]:
    own = [call.split(".") for call in fact["calls"] if call not in fact["others_credentials"]]
    return {action for service, name in own for action in actions_of_call(service, name) or ()} - FREE


def said(fact) -> set[str]:
    """What is too much, without what is left alone."""
    return {*fact["excess"]} - {*fact.get("silent", ())}


def judge(fact, granted: set[str]) -> tuple[set[str], set[str], set[str]]:
    """The calls found, the actions missing, and those too many with high confidence."""
    actions = ", ".join(f"'{one}'" for one in sorted(granted)) or "logs:PutLogEvents"
    files = {"template.yaml": TEMPLATE.format(actions=actions), "app.py": code(fact)}
    access = Project.of(files).access
    (function,) = access.functions
    assert function.use is not None
    missing = {need.action for need in function.missing}
    return {call.name for call in function.use.calls}, missing, {*certain(access.roles)}


def certain(roles: tuple[RoleAccess, ...]) -> Iterator[str]:
    for role in roles:
        yield from (each.what for each in role.excess if each.confidence == "high")


@pytest.mark.parametrize("fact", JUDGED, ids=named)
def test_a_held_out_function_is_judged_as_its_reader_judged_it(fact):
    granted = needed(fact) - {*fact["missing"]} | {*fact["excess"]}
    assert judge(fact, granted) == ({*fact["calls"]}, {*fact["missing"]}, said(fact))


@pytest.mark.parametrize(
    ("fact", "lost"),
    [(fact, one) for fact in JUDGED for one in sorted(needed(fact))],
    ids=lambda given: given if isinstance(given, str) else named(given),
)
def test_each_permission_of_a_held_out_function_is_missed_when_it_is_taken_away(fact, lost):
    granted = needed(fact) - {lost} | {*fact["excess"]}
    assert judge(fact, granted)[1:] == ({lost}, said(fact))


@pytest.mark.parametrize("fact", ALL, ids=named)
def test_every_held_out_call_and_verdict_is_about_actions_that_exist(fact):
    for call in fact["calls"]:
        assert actions_of_call(*call.split(".")) is not None
    for text in (*(fact["missing"] or ()), *(fact["excess"] or ())):
        assert "*" in text or action_facts(text)


def test_the_held_out_sets_have_a_hundred_functions_and_no_label_from_elsewhere():
    first, second, known = (
        {fact["repository"] for fact in each} for each in (FIRST, SECOND, facts("aws_calls"))
    )
    assert (len(FIRST), len(SECOND)) == (60, 43)
    assert len({(fact["repository"], fact["file"]) for fact in ALL}) == 103
    assert (len(first), len(second)) == (43, 25)
    assert first.isdisjoint(second | known)
    assert second.isdisjoint(known)
    assert all(sum(fact["repository"] == one for fact in ALL) <= 2 for one in first | second)
