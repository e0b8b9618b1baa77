"""What one IAM decision costs, over five statements with wildcards, a variable and conditions, and what
`lambdalint iam` costs over 200 functions.

    python benchmarks/iam.py [--rounds 5]

The bounds are 100 microseconds a decision and 1.5 seconds for the command, start included. Compiling the policies,
which happens once, is shown beside it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from lint_rules import AccessRequest, PolicySet, Principal, evaluate, parse_policy

BOUND = 100.0
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "arn:aws:logs:*:*:*",
        },
        {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": ["arn:aws:s3:::uploads/*"]},
        {
            "Effect": "Allow",
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::home/${aws:PrincipalTag/team}/*",
        },
        {
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:Query"],
            "Resource": f"{TABLE}*",
            "Condition": {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/team}#*"]}
            },
        },
        {
            "Effect": "Deny",
            "NotAction": "sts:*",
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
        },
    ],
}
CALLER = Principal.of("arn:aws:sts::111122223333:assumed-role/app/one")
CONTEXT = {
    "aws:PrincipalTag/team": "red",
    "aws:RequestedRegion": "eu-west-1",
    "aws:SourceIp": "203.0.113.7",
    "aws:CurrentTime": "2026-11-28T12:00:00Z",
    "dynamodb:LeadingKeys": ["red#1"],
}
REQUESTS = {
    "allowed": AccessRequest(CALLER, "dynamodb:PutItem", TABLE, CONTEXT),
    "denied, nothing allows": AccessRequest(CALLER, "dynamodb:DeleteItem", TABLE, CONTEXT),
    "denied by a variable": AccessRequest(CALLER, "s3:PutObject", "arn:aws:s3:::home/blue/x", CONTEXT),
    "denied by a condition": AccessRequest(
        CALLER, "dynamodb:PutItem", TABLE, {**CONTEXT, "aws:RequestedRegion": "us-east-1"}
    ),
}


def microseconds(work, times: int) -> float:
    """The mean of `times` runs, in microseconds of CPU."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1e6


FUNCTIONS = 200
COMMAND_BOUND = 1.5
HELPER = """
import os
import boto3

s3 = boto3.client("s3")

class Store:
    def __init__(self, name):
        self.table = boto3.resource("dynamodb").Table(name)

    def put(self, item):
        self.table.put_item(Item=item)

    def find(self, key):
        return self.table.get_item(Key={"id": key}).get("Item")

def upload(name, body):
    s3.put_object(Bucket=os.environ["BUCKET"], Key=f"reports/{name}.json", Body=body)
"""
HANDLER = """
import json
import logging
import os

import boto3
from .shared{shared} import Store, upload

logger = logging.getLogger()
queue = boto3.client("sqs")
store = Store(os.environ["TABLE"])

def respond(status, body):
    return {{"statusCode": status, "body": json.dumps(body)}}

def check(item):
    if "id" not in item:
        raise ValueError("no id")
    return item

def work(record):
    item = check(json.loads(record["body"]))
    if store.find(item["id"]) is None:
        store.put(item)
        upload(item["id"], json.dumps(item))
        queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=item["id"])
    logger.info("done %s", item["id"])

def handler(event, context):
    for record in event["Records"]:
        work(record)
    return respond(200, {{"count": len(event["Records"])}})
"""
FUNCTION = """
  Function{number}:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app{number}.handler
      CodeUri: src{shared}/
      Environment: {{Variables: {{TABLE: !Ref Table, BUCKET: !Ref Bucket, QUEUE: !Ref Queue}}}}
      Policies:
        - DynamoDBCrudPolicy: {{TableName: !Ref Table}}
        - Statement:
            - {{Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Queue.Arn}}
"""
TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13}}
Resources:
  Table: {Type: AWS::Serverless::SimpleTable}
  Bucket: {Type: AWS::S3::Bucket}
  Queue: {Type: AWS::SQS::Queue}
"""


def write_project(root: Path) -> None:
    """A project of FUNCTIONS functions, ten of which share a module."""
    template = [TEMPLATE]
    for number in range(FUNCTIONS):
        shared = number // 10
        folder = root / f"src{shared}"
        folder.mkdir(exist_ok=True)
        (folder / f"shared{shared}.py").write_text(HELPER)
        (folder / f"app{number}.py").write_text(HANDLER.format(shared=shared))
        template.append(FUNCTION.format(number=number, shared=shared))
    (root / "template.yaml").write_text("".join(template))


def command_seconds(root: Path) -> float:
    """CPU seconds of one run of the command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "lint_rules", "iam", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.count("missing s3:PutObject") == FUNCTIONS, done.stdout[:500] + done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    policies = PolicySet(identity=(parse_policy(DOCUMENT),))
    print(
        f"compiling: {median(microseconds(lambda: parse_policy(DOCUMENT), 500) for _ in range(rounds)):6.1f} us"
    )
    for name, request in REQUESTS.items():
        cost = median(microseconds(lambda r=request: evaluate(r, policies), 5000) for _ in range(rounds))
        verdict = "ok" if cost <= BOUND else f"over {BOUND:g} us"
        print(f"{name:24} {cost:6.1f} us  {verdict}  {evaluate(request, policies).reason}")
    with tempfile.TemporaryDirectory() as folder:
        write_project(Path(folder))
        spent = median(command_seconds(Path(folder)) for _ in range(min(rounds, 3)))
    verdict = "ok" if spent <= COMMAND_BOUND else f"over {COMMAND_BOUND:g} s"
    print(f"lambdalint iam, {FUNCTIONS} functions: {spent:.2f} s  {verdict}")


if __name__ == "__main__":
    main()
