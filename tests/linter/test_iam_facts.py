"""Functions written after the shapes of labelled public ones: their calls, and verdicts on their policies.

`facts/aws_calls.json` names the public functions; `benchmarks/iam_accuracy.py` measures on them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lint_rules import Project
from lint_rules.engine.iam.actions import action_facts
from lint_rules.engine.iam.calls import actions_of_call

FACTS = json.loads((Path(__file__).parent / "facts" / "aws_calls.json").read_text(encoding="utf-8"))[
    "functions"
]
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: src/
      Environment:
        Variables: {{TABLE: !Ref Table, QUEUE: !Ref Queue, BUS: !Ref Bus}}
      Policies:
        - Statement:
{statements}
  Table: {{Type: AWS::DynamoDB::Table}}
  Queue: {{Type: AWS::SQS::Queue}}
  Bus: {{Type: AWS::Events::EventBus}}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {{ContentUri: common/}}
"""
HEAD = "import os\nimport boto3\ntable = boto3.resource('dynamodb').Table(os.environ['TABLE'])\n"
SHAPES = {
    "pages of a query": (
        HEAD
        + "def find(key):\n    res = table.query(KeyConditionExpression=key)\n    yield from res['Items']\n"
        "    while 'LastEvaluatedKey' in res:\n        res = table.query(ExclusiveStartKey=res['LastEvaluatedKey'])\n"
        "        yield from res['Items']\n"
        "def handler(event, context):\n    return list(find(event['id']))\n",
        {"dynamodb:Query"},
    ),
    "a batch that deletes": (
        HEAD + "def handler(event, context):\n    with table.batch_writer() as batch:\n"
        "        for key in event['keys']:\n            batch.delete_item(Key=key)\n",
        {"dynamodb:BatchWriteItem"},
    ),
    "events in tens": (
        "import os\nimport boto3\nbus = boto3.client('events')\ndef send(events):\n"
        "    for i in range(0, len(events), 10):\n        bus.put_events(Entries=events[i:i+10])\n"
        "def handler(event, context):\n    send([{'EventBusName': os.environ['BUS'], 'Source': 'a'}])\n",
        {"events:PutEvents"},
    ),
    "a queue of the resource": (
        "import os\nimport boto3\nqueue = boto3.resource('sqs').Queue(os.environ['QUEUE'])\n"
        "def handler(event, context):\n    queue.send_message(MessageBody='x')\n",
        {"sqs:SendMessage"},
    ),
    "a store in a layer": (
        "import os\nfrom store import Store\nstore = Store(os.getenv('TABLE'))\n"
        "def handler(event, context):\n    store.put({})\n    return store.get('1')\n",
        {"dynamodb:PutItem", "dynamodb:GetItem"},
    ),
    "a parameter that is a client": (
        "import boto3\ndef rotate(client, arn):\n    client.get_secret_value(SecretId=arn)\n"
        "    client.put_secret_value(SecretId=arn, SecretString='x')\n"
        "def handler(event, context):\n    rotate(boto3.client('secretsmanager'), event['SecretId'])\n",
        {"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"},
    ),
    "steps chosen by name": (
        HEAD + "def load(event):\n    return table.get_item(Key=event)\ndef save(event):\n"
        "    return table.put_item(Item=event)\nSTEPS = {'load': load, 'save': save}\n"
        "def handler(event, context):\n    return STEPS[event['step']](event)\n",
        {"dynamodb:GetItem", "dynamodb:PutItem"},
    ),
    "nothing of AWS": ("def handler(event, context):\n    return {'statusCode': 200}\n", set()),
}
STORE = """
import boto3

class Store:
    def __init__(self, name):
        self._table = boto3.resource("dynamodb").Table(name)

    def get(self, key):
        return self._table.get_item(Key={"id": key})

    def put(self, item):
        self._table.put_item(Item=item)

    def drop(self, key):
        self._table.delete_item(Key={"id": key})
"""


def verdicts(code: str, actions: set[str]) -> tuple[set[str], set[str], set[str]]:
    """The actions a function needs, lacks and has too many, when these are granted on everything."""
    lines = [f"            - {{Effect: Allow, Action: '{one}', Resource: '*'}}" for one in sorted(actions)]
    files = {
        "template.yaml": TEMPLATE.format(statements="\n".join(lines) or "            []"),
        "src/app.py": code,
        "common/store.py": STORE,
    }
    access = Project.of(files).access
    (function,) = (one for one in access.functions if one.spec is not None)
    excess = {each.what for role in access.roles for each in role.excess}
    return {n.action for n in function.needs}, {n.action for n in function.missing}, excess


@pytest.mark.parametrize("shape", SHAPES)
def test_exactly_the_calls_of_a_shape_are_found(shape):
    code, needed = SHAPES[shape]
    assert verdicts(code, needed) == (needed, set(), set())


@pytest.mark.parametrize(
    ("shape", "lost"), [(name, one) for name, (_, needed) in SHAPES.items() for one in sorted(needed)]
)
def test_a_permission_taken_away_is_missing_and_nothing_else_is(shape, lost):
    code, needed = SHAPES[shape]
    assert verdicts(code, needed - {lost}) == (needed, {lost}, set())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_permission_too_many_is_told(shape):
    code, needed = SHAPES[shape]
    assert verdicts(code, needed | {"codebuild:StartBuild"})[1:] == (set(), {"codebuild:StartBuild"})


@pytest.mark.parametrize(
    "fact", FACTS, ids=lambda fact: f"{fact['repository'].partition('/')[2]}/{fact['file']}"
)
def test_every_labelled_call_asks_for_actions_that_exist(fact):
    for call in fact["calls"]:
        service, _, operation = call.partition(".")
        actions = actions_of_call(service, operation)
        assert actions
        assert all(action_facts(action) for action in actions)
