"""Which operations of AWS a handler can reach, and on what."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import Project
from lint_rules.engine.analysis.interpreter import Interpreter


def calls(code: str, **others: str) -> list[tuple[str, ...]]:
    """Operation, confidence, whose credentials and the way, of what `handler` in app.py reaches."""
    files = {"app.py": textwrap.dedent(code)} | {f"{k}.py": textwrap.dedent(v) for k, v in others.items()}
    project = Project.of(files)
    handler = next(found for found in project.handlers if found.module.name == "app.py")
    run = Interpreter(handler.codebase, handler.scope)
    run.run()
    return run.calls.all()


def names(code: str, **others: str) -> list[str]:
    return sorted({call.name for call in calls(code, **others)})


def body(text: str, before: str = "") -> str:
    inside = textwrap.indent(textwrap.dedent(text), "    ")
    return f"import boto3, os\n{textwrap.dedent(before)}\ndef handler(event, context):\n{inside}\n"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("boto3.client('s3').get_object(Bucket='b', Key='k')", ["s3.GetObject"]),
        ("c = boto3.client(service_name='sqs')\nc.send_message(QueueUrl='q')", ["sqs.SendMessage"]),
        ("boto3.Session().client('sns').publish(TopicArn='t')", ["sns.Publish"]),
        ("boto3.client('dynamodb').get_paginator('scan').paginate(TableName='t')", ["dynamodb.Scan"]),
        ("boto3.client('dynamodb').get_waiter('table_exists').wait(TableName='t')", ["dynamodb.DescribeTable"]),
        ("boto3.client('s3').upload_file('f', 'b', 'k')", ["s3.PutObject"]),
        ("boto3.resource('s3').Bucket('b').download_file('k', 'f')", ["s3.GetObject"]),
        ("boto3.client('s3').generate_presigned_url('get_object', Params={'Bucket': 'b'})", ["s3.GetObject"]),
        ("boto3.resource('dynamodb').Table('t').put_item(Item={})", ["dynamodb.PutItem"]),
        ("with boto3.resource('dynamodb').Table('t').batch_writer() as w:\n    w.put_item(Item={})",
         ["dynamodb.BatchWriteItem"]),
        ("for o in boto3.resource('s3').Bucket('b').objects.all():\n    o.delete()",
         ["s3.DeleteObject", "s3.ListObjects"]),
        ("boto3.resource('s3').Bucket('b').objects.filter(Prefix='p').delete()",
         ["s3.DeleteObjects", "s3.ListObjects"]),
        ("boto3.resource('s3').Object('b', 'k').content_length", ["s3.HeadObject"]),
        ("for i in boto3.resource('ec2').instances.all():\n    i.stop()",
         ["ec2.DescribeInstances", "ec2.StopInstances"]),
        ("getattr(boto3.client('sts'), 'get_caller_identity')()", ["sts.GetCallerIdentity"]),
        ("s3 = {'a': boto3.client('s3'), 'b': boto3.client('sqs')}\ns3['a'].list_buckets()", ["s3.ListBuckets"]),
        ("boto3.client('s3').meta.client.head_bucket(Bucket='b')", ["s3.HeadBucket"]),
        ("f = boto3.client('kms').decrypt\nf(CiphertextBlob=b'')", ["kms.Decrypt"]),
        ("[boto3.client(s).describe_alarms() for s in ['cloudwatch']]", ["cloudwatch.DescribeAlarms"]),
        ("boto3.client('s3').exceptions.NoSuchKey", []),
        ("boto3.client('s3').close()", []),
        ("import json\njson.load(open('x'))", []),
        ("event.get_object(Bucket='b', Key='k')", ["s3.GetObject"]),
        ("event.get_item('k')", []),
        ("{}.get('put_item')", []),
    ],
)  # fmt: skip
def test_an_operation_is_told_by_what_the_client_is(code, found):
    assert names(body(code)) == found


@pytest.mark.parametrize(
    ("before", "code", "found"),
    [
        ("s3 = boto3.client('s3')\ndef put(k):\n    s3.put_object(Key=k)", "put('x')", ["s3.PutObject"]),
        ("s3 = boto3.client('s3')\ndef put(k):\n    s3.put_object(Key=k)", "pass", []),
        ("def put(c):\n    c.put_object(Key='k')", "put(boto3.client('s3'))", ["s3.PutObject"]),
        ("def make():\n    return boto3.client('s3')", "make().list_buckets()", ["s3.ListBuckets"]),
        ("class A:\n    def __init__(self):\n        self.c = boto3.client('sns')\n"
         "    def go(self):\n        self.c.publish(TopicArn='t')", "A().go()", ["sns.Publish"]),
        ("class A:\n    def __init__(self, c):\n        self.c = c\n    def go(self):\n        self.c.publish()",
         "A(boto3.client('sns')).go()", ["sns.Publish"]),
        ("class B:\n    def __init__(self):\n        self.t = boto3.resource('dynamodb').Table('t')\n"
         "class A(B):\n    def go(self):\n        self.t.scan()", "A().go()", ["dynamodb.Scan"]),
        ("class A:\n    @property\n    def c(self):\n        return boto3.client('ssm')",
         "A().c.get_parameter(Name='n')", ["ssm.GetParameter"]),
        ("def work(x):\n    boto3.client('sqs').send_message(QueueUrl=x)\n"
         "from concurrent.futures import ThreadPoolExecutor", "ThreadPoolExecutor().submit(work, 1)",
         ["sqs.SendMessage"]),
        ("c = None\ndef client():\n    global c\n    if c is None:\n        c = boto3.client('s3')\n    return c",
         "client().list_buckets()", ["s3.ListBuckets"]),
        ("import functools\n@functools.lru_cache\ndef client():\n    return boto3.client('s3')",
         "client().list_buckets()", ["s3.ListBuckets"]),
        ("cache = {}\ndef client(n):\n    if n not in cache:\n        cache[n] = boto3.client('s3')\n"
         "    return cache[n]", "client('s3').list_buckets()", ["s3.ListBuckets"]),
        ("x = boto3.client('ssm').get_parameter(Name='n')", "pass", ["ssm.GetParameter"]),
        ("from dataclasses import dataclass\n@dataclass\nclass A:\n    c: object\n    def go(self):\n"
         "        self.c.list_buckets()", "A(c=boto3.client('s3')).go()", ["s3.ListBuckets"]),
        ("from mypy_boto3_s3 import S3Client\ndef f(c: 'S3Client'):\n    c.list_buckets()", "f(event)",
         ["s3.ListBuckets"]),
        ("from aws_lambda_powertools.utilities import parameters", "parameters.get_secret('n')",
         ["secretsmanager.GetSecretValue"]),
        ("def deco(f):\n    def inner(*a):\n        boto3.client('sns').publish()\n        return f(*a)\n"
         "    return inner\n@deco\ndef work():\n    boto3.client('s3').list_buckets()", "work()",
         ["s3.ListBuckets", "sns.Publish"]),
        ("from aws_lambda_powertools.event_handler import APIGatewayRestResolver\napp = APIGatewayRestResolver()\n"
         "@app.get('/x')\ndef x():\n    boto3.client('s3').list_buckets()", "return app.resolve(event, context)",
         ["s3.ListBuckets"]),
    ],
)  # fmt: skip
def test_values_are_followed_through_functions_classes_and_variables(before, code, found):
    assert names(body(code, before)) == found


def test_modules_of_the_project_are_followed_and_only_what_is_used_counts():
    code = "from store import Store\ndef handler(event, context):\n    Store().load()\n"
    store = """
    import clients
    class Store:
        def load(self):
            return clients.table().get_item(Key={})
        def drop(self):
            clients.table().delete_item(Key={})
    """
    clients = "import boto3\ndef table():\n    return boto3.resource('dynamodb').Table('t')\n"
    assert names(code, store=store, clients=clients) == ["dynamodb.GetItem"]


@pytest.mark.parametrize(
    "made",
    [
        "boto3.client('s3', aws_access_key_id=k, aws_secret_access_key=s)",
        "boto3.Session(aws_access_key_id=k).client('s3')",
        "boto3.Session(profile_name='other').client('s3')",
        "boto3.client('s3', **{'aws_access_key_id': k})",
        "boto3.resource('s3', aws_session_token=event['t']).meta.client",
    ],
)
def test_a_client_with_credentials_of_its_own_is_not_the_roles(made):
    code = body(f"k = event['k']\ns = event['s']\n{made}.list_buckets()")
    assert [(call.name, call.own) for call in calls(code)] == [("s3.ListBuckets", False)]


@pytest.mark.parametrize(
    "made",
    [
        "boto3.client('s3', aws_access_key_id=os.environ['AWS_ACCESS_KEY_ID'])",
        "boto3.client('s3', aws_session_token=None)",
        "boto3.client('s3', region_name='eu-west-1')",
    ],
)
def test_the_roles_own_credentials_are_its_own(made):
    assert [call.own for call in calls(body(f"{made}.list_buckets()"))] == [True]


def test_a_guess_from_the_methods_name_and_keywords_has_low_confidence():
    (call,) = calls(body("event.send_message(QueueUrl='u', MessageBody='m')"))
    assert (call.name, call.confidence) == ("sqs.SendMessage", "low")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("'orders'", ("orders",)),
        ("os.environ['TABLE']", (("TABLE", None),)),
        ("os.getenv('TABLE', 'orders')", (("TABLE", "orders"),)),
        ("f'orders-{os.environ[\"STAGE\"]}'", ("orders-", ("STAGE", None))),
        ("'orders-' + event['x']", ("orders-", ("", None))),
        ("event['x']", (("", None),)),
    ],
)
def test_names_of_resources_are_kept_as_far_as_they_are_known(written, text):
    (call,) = calls(body(f"boto3.resource('dynamodb').Table({written}).scan()"))
    assert tuple(p if isinstance(p, str) else tuple(p) for p in call.parameters["TableName"].parts) == text


def test_the_line_of_a_call_is_the_one_it_is_written_on():
    (call,) = calls(
        "import boto3\ndef handler(event, context):\n    x = 1\n    boto3.client('s3').list_buckets()\n"
    )
    assert call.scope.facts.module.document.locate(call.span.start).row == 4
