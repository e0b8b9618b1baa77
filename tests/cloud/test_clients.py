"""What people point at Lambda works against this cloud unchanged: the AWS CLI, and Powertools inside a handler."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

POWERTOOLS = """
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import SQSEvent, event_source
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function,
)

logger, metrics = Logger(service="shop"), Metrics(namespace="Shop", service="shop")
config = IdempotencyConfig(event_key_jmespath="order")

@idempotent_function(
    data_keyword_argument="order", config=config,
    persistence_store=DynamoDBPersistenceLayer(table_name="idempotency"),
)
def charge(order):
    logger.info("charged", extra={"order": order["order"]})
    metrics.add_metric(name="Charged", unit=MetricUnit.Count, value=1)
    return {"order": order["order"], "cents": 100}

@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
@event_source(data_class=SQSEvent)
def handler(event, context):
    config.register_lambda_context(context)
    return [charge(order=record.json_body) for record in event.records]
"""


@pytest.fixture
def aws(cloud, tmp_path):
    """Run the AWS CLI: its output, decoded where it is JSON."""
    environment = {**cloud.environment(), "PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_PAGER": ""}

    def run(*words, code=0, output="json"):
        done = subprocess.run(
            [Path(sys.executable).with_name("aws"), *words],
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == code, done.stderr
        if output == "text":
            return done.stdout
        return done.stderr if code else json.loads(done.stdout or "null")

    return run


def test_the_aws_cli_creates_waits_for_invokes_updates_and_deletes_a_function(aws, pack, role, tmp_path):
    (tmp_path / "one.zip").write_bytes(pack(app="def handler(event, context): return {'got': event}"))
    (tmp_path / "two.zip").write_bytes(pack(app="def handler(event, context): raise KeyError(event['n'])"))
    named = ("--function-name", "cli")
    made = aws(
        *("lambda", "create-function", *named, "--runtime", "python3.13", "--handler", "app.handler"),
        *("--role", role, "--zip-file", "fileb://one.zip", "--environment", "Variables={STAGE=test}"),
    )
    assert made["FunctionName"] == "cli"
    assert aws("lambda", "wait", "function-active-v2", *named) is None
    asked = ("lambda", "invoke", *named, "--payload", '{"n": 1}')
    assert aws(*asked, "out.json") == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    assert json.loads((tmp_path / "out.json").read_text()) == {"got": {"n": 1}}
    aws("lambda", "update-function-code", *named, "--zip-file", "fileb://two.zip")
    assert aws("lambda", "wait", "function-updated-v2", *named) is None
    assert aws(*asked, "out.json")["FunctionError"] == "Unhandled"
    assert json.loads((tmp_path / "out.json").read_text())["errorType"] == "KeyError"
    assert [one["FunctionName"] for one in aws("lambda", "list-functions")["Functions"]] == ["cli"]
    assert aws("lambda", "delete-function", *named) in (None, {"StatusCode": 204})
    assert "(ResourceNotFoundException)" in aws("lambda", "get-function", *named, code=255)


def test_the_aws_cli_reads_the_log_of_an_invocation(aws, deploy, tmp_path):
    deploy("def handler(event, context): print('hello from', context.function_name)")
    answer = aws(*("lambda", "invoke", "--function-name", "f", "--log-type", "Tail", "out.json"))
    assert "LogResult" in answer
    events = aws("logs", "filter-log-events", "--log-group-name", "/aws/lambda/f")["events"]
    assert [event["message"] for event in events if "hello" in event["message"]] == ["hello from f\n"]


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: hello, Handler: app.handler, Runtime: python3.13, CodeUri: src}
"""


def test_the_aws_cli_packages_and_deploys_a_serverless_template(aws, cloud, invoke, tmp_path):
    cloud.client("s3").create_bucket(Bucket="artifacts")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): return 'hi'")
    (tmp_path / "template.yaml").write_text(SAM)
    source = ("--template-file", "template.yaml", "--s3-bucket", "artifacts")
    aws("cloudformation", "package", *source, "--output-template-file", "packaged.yaml", output="text")
    deploying = ("cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name", "s")
    capable = ("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
    assert "Successfully created/updated stack - s" in aws(*deploying, *capable, output="text")
    assert invoke("hello").payload == "hi"
    assert "No changes to deploy" in aws(*deploying, *capable, code=255)


def test_powertools_log_measure_parse_and_charge_once(cloud, deploy, invoke):
    table = cloud.client("dynamodb")
    table.create_table(
        TableName="idempotency",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    deploy(POWERTOOLS, Timeout=30, MemorySize=512)
    record = {
        "messageId": "1",
        "body": json.dumps({"order": "A1"}),
        "eventSource": "aws:sqs",
        "attributes": {},
    }
    first, again = invoke(event={"Records": [record]}), invoke(event={"Records": [record]})
    assert first.error is None, first.payload
    assert first.payload == again.payload == [{"order": "A1", "cents": 100}]
    charged = [json.loads(line) for line in first.log.splitlines() if '"charged"' in line]
    assert [(line["order"], line["cold_start"], line["function_name"]) for line in charged] == [
        ("A1", True, "f")
    ]
    assert charged[0]["function_request_id"] == first.request
    assert '"charged"' not in again.log
    measured = [json.loads(line) for line in first.log.splitlines() if '"_aws"' in line]
    assert any(line.get("Charged") == [1.0] for line in measured)
    assert any(line.get("ColdStart") == [1.0] for line in measured)
    (item,) = table.scan(TableName="idempotency")["Items"]
    assert item["status"] == {"S": "COMPLETED"}
    assert re.match(r"app\.charge#|f\.app\.charge#|f\.", item["id"]["S"])
