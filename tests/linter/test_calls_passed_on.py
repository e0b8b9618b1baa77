"""Calls to AWS behind functions that hand on, names bound again, and imports of everything."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import Project


def use(code: str, **others: str):
    files = {"app.py": textwrap.dedent(code)}
    files |= {f"{name}.py": textwrap.dedent(text) for name, text in others.items()}
    (handler,) = (one for one in Project.of(files).handlers if one.module.name == "app.py")
    return handler.aws


def names(code: str, **others: str) -> list[str]:
    return sorted({call.name for call in use(code, **others).calls})


MAKERS = """
    import boto3
    from botocore.config import Config

    def client(*args, **kwargs):
        kwargs["config"] = Config(user_agent_extra="ours")
        return boto3.client(*args, **kwargs)

    def resource(*args, **kwargs):
        return boto3.resource(*args, **kwargs)
"""


def test_a_maker_of_clients_that_hands_on_makes_what_each_caller_asks_for():
    found = use(
        """
        import makers
        sqs, table = makers.client("sqs"), makers.resource("dynamodb").Table("t")
        def handler(event, context):
            sqs.send_message(QueueUrl="q", MessageBody="m")
            table.put_item(Item={})
        """,
        makers=MAKERS,
    )
    assert sorted(call.name for call in found.calls) == ["dynamodb.PutItem", "sqs.SendMessage"]
    assert not found.unresolved


def test_clients_that_hand_on_credentials_are_kept_apart_from_those_of_the_role():
    found = use(
        """
        import makers
        def handler(event, context):
            makers.client("sqs").list_queues()
            makers.client("sns", aws_access_key_id=event["id"], aws_secret_access_key=event["key"]).list_topics()
        """,
        makers=MAKERS,
    )
    assert {call.name: call.own for call in found.calls} == {"sqs.ListQueues": True, "sns.ListTopics": False}


def test_a_service_that_only_the_event_knows_stays_open_behind_a_function_that_hands_on():
    code = 'import makers\ndef handler(event, context):\n    makers.client(event["service"]).list_queues()\n'
    assert use(code, makers=MAKERS).unresolved


@pytest.mark.parametrize(
    "maker",
    [
        "def client(*args, **kwargs):\n    return boto3.client('sns', **kwargs)\n",
        "def client(name, *args):\n    return boto3.client(*args)\n",
        "def client(*args, **kwargs):\n    return boto3.client(*kwargs, **kwargs)\n",
    ],
)
def test_a_function_that_changes_what_it_is_given_hands_nothing_on(maker):
    code = "import makers\ndef handler(event, context):\n    makers.client('sqs').list_queues()\n"
    assert names(code, makers="import boto3\n" + maker) == []


def test_a_name_that_is_bound_to_what_is_made_of_it_is_both():
    code = """
        import boto3
        pages = boto3.client("ec2").get_paginator("describe_snapshots")
        pages = pages.paginate(OwnerIds=["self"])
        def handler(event, context):
            return [snapshot for page in pages for snapshot in page["Snapshots"]]
        """
    assert names(code) == ["ec2.DescribeSnapshots"]


def test_a_name_bound_to_itself_ends():
    assert (
        names("import boto3\nx = x\ny = y + x\ndef handler(event, context):\n    return x.list_queues()\n")
        == []
    )


def test_a_helper_that_pages_through_what_it_is_told_pages_through_all_of_it():
    code = """
        import boto3
        rds = boto3.client("rds")
        def everything(client, name):
            for page in client.get_paginator(name).paginate():
                yield page
        def handler(event, context):
            return [*everything(rds, "describe_db_snapshots"), *everything(rds, "describe_db_instances")]
        """
    assert names(code) == ["rds.DescribeDBInstances", "rds.DescribeDBSnapshots"]
    assert not use(code).unresolved
    unknown = code.replace('"describe_db_instances"', 'event["one"]')
    assert use(unknown.replace('"describe_db_snapshots"', 'event["other"]')).unresolved


HELPERS = """
    import boto3
    queue = boto3.client("sqs")
    def send(text):
        queue.send_message(QueueUrl="q", MessageBody=text)
"""


@pytest.mark.parametrize("others", [{"helpers": HELPERS}, {"helpers": "from more import *", "more": HELPERS}])
def test_what_comes_by_an_import_of_everything_is_followed(others):
    code = "from helpers import *\ndef handler(event, context):\n    send('a')\n    queue.list_queues()\n"
    assert names(code, **others) == ["sqs.ListQueues", "sqs.SendMessage"]


def test_a_name_of_its_own_goes_before_one_that_is_imported_with_everything():
    code = "from helpers import *\ndef send(text):\n    pass\ndef handler(event, context):\n    send('a')\n"
    assert names(code, helpers=HELPERS) == []


def test_modules_that_import_everything_of_each_other_end():
    code = "from helpers import *\ndef handler(event, context):\n    nowhere()\n"
    assert names(code, helpers="from app import *\nfrom helpers import *\n") == []


def test_everything_of_a_package_nobody_knows_may_call_anything():
    assert "*" in use("from nowhere import *\ndef handler(event, context):\n    pass\n").unseen


def test_code_in_a_quoted_text_that_goes_over_lines_is_read():
    template = (
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: index.handler\n"
        "      Runtime: python3.13\n      Role: r\n      Code:\n"
        '        ZipFile: "import boto3\\nsqs = boto3.client(\\"sqs\\")\\ndef handler(event, context):\\n\\\n'
        '          \\  sqs.list_queues()\\n"\n'
    )
    (handler,) = Project.of({"template.yaml": template}).handlers
    (call,) = handler.aws.calls
    assert call.name == "sqs.ListQueues"
