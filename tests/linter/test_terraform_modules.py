"""Folders of Terraform: modules followed, JSON syntax, handlers found, and what cannot be read."""

from __future__ import annotations

import builtins
import importlib.util
import textwrap
from typing import Any

import pytest

from lint_rules import Project, Queue, Template
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


def test_a_local_module_is_followed_and_not_read_twice() -> None:
    files = {
        "main.tf": """
            module "orders" {
              source  = "./modules/fn"
              seconds = 45
            }
            resource "aws_lambda_event_source_mapping" "m" {
              function_name    = module.orders.arn
              event_source_arn = aws_sqs_queue.q.arn
            }
            resource "aws_sqs_queue" "q" {}
        """,
        "modules/fn/main.tf": """
            variable "seconds" { default = 3 }
            resource "aws_lambda_function" "this" {
              filename = data.archive_file.code.output_path
              handler  = "app.handler"
              timeout  = var.seconds
            }
            data "archive_file" "code" { source_dir = "${path.module}/src" }
            output "arn" { value = aws_lambda_function.this.arn }
        """,
    }
    found = template(files)
    (spec,) = found.functions
    assert spec.logical_id == "module.orders.aws_lambda_function.this"
    assert (spec.timeout.value, spec.code_uri.value) == (45, "modules/fn/src")
    assert spec.handler.span.path == "modules/fn/main.tf"
    assert [event.kind for event in spec.events] == ["SQS"]


def test_a_module_that_calls_itself_ends() -> None:
    assert template('module "m" { source = "./" }\nresource "aws_sqs_queue" "q" {}').all(Queue)


def test_a_dynamic_block_leaves_what_it_makes_open() -> None:
    found = template("""
        resource "aws_lambda_function" "f" {
          dynamic "dead_letter_config" {
            for_each = var.queues
            content { target_arn = dead_letter_config.value }
          }
        }
    """)
    assert found.functions[0].dead_letter.state == "unresolved"


def test_json_syntax_reads_alike() -> None:
    found = template({
        "main.tf.json": """
            {"variable": {"n": {"default": "orders"}},
             "resource": {
               "aws_lambda_function": {"f": {"timeout": 9, "function_name": "${var.n}-x",
                 "dead_letter_config": {"target_arn": "${aws_sqs_queue.q.arn}"}}},
               "aws_sqs_queue": {"q": {}}}}
        """
    })  # fmt: skip
    (spec,) = found.functions
    assert (spec.timeout.value, spec.value("FunctionName").value) == (9, "orders-x")
    assert found.text[spec.timeout.span.start : spec.timeout.span.end] == "9"
    assert found.named(Queue, spec.dead_letter) is not None


def test_the_handler_of_a_terraform_function_is_found(findings: Any) -> None:
    terraform = """
        data "archive_file" "z" {
          source_file = "${path.module}/src/code.py"
          output_path = "lambda.zip"
        }
        resource "aws_lambda_function" "f" {
          filename = "lambda.zip"
          handler  = "code.run"
          runtime  = "python3.13"
        }
    """
    code = "import boto3\n\ndef run(a, b):\n    s3 = boto3.client('s3')\n    return s3.list_buckets()\n"
    files = {"infra/main.tf": textwrap.dedent(terraform), "infra/src/code.py": code}
    assert findings(files, "client-init-in-handler") == [("client-init-in-handler", 4)]


def test_a_broken_file_is_told_and_its_folder_is_not_judged() -> None:
    files = {
        "a/ok.tf": 'resource "aws_sqs_queue" "q" {}',
        "a/bad.tf": 'resource "x" {\n',
        "b/x.tf": 'resource "aws_sqs_queue" "q" {}',
    }
    found = {item.name: item for item in templates(files)}
    assert found["a/bad.tf"].error is not None
    assert set(found) == {"a/bad.tf", "b/x.tf"}


def test_a_folder_without_anything_of_aws_is_no_template() -> None:
    assert templates('resource "google_x" "y" { a = 1 }\n') == []


def test_without_the_parser_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    real = builtins.__import__
    monkeypatch.setattr(
        builtins,
        "__import__",
        lambda name, *a: (
            (_ for _ in ()).throw(ImportError(name)) if name.startswith("tree_sitter") else real(name, *a)
        ),
    )
    text = 'resource "aws_sqs_queue" "q" {}'
    project = Project.of({"a.tf": text, "b/b.tf": text})
    (problem,) = project.problems
    assert 'pip install "lambdalint[terraform]"' in problem.message
    assert problem.severity.label == "advice"
