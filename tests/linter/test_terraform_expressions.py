"""Expressions of Terraform: what the files decide, and what they leave open."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from lint_rules import Project, Template
from lint_rules.engine.sources.hcl import can_read

pytestmark = pytest.mark.skipif(not can_read(), reason="what reads Terraform is not installed")


def templates(files: str | dict[str, str]) -> list[Template]:
    given = {"main.tf": files} if isinstance(files, str) else files
    project = Project.of({path: textwrap.dedent(text) for path, text in given.items()})
    found = project.templates
    assert project.crashes == []
    return found


def template(files: str | dict[str, str]) -> Template:
    (found,) = templates(files)
    assert found.error is None, found.error
    return found


def evaluated(expression: str, more: str = "") -> Any:
    text = f'resource "aws_lambda_function" "f" {{\n  description = {expression}\n}}\n' + textwrap.dedent(
        more
    )
    value = template(text).functions[0].value("Description")
    if value.known and isinstance(value.value, list):
        return [item.value for item in value.value]
    if value.known and isinstance(value.value, dict):
        return {key: item.value for key, item in value.value.items()}
    return value.value if value.known else value.text or value.state


NAMES = """
    variable "stage" { default = "test" }
    variable "open" {}
    variable "sizes" { default = { test = 256 } }
    locals {
      name  = "orders-${var.stage}"
      loop  = local.loop
      tags  = merge({ a = 1 }, { b = 2 })
    }
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('"plain"', "plain"),
        (r'"a\n\"b\" $${c}"', 'a\n"b" ${c}'),
        ("60 * 5", 300),
        ("(1 + 2) * 2", 6),
        ("-1", -1),
        ("!true", False),
        ("1 / 0", "unresolved"),
        ("var.stage", "test"),
        ("var.open", "unresolved"),
        ("var.sizes.test", 256),
        ("var.sizes[var.stage]", 256),
        ('var.sizes["none"]', "unresolved"),
        ("local.name", "orders-test"),
        ("local.loop", "unresolved"),
        ("local.tags", {"a": 1, "b": 2}),
        ('"${var.stage}"', "test"),
        ('"x-${var.open}"', "x-${var.open}"),
        ('var.stage == "test" ? 1 : 2', 1),
        ('var.stage != "test" || false ? 1 : 2', 2),
        ("var.open ? 1 : 2", "unresolved"),
        ('format("%s-%d", var.stage, 3)', "test-3"),
        ('join(",", ["a", var.stage])', "a,test"),
        ('concat(["a"], ["b"])', ["a", "b"]),
        ('upper("a")', "A"),
        ('file("x.txt")', "unresolved"),
        ("[for k in [1, 2] : k]", "unresolved"),
        ("each.value", "unresolved"),
        ("<<EOF\nline\nEOF", "line\n"),
        ('jsonencode({ "x-y" = [1] })["x-y"]', [1]),
    ],
)
def test_an_expression_comes_to(expression: str, value: object) -> None:
    assert evaluated(expression, NAMES) == value


def test_a_null_argument_is_absent() -> None:
    assert evaluated("null") == "absent"
