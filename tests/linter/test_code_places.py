"""Which file a template means by a handler: under CodeUri, below the template, or by the name of an archive."""

from __future__ import annotations

import pytest

from lint_rules import Project
from lint_rules.engine.islands import islands
from lint_rules.engine.links import links_of

HANDLER = "def handler(event, context):\n    return 1\n"
CLOUDFORMATION = """
Resources:
  Send:
    Type: AWS::Lambda::Function
    Properties: {{Handler: index.handler, Runtime: python3.13, Role: r, Code: {code}}}
"""
CDK = """
import os
from pathlib import Path
from aws_cdk import Stack, aws_lambda

class Orders(Stack):
    def __init__(self, scope, id):
        super().__init__(scope, id)
        self.here = os.path.dirname(__file__)
        aws_lambda.Function(self, "Send", runtime=aws_lambda.Runtime.PYTHON_3_13, handler="index.handler", code={code})
"""


def place(files: dict[str, str]) -> str | None:
    """The file that holds the handler of the only function of a template."""
    project = Project.of({**files})
    named = [handler for handler in project.handlers if handler.spec is not None]
    return named[0].module.name if len(named) == 1 else None


@pytest.mark.parametrize(
    "code",
    [
        "{S3Bucket: b, S3Key: send_orders.zip}",
        "{S3Bucket: b, S3Key: build/send-orders.zip}",
        "{S3Bucket: !Ref B, S3Key: !Sub '${Prefix}/send_orders.zip'}",
        "{S3Bucket: !Ref B, S3Key: !Join ['/', [!Ref Prefix, send_orders.zip]]}",
        "../dist/send_orders.zip",
    ],
)
@pytest.mark.parametrize("path", ["source/send_orders/index.py", "source/functions/send-orders/src/index.py"])
def test_an_archive_is_made_of_the_folder_of_its_name(code, path):
    files = {
        "deploy/template.yaml": CLOUDFORMATION.format(code=code),
        path: HANDLER,
        "source/cancel_orders/index.py": HANDLER,
    }
    assert place(files) == path
    groups = islands({name: links_of(name, text) for name, text in files.items()})
    assert any({"deploy/template.yaml", path} <= {*group} for group in groups)


@pytest.mark.parametrize(
    "others",
    [
        {"source/one/index.py": HANDLER, "source/two/index.py": HANDLER},
        {"one/send_orders/index.py": HANDLER, "two/send_orders/index.py": HANDLER},
        {"source/send_orders/app.py": HANDLER},
        {},
    ],
)
def test_an_archive_whose_folder_is_not_certain_stays_unknown(others):
    code = "{S3Bucket: b, S3Key: send_orders.zip}"
    assert place({"deploy/template.yaml": CLOUDFORMATION.format(code=code), **others}) is None


@pytest.mark.parametrize(
    "code",
    [
        'aws_lambda.Code.from_asset(os.path.join(os.path.dirname(__file__), "../functions/send"))',
        'aws_lambda.Code.from_asset(os.path.join(self.here, "..", "functions", "send"))',
        'aws_lambda.Code.from_asset(f"{Path(__file__).parent}/../functions/send")',
        'aws_lambda.Code.from_asset(str(Path(__file__).parent / ".." / "functions/send"))',
        'aws_lambda.Code.from_asset(str(Path(__file__).resolve().parent.parent / "functions/send"))',
        'aws_lambda.Code.from_asset(os.path.abspath(os.path.join(os.path.dirname(__file__), "../functions/send")))',
        'aws_lambda.Code.from_asset("functions/send")',
        'aws_lambda.Code.from_bucket(bucket, "assets/send.zip")',
    ],
)
def test_a_program_of_the_cdk_puts_together_where_its_code_lies(code):
    files = {
        "infrastructure/stack.py": CDK.format(code=code),
        "functions/send/index.py": HANDLER,
        "functions/other/index.py": HANDLER,
    }
    assert place(files) == "functions/send/index.py"


@pytest.mark.parametrize(
    "code",
    [
        "aws_lambda.Code.from_asset(os.path.join(os.environ['HERE'], '../functions/send'))",
        "aws_lambda.Code.from_asset(find('functions/send'))",
        "aws_lambda.Code.from_asset(self.there)",
        "aws_lambda.Code.from_bucket(bucket, key)",
    ],
)
def test_where_the_code_of_a_program_of_the_cdk_lies_may_be_unknown(code):
    files = {
        "infrastructure/stack.py": CDK.format(code=code),
        "functions/send/index.py": HANDLER,
        "functions/other/index.py": HANDLER,
    }
    assert place(files) is None


NAMED = """
Resources:
  Send:
    Type: {kind}
    Properties: {{Handler: {handler}, Runtime: python3.13, Role: r, {code}}}
"""
FUNCTION, SERVERLESS = "AWS::Lambda::Function", "AWS::Serverless::Function"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FUNCTION, "Code: {S3Bucket: b, S3Key: release.zip}"),
        (FUNCTION, "Code: {S3Bucket: !Ref Bucket, S3Key: !Ref Key}"),
        (FUNCTION, "Code: dist/everything.zip"),
        (SERVERLESS, "CodeUri: ../release.zip"),
        (SERVERLESS, "CodeUri: s3://bucket/release.zip"),
    ],
)
@pytest.mark.parametrize("handler", ["send_orders.handler", "tasks/send_orders.handler"])
def test_code_that_a_build_packs_is_in_the_only_file_of_the_name_of_its_handler(kind, code, handler):
    files = {
        "deployment/main.template": NAMED.format(kind=kind, handler=handler, code=code),
        "source/tasks/send_orders.py": HANDLER,
        "source/tasks/cancel_orders.py": HANDLER,
    }
    assert place(files) == "source/tasks/send_orders.py"
    groups = islands({name: links_of(name, text) for name, text in files.items()})
    assert any({"deployment/main.template", "source/tasks/send_orders.py"} <= {*group} for group in groups)


@pytest.mark.parametrize(
    ("handler", "others"),
    [
        ("index.handler", ["source/tasks/index.py"]),
        ("tasks/app.handler", ["source/tasks/app.py"]),
        ("send_orders.handler", ["source/send_orders.py", "other/send_orders.py"]),
        ("jobs/send_orders.handler", ["source/tasks/send_orders.py"]),
        ("send_orders.handler", ["source/orders.py"]),
    ],
)
def test_code_that_a_build_packs_stays_unknown_where_its_file_is_not_certain(handler, others):
    code = "Code: {S3Bucket: b, S3Key: release.zip}"
    template = NAMED.format(kind=FUNCTION, handler=handler, code=code)
    assert place({"deployment/main.template": template} | dict.fromkeys(others, HANDLER)) is None


def test_code_in_a_folder_is_not_looked_for_elsewhere():
    template = NAMED.format(kind=SERVERLESS, handler="send_orders.handler", code="CodeUri: ./send")
    assert place({"deployment/main.template": template, "source/send_orders.py": HANDLER}) is None
