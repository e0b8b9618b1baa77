"""Intrinsic functions come to what the text decides, and to unknown where only a deployment can tell."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules.engine.sources.node import Map, Scalar, Unknown
from lint_rules.engine.sources.yaml import read_yaml
from lint_rules.engine.templates.intrinsics import Scope, references


def resolved(expression: str, rest: str = "") -> object:
    """The value that an expression comes to; "unknown" or None for absent."""
    roots, problem = read_yaml(f"{textwrap.dedent(rest)}\nX: {expression}\n", "t.yaml")
    assert problem is None, problem
    root = roots[0]
    assert isinstance(root, Map)
    node = Scope(root).resolve(root.get("X"))
    if isinstance(node, Unknown):
        return "unknown"
    return node.value if isinstance(node, Scalar) else node


PARAMETERS = """
    Parameters:
      Stage: {Type: String, Default: test}
      Name: {Type: String}
      Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
    Mappings:
      Sizes:
        test: {Memory: 256}
    Conditions:
      IsTest: !Equals [!Ref Stage, test]
      IsProd: !Not [!Condition IsTest]
      Both: !And [!Condition IsTest, !Condition IsProd]
      Either: !Or [!Condition IsTest, !Equals [!Ref Name, x]]
      Open: !Equals [!Ref Name, x]
      Loop: !Not [!Condition Loop]
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Ref Stage", "test"),
        ("!Ref Name", "unknown"),
        ("!Ref Stored", "unknown"),
        ("!Ref AWS::Region", "unknown"),
        ("!Ref AWS::NoValue", None),
        ("!Sub 'a-${Stage}'", "a-test"),
        ("!Sub 'a-${!Literal}'", "a-${Literal}"),
        ("!Sub 'a-${AWS::Region}'", "unknown"),
        ("!Sub ['${A}-${Stage}', {A: !Ref Stage}]", "test-test"),
        ("!Join ['-', [a, !Ref Stage]]", "a-test"),
        ("!Join ['-', [a, !GetAtt B.Arn]]", "unknown"),
        ("!FindInMap [Sizes, !Ref Stage, Memory]", 256),
        ("!FindInMap [Sizes, !Ref Name, Memory]", "unknown"),
        ("!If [IsTest, 1, 2]", 1),
        ("!If [IsProd, 1, 2]", 2),
        ("!If [Both, 1, 2]", 2),
        ("!If [Either, 1, 2]", 1),
        ("!If [Open, 1, 2]", "unknown"),
        ("!If [Loop, 1, 2]", "unknown"),
        ("!If [IsTest, !Ref AWS::NoValue, 2]", None),
        ("!ImportValue other", "unknown"),
        ("!Select [0, [a, b]]", "a"),
        ("!Select [2, [a, b]]", "unknown"),
        ("!Select [1, !Split ['-', 'x-y']]", "y"),
        ("!Select [0, !GetAZs '']", "unknown"),
        ("!Split ['-', !Ref AWS::StackName]", "unknown"),
        ("'{{resolve:ssm:/name}}'", "unknown"),
    ],
)
def test_an_intrinsic_comes_to(expression: str, value: object) -> None:
    assert resolved(expression, PARAMETERS) == value


def test_conditions_that_multiply_are_worked_out_once() -> None:
    lines = ["Conditions:", "  C0: !Equals [a, a]"]
    lines += [f"  C{n}: !And [{', '.join([f'!Condition C{n - 1}'] * 10)}]" for n in range(1, 20)]
    assert resolved("!If [C19, yes, no]", "\n".join(lines)) is True


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("!Ref A", ["A"]),
        ("!Ref A.Alias", ["A"]),
        ("!GetAtt A.Arn", ["A"]),
        ("{'Fn::GetAtt': [A, Arn]}", ["A"]),
        ("!Sub '${A.Arn}/${B}/${AWS::Region}/${!C}'", ["A", "B"]),
        ("!Join [':', [x, !Ref A, !GetAtt B.Arn]]", ["A", "B"]),
        ("plain", []),
    ],
)
def test_references_are_the_logical_ids_named(expression: str, names: list[str]) -> None:
    roots, _ = read_yaml(expression, "t.yaml")
    assert list(references(roots[0])) == names
