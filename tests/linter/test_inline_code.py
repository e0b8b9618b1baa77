"""Python code inside templates: found once, at the line and column of the template, and mended there."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import pytest

from lint_rules import Config, Finding, Project, Related, Span, lint

YAML = """\
Resources:
  Report:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.run
      Runtime: python3.13
      Role: arn:aws:iam::123456789012:role/x
      Code:
        ZipFile: {style}
          import boto3

          def run(a, b):
              s3 = boto3.client("s3")  # made here
              return s3.list_buckets()
      Timeout: 5
"""
RULE = "client-init-in-handler"


def place(files: dict[str, str], rule: str = RULE) -> list[tuple[str, int, int]]:
    project = Project.of(files)
    found = []
    for finding in lint(project, Config(select=(rule,))):
        at = project.documents[finding.span.path].locate(finding.span.start)
        found.append((finding.span.path, at.row, at.column))
    return found


@pytest.mark.parametrize("style", ["|", "|-", "|+", "!Sub |", "\n          Fn::Sub: |"])
def test_code_in_a_block_is_linted_at_its_place(style: str) -> None:
    text = YAML.replace("{style}", style)
    if "Fn::Sub" in style:
        text = textwrap.dedent(text).replace("          import", "            import")
        head, tail = text.split("Fn::Sub: |\n")
        body, rest = tail.split("      Timeout")
        lines = [
            ("  " + line if line.strip() and "import" not in line else line) for line in body.splitlines()
        ]
        text = head + "Fn::Sub: |\n" + "\n".join(lines) + "\n      Timeout" + rest
    rows = text.splitlines()
    row = next(number for number, line in enumerate(rows, 1) if "made here" in line)
    assert place({"t.yaml": text}) == [("t.yaml", row, rows[row - 1].index("boto3") + 1)]


def test_line_ends_of_windows_move_nothing() -> None:
    text = YAML.replace("{style}", "|").replace("\n", "\r\n")
    assert place({"t.yaml": text}) == [("t.yaml", 13, 20)]


def test_code_in_a_string_of_json_is_linted_at_its_place() -> None:
    code = 'import boto3\n\ndef handler(event, context):\n\ts3 = boto3.client("s3")\n\treturn s3.x()\n'
    body = {"Handler": "index.handler", "Runtime": "python3.13", "Code": {"ZipFile": code}}
    text = json.dumps({"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": body}}})
    assert place({"t.json": text}) == [("t.json", 1, text.index("boto3.client") + 1)]


def test_lines_that_are_joined_are_one_module() -> None:
    lines = [
        "import boto3",
        "def handler(event, context):",
        "    s3 = boto3.client('s3')",
        "    return s3.x()",
    ]
    body = {
        "Handler": "index.handler",
        "Runtime": "python3.13",
        "Code": {"ZipFile": {"Fn::Join": ["\n", lines]}},
    }
    text = json.dumps({"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": body}}}, indent=1)
    row = next(number for number, line in enumerate(text.splitlines(), 1) if "client" in line)
    assert [(path, found) for path, found, _ in place({"t.json": text})] == [("t.json", row)]


def test_code_that_a_stack_of_the_cdk_holds() -> None:
    text = (
        "from aws_cdk import aws_lambda as _lambda\n"
        "_lambda.Function(scope, 'F', runtime=_lambda.Runtime.PYTHON_3_13, handler='index.run',\n"
        '    code=_lambda.Code.from_inline("""\n'
        "import boto3\n"
        "def run(a, b):\n"
        "    return boto3.client('s3').list_buckets()\n"
        '"""))\n'
    )
    assert place({"stack.py": text}) == [("stack.py", 6, 12)]


def test_a_comment_in_the_code_silences_it(findings: Any) -> None:
    text = YAML.replace("{style}", "|").replace("# made here", "# noqa: LAM101")
    assert findings({"t.yaml": text}, RULE) == []


def test_a_fix_keeps_the_indentation_of_the_template(fixed: Any) -> None:
    after = fixed({"t.yaml": YAML.replace("{style}", "|").replace("  # made here", "")}, RULE)["t.yaml"]
    inside = after.split("ZipFile: |\n")[1].split("      Timeout")[0]
    assert textwrap.dedent(inside) == textwrap.dedent("""\
        import boto3

        s3 = boto3.client("s3")

        def run(a, b):
            return s3.list_buckets()
        """)
    assert all(line.startswith(" " * 10) or not line for line in inside.splitlines())


@pytest.mark.parametrize("runtime", ["nodejs22.x", "!Ref Runtime"])
def test_code_that_is_not_surely_python_is_left_alone(runtime: str) -> None:
    assert place({"t.yaml": YAML.replace("{style}", "|").replace("python3.13", runtime)}) == []


def test_code_in_a_folded_scalar_is_left_alone() -> None:
    assert place({"t.yaml": YAML.replace("{style}", ">")}) == []


def test_broken_code_is_told_at_its_place(findings: Any) -> None:
    text = YAML.replace("{style}", "|").replace("def run(a, b):", "def run(a, b:")
    assert place({"t.yaml": text}, "inline-code-syntax") == [("t.yaml", 12, 18)]


def test_code_with_parts_that_a_deployment_fills_in_may_not_parse_here() -> None:
    text = YAML.replace("{style}", "!Sub |").replace("def run(a, b):", "${Code}(a, b):")
    assert place({"t.yaml": text}, "inline-code-syntax") == []


def test_the_same_code_beside_the_template_is_another_matter() -> None:
    text = YAML.replace("{style}", "|")
    code = "import boto3\n\ndef run(a, b):\n    return boto3.client('s3').x()\n"
    assert place({"t.yaml": text, "index.py": code}) == [("t.yaml", 13, 20)]


def test_a_second_place_in_the_code_is_shown_in_the_template() -> None:
    text = (
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.13\n"
        "      Handler: index.handler\n      Code:\n        ZipFile: |\n          def handler(event, context):\n"
        "            return 1\n"
    )
    project = Project.of({"t.yaml": text})
    module = next(module for module in project.modules if "#" in module.document.path)
    assert module.tree is not None
    there = Related("here", module.span(module.tree.body[0]))
    placed = project.placed(Finding("m", Span("t.yaml", 0, 9), related=(there,)))
    assert placed.span == Span("t.yaml", 0, 9)
    assert placed.related[0].span == Span("t.yaml", text.index("def"), len(text) - 1)
