"""Terraform: resources in the common shape, with their places in the files."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from lint_rules import (
    Alarm,
    Bucket,
    LogGroup,
    Permission,
    Project,
    Queue,
    Role,
    Route,
    Schedule,
    Table,
    Template,
)
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


def test_a_function_is_read_with_its_places() -> None:
    found = template("""
        # ünïcödé
        resource "aws_lambda_function" "orders" {
          function_name = "örders"
          handler       = "app.handler"
          runtime       = "python3.13"
          timeout       = 30
          environment { variables = { TABLE = aws_dynamodb_table.t.name, A = "b" } }
          dead_letter_config { target_arn = aws_sqs_queue.failed.arn }
        }
        resource "aws_sqs_queue" "failed" {}
    """)
    (spec,) = found.functions
    assert (spec.logical_id, spec.handler.value, spec.timeout.value) == (
        "aws_lambda_function.orders",
        "app.handler",
        30,
    )
    assert found.text[spec.timeout.span.start : spec.timeout.span.end] == "30"
    assert found.text[spec.span.start : spec.span.end] == '"orders"'
    assert spec.environment.value["A"].value == "b"
    assert spec.environment.value["TABLE"].names == ("aws_dynamodb_table.t",)
    assert found.named(Queue, spec.dead_letter) is not None
    assert spec.memory.absent


def test_what_invokes_a_function_is_found_in_every_file_of_the_folder() -> None:
    found = template({
        "a.tf": 'resource "aws_lambda_function" "f" { handler = "a.b" }',
        "b.tf": """
            resource "aws_lambda_event_source_mapping" "m" {
              event_source_arn = aws_sqs_queue.q.arn
              function_name    = aws_lambda_function.f.arn
              batch_size       = 5
              filter_criteria { filter { pattern = "x" } }
            }
            resource "aws_sqs_queue" "q" { visibility_timeout_seconds = 180 }
            resource "aws_cloudwatch_event_rule" "r" { schedule_expression = "rate(1 day)" }
            resource "aws_cloudwatch_event_target" "t" {
              rule = aws_cloudwatch_event_rule.r.name
              arn  = aws_lambda_function.f.arn
            }
            resource "aws_s3_bucket" "b" { bucket = "photos" }
            resource "aws_s3_bucket_notification" "n" {
              bucket = aws_s3_bucket.b.id
              lambda_function {
                lambda_function_arn = aws_lambda_function.f.arn
                events              = ["s3:ObjectCreated:*"]
                filter_prefix       = "in/"
              }
            }
            resource "aws_sns_topic" "t" {}
            resource "aws_sns_topic_subscription" "s" {
              topic_arn = aws_sns_topic.t.arn
              protocol  = "lambda"
              endpoint  = aws_lambda_function.f.arn
            }
            resource "aws_lambda_function_event_invoke_config" "c" {
              function_name          = aws_lambda_function.f.function_name
              maximum_retry_attempts = 0
              destination_config { on_failure { destination = aws_sqs_queue.q.arn } }
            }
            resource "aws_lambda_permission" "p" {
              function_name = aws_lambda_function.f.function_name
              principal     = "s3.amazonaws.com"
              action        = "lambda:InvokeFunction"
            }
        """,
    })  # fmt: skip
    (spec,) = found.functions
    assert {(event.kind, event.how, event.source_id) for event in spec.events} == {
        ("SQS", "poll", "aws_sqs_queue.q"),
        ("Schedule", "async", ""),
        ("S3", "async", "aws_s3_bucket.b"),
        ("SNS", "async", "aws_sns_topic.t"),
    }
    assert spec.on_failure.state == "known"
    assert spec.invoke_config is not None
    assert spec.invoke_config.value("MaximumRetryAttempts").value == 0
    polled = next(event for event in spec.events if event.kind == "SQS")
    assert polled.settings.value("BatchSize").value == 5
    assert polled.span.path == "b.tf"
    assert found.all(Queue)[0].visibility_timeout.value == 180
    assert found.all(Permission)[0].functions == (spec.logical_id,)
    assert found.all(Schedule)[0].functions == (spec.logical_id,)


ROLE = """
    resource "aws_iam_role" "r" { assume_role_policy = data.aws_iam_policy_document.trust.json }
    data "aws_iam_policy_document" "trust" {
      statement {
        actions = ["sts:AssumeRole"]
        principals {
          type        = "Service"
          identifiers = ["lambda.amazonaws.com"]
        }
      }
    }
    resource "aws_lambda_function" "f" { role = aws_iam_role.r.arn }
"""


@pytest.mark.parametrize(
    "policy",
    [
        """
        resource "aws_iam_role_policy" "p" {
          role   = aws_iam_role.r.id
          policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
        }
        """,
        """
        resource "aws_iam_role_policy" "p" {
          role   = aws_iam_role.r.id
          policy = <<-EOF
            {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "${aws_s3_bucket.b.arn}/*"}]}
          EOF
        }
        """,
        """
        data "aws_iam_policy_document" "d" {
          statement {
            actions   = ["s3:*"]
            resources = ["*"]
          }
        }
        resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.d.json }
        resource "aws_iam_role_policy_attachment" "a" {
          role       = aws_iam_role.r.name
          policy_arn = aws_iam_policy.p.arn
        }
        """,
    ],
)
def test_a_policy_is_read_however_it_is_written(policy: str, findings: Any) -> None:
    text = textwrap.dedent(ROLE) + textwrap.dedent(policy)
    (role,) = template(text).all(Role)
    assert [action.value for part in role.statements for action in part.actions] == ["s3:*"]
    assert role.functions == ("aws_lambda_function.f",)
    assert role.trust[0].principal.value["Service"].value == "lambda.amazonaws.com"
    row = next(number for number, line in enumerate(text.splitlines(), 1) if "s3:*" in line)
    assert findings({"main.tf": text}, "action-star") == [("action-star", row)]


def test_policies_of_people_and_of_resources_are_no_concern(findings: Any) -> None:
    text = """
        resource "aws_sqs_queue_policy" "q" {
          queue_url = aws_sqs_queue.q.url
          policy    = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "sqs:*" }] })
        }
        resource "aws_iam_user_policy" "u" {
          policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
        }
        resource "aws_sqs_queue" "q" {}
    """
    assert findings({"main.tf": textwrap.dedent(text)}, "action-star") == []


def test_the_other_things() -> None:
    found = template("""
        resource "aws_dynamodb_table" "t" {
          name      = "orders"
          hash_key  = "pk"
          range_key = "sk"
          ttl { attribute_name = "until" }
          point_in_time_recovery { enabled = true }
        }
        resource "aws_s3_bucket" "b" {}
        resource "aws_s3_bucket_versioning" "v" {
          bucket = aws_s3_bucket.b.id
          versioning_configuration { status = "Enabled" }
        }
        resource "aws_cloudwatch_log_group" "l" { retention_in_days = 14 }
        resource "aws_cloudwatch_metric_alarm" "a" {
          metric_name = "Errors"
          dimensions  = { FunctionName = "f" }
        }
        resource "aws_sqs_queue" "q" {
          redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.d.arn, maxReceiveCount = 4 })
        }
        resource "aws_sqs_queue" "d" {}
    """)
    (table,) = found.all(Table)
    assert (table.partition_key.value, table.sort_key.value, table.expiry.value) == ("pk", "sk", "until")
    assert table.recovery.value is True
    assert found.all(Bucket)[0].versioning.value == "Enabled"
    assert found.all(LogGroup)[0].retention.value == 14
    assert found.all(Alarm)[0].dimensions["FunctionName"].value == "f"
    queue, dead = found.all(Queue)
    assert queue.max_receive_count.value == 4
    assert found.named(Queue, queue.dead_letter) == dead


def test_routes_of_both_kinds_of_api() -> None:
    found = template("""
        resource "aws_lambda_function" "f" {}
        resource "aws_apigatewayv2_api" "web" { protocol_type = "HTTP" }
        resource "aws_apigatewayv2_integration" "i" {
          api_id          = aws_apigatewayv2_api.web.id
          integration_uri = aws_lambda_function.f.invoke_arn
        }
        resource "aws_apigatewayv2_route" "r" {
          api_id    = aws_apigatewayv2_api.web.id
          route_key = "GET /orders"
          target    = "integrations/${aws_apigatewayv2_integration.i.id}"
        }
        resource "aws_api_gateway_rest_api" "one" {}
        resource "aws_api_gateway_resource" "a" {
          rest_api_id = aws_api_gateway_rest_api.one.id
          parent_id   = aws_api_gateway_rest_api.one.root_resource_id
          path_part   = "a"
        }
        resource "aws_api_gateway_method" "m" {
          rest_api_id = aws_api_gateway_rest_api.one.id
          resource_id = aws_api_gateway_resource.a.id
          http_method = "POST"
        }
        resource "aws_api_gateway_integration" "j" {
          rest_api_id = aws_api_gateway_rest_api.one.id
          resource_id = aws_api_gateway_resource.a.id
          http_method = aws_api_gateway_method.m.http_method
          uri         = aws_lambda_function.f.invoke_arn
        }
    """)
    name = "aws_lambda_function.f"
    assert {(r.method.value, r.path.value, r.function) for r in found.all(Route)} == {
        ("GET", "/orders", name),
        ("POST", "/a", name),
    }
