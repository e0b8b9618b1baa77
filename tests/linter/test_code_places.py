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
