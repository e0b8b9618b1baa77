"""Fixes in Terraform: the right argument in the right block, laid out as `terraform fmt` does, nothing else moved."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from lint_rules import Config, Edit, Project, Safety, Span, fix, lint, oldest_python
from lint_rules.engine.keeping import lost
from lint_rules.engine.sources.hcl import can_read
from lint_rules.engine.suppress import comments_in

pytestmark = pytest.mark.skipif(not can_read(), reason="what reads Terraform is not installed")

FUNCTION = """\
# The one that works on orders.
resource "aws_lambda_function" "orders" {
  function_name = "orders" // as before
  handler       = "app.handler"
  runtime       = "python3.13"
  role          = aws_iam_role.orders.arn
  filename      = "orders.zip"
  timeout       = 30

  tags = {
    team = "shop"
  }
}
"""
ROLE = """
resource "aws_iam_role" "orders" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}
"""
QUEUE = """
resource "aws_sqs_queue" "orders" {
  name = "orders" # no dot
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.orders.arn
}
"""
STREAM = """
resource "aws_kinesis_stream" "clicks" {
  name        = "clicks"
  shard_count = 1
}

resource "aws_lambda_event_source_mapping" "clicks" {
  event_source_arn  = aws_kinesis_stream.clicks.arn
  function_name     = aws_lambda_function.orders.arn
  starting_position = "LATEST"
}
"""
BOTH = FUNCTION + ROLE
BATCHES = (
    "def handler(event, context):\n    failed = []\n    for record in event['Records']:\n        try:\n"
    "            print(record['body'])\n        except KeyError:\n"
    "            failed.append({'itemIdentifier': record['messageId']})\n"
    "    return {'batchItemFailures': failed}\n"
)
VARIABLES = """\
  environment {
    variables = {
      AWS_REGION = "eu-west-1"
      TABLE      = "t"
    }
  }
}
"""

ALONE = BOTH.replace('shop"\n  }\n}\n', 'shop"\n  }\n' + VARIABLES.replace('      TABLE      = "t"\n', ""))

CASES = {
    "a number written anew": (
        "runtime-eol",
        BOTH.replace("python3.13", "python3.8"),
        lambda text: text.replace("python3.8", oldest_python()),
    ),
    "an argument in line with its neighbours": (
        "stream-infinite-retries",
        BOTH + STREAM,
        lambda text: text.replace(
            '  starting_position = "LATEST"\n',
            '  starting_position = "LATEST"\n\n  maximum_retry_attempts = 10\n',
        ),
    ),
    "an argument longer than its neighbours": (
        "sqs-visibility-lt-6x",
        BOTH + QUEUE,
        lambda text: text.replace(
            '"orders" # no dot\n', '"orders" # no dot\n\n  visibility_timeout_seconds = 180\n'
        ),
    ),
    "a value that is there": (
        "sqs-visibility-lt-timeout",
        BOTH + QUEUE.replace("# no dot\n", "# no dot\n  visibility_timeout_seconds = 5\n"),
        lambda text: text.replace("seconds = 5\n", "seconds = 180\n"),
    ),
    "a new block": (
        "tracing-off",
        BOTH,
        lambda text: text.replace(
            '    team = "shop"\n  }\n',
            '    team = "shop"\n  }\n\n  tracing_config {\n    mode = "Active"\n  }\n',
        ),
    ),
    "a block that is there": (
        "tracing-off",
        BOTH.replace('shop"\n  }\n', 'shop"\n  }\n  tracing_config {}\n'),
        lambda text: text.replace("tracing_config {}", 'tracing_config {\n    mode = "Active"\n  }'),
    ),
    "a log group behind the function": (
        "log-retention-unset",
        BOTH,
        lambda text: text.replace(
            'shop"\n  }\n}\n',
            'shop"\n  }\n}\n\nresource "aws_cloudwatch_log_group" "orders_logs" {\n'
            '  name              = "/aws/lambda/${aws_lambda_function.orders.function_name}"\n'
            "  retention_in_days = 30\n}\n",
        ),
    ),
    "a queue and what names it": (
        "sqs-queue-no-redrive",
        BOTH + QUEUE,
        lambda text: text.replace(
            '"orders" # no dot\n}\n',
            '"orders" # no dot\n\n  redrive_policy = jsonencode({\n'
            "    deadLetterTargetArn = aws_sqs_queue.orders_failed.arn\n    maxReceiveCount     = 5\n  })\n}\n\n"
            'resource "aws_sqs_queue" "orders_failed" {}\n',
        ),
    ),
    "a variable taken out": (
        "reserved-env-in-template",
        BOTH.replace('shop"\n  }\n}\n', 'shop"\n  }\n' + VARIABLES),
        lambda text: text.replace('      AWS_REGION = "eu-west-1"\n', ""),
    ),
    "a list": (
        "partial-batch-not-enabled",
        BOTH + QUEUE,
        lambda text: text.replace(
            "  function_name    = aws_lambda_function.orders.arn\n",
            "  function_name    = aws_lambda_function.orders.arn\n\n"
            '  function_response_types = ["ReportBatchItemFailures"]\n',
        ),
    ),
    "a service beside another": (
        "trust-lacks-lambda",
        BOTH.replace('"lambda.amazonaws.com"', '"ec2.amazonaws.com"'),
        lambda text: text.replace('"ec2.amazonaws.com"', '["ec2.amazonaws.com", "lambda.amazonaws.com"]'),
    ),
    "the version of a policy": (
        "policy-version",
        BOTH.replace("2012-10-17", "2008-10-17"),
        lambda text: text.replace("2008-10-17", "2012-10-17"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fix_changes_what_it_should_and_nothing_else(name):
    rule, before, wanted = CASES[name]
    files = {"main.tf": before, "app.py": BATCHES}
    config = Config(select=(rule,))
    outcome = fix(Project.of(files), config, Safety.UNSAFE)
    assert outcome.project.documents["main.tf"].raw == wanted(before)
    assert wanted(before) != before
    assert outcome.dropped == ()
    assert lint(outcome.project, config) == []


# The first two are not formatted to begin with; in the last a line that stays was lined up with the one that goes.
UNFORMATTED = ("a block that is there", "a value that is there", "a variable taken out")


def formatted(text):
    done = subprocess.run(
        ["terraform", "fmt", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"},
    )
    return done.stdout


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
@pytest.mark.parametrize("name", [name for name in CASES if name not in UNFORMATTED])
def test_what_terraform_has_formatted_stays_as_it_formats(name):
    _, before, wanted = CASES[name]
    assert formatted(before) == before
    assert formatted(wanted(before)) == wanted(before)


def test_a_fix_finds_the_file_of_several_and_keeps_its_line_ends():
    role, function = ROLE.replace("\n", "\r\n"), FUNCTION.replace("\n", "\r\n")
    files = {"a.tf": role, "z.tf": "# Functions.\r\n" + function}
    outcome = fix(Project.of(files), Config(select=("tracing-off",)), Safety.UNSAFE)
    texts = {path: document.raw for path, document in outcome.project.documents.items()}
    assert texts["a.tf"] == role
    new = '  }\r\n\r\n  tracing_config {\r\n    mode = "Active"\r\n  }\r\n}\r\n'
    assert texts["z.tf"] == files["z.tf"].removesuffix("  }\r\n}\r\n") + new


@pytest.mark.parametrize(
    ("rule", "before"),
    [
        ("tracing-off", BOTH.replace("  tags = {", '  dynamic "tracing_config" {\n    for_each = []\n  }\n  tags = {')),
        ("log-retention-unset", BOTH.replace("  timeout       = 30\n", "  timeout       = 30\n  count = 2\n")),
        ("runtime-eol", BOTH.replace('"python3.13"', "var.old") + 'variable "old" {\n  default = "python3.8"\n}\n'),
        ("tracing-off", 'resource "aws_lambda_function" "f" { function_name = "f" }\n'),
        ("log-retention-unset", BOTH.replace("}\n\nresource", "} # end\n\nresource")),
        ("reserved-env-in-template", ALONE),
        ("permission-no-source", 'resource "aws_lambda_permission" "p" {\n  action = "lambda:InvokeFunction"\n'
         '  function_name = "f"\n  principal = "s3.amazonaws.com"\n}\n'),
    ],
)  # fmt: skip
def test_what_is_not_safe_is_refused(rule, before):
    config = Config(select=(rule,))
    outcome = fix(Project.of({"main.tf": before}), config, Safety.UNSAFE)
    assert outcome.applied == ()
    assert outcome.project.documents["main.tf"].raw == before


def test_the_account_is_named_where_the_files_know_it():
    before = (
        'data "aws_caller_identity" "me" {}\n\nresource "aws_lambda_permission" "p" {\n  function_name = "f"\n'
        '  action        = "lambda:InvokeFunction"\n  principal     = "s3.amazonaws.com"\n}\n'
    )
    outcome = fix(Project.of({"main.tf": before}), Config(select=("permission-no-source",)), Safety.UNSAFE)
    line = '"s3.amazonaws.com"\n\n  source_account = data.aws_caller_identity.me.account_id\n'
    assert outcome.project.documents["main.tf"].raw == before.replace('"s3.amazonaws.com"\n', line)


def test_what_a_module_makes_is_left_to_the_module():
    files = {
        "main.tf": 'module "f" {\n  source = "./f"\n}\n',
        "f/main.tf": BOTH.replace("python3.13", "python3.8"),
    }
    config = Config(select=("tracing-off", "runtime-eol", "log-retention-unset"))
    assert len(lint(Project.of(files), config)) == 3
    assert fix(Project.of(files), config, Safety.UNSAFE).applied == ()


def test_an_edit_that_reaches_into_another_argument_is_seen():
    before = Project.of({"main.tf": BOTH})
    at = BOTH.index("  timeout")
    edit = Edit(Span("main.tf", at, at), "  /*\n")
    after = before.changed(
        {"main.tf": before.edited("main.tf", [edit]).replace("  tags = {", "  */\n  tags = {")}
    )
    assert lost(before, after, "main.tf", [edit])
    assert not lost(before, before, "main.tf", [edit])


def test_the_comments_of_terraform_are_comments():
    text = "# one\nx = 1 // two\n/* three */\n"
    assert comments_in(Project.of({"main.tf": text}), "main.tf") == ["# one", "// two", "/* three */"]
