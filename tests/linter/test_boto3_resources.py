"""What Python code makes through boto3, read as a template."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import LogGroup, Project, Queue, Role, Table, Template


def template(code: str) -> Template:
    text = "import boto3\n" + textwrap.dedent(code)
    (found,) = Project.of({"deploy.py": text}).templates
    return found


FUNCTION = """
    client = boto3.client("lambda")
    client.create_function(
        FunctionName="orders",
        Runtime="python3.13",
        Role=ROLE,
        Handler="app.handler",
        Timeout=15 * 2,
        Code={"ZipFile": data},
        Environment={"Variables": {"TABLE": "orders"}},
    )
"""


def test_create_function_makes_a_function() -> None:
    found = template(FUNCTION)
    assert found.kind == "python"
    (spec,) = found.functions
    assert (spec.logical_id, spec.handler.value, spec.timeout.value) == ("orders", "app.handler", 30)
    assert spec.environment.value["TABLE"].value == "orders"
    assert spec.role.state == "unresolved"
    assert spec.dead_letter.absent
    assert found.text[spec.span.start : spec.span.end] == '"orders"'


@pytest.mark.parametrize(
    "later",
    [
        'client.update_function_configuration(FunctionName="orders", DeadLetterConfig=x)',
        'client.put_function_event_invoke_config(FunctionName="orders", DestinationConfig=x)',
    ],
)
def test_what_is_changed_later_is_open(later: str) -> None:
    (spec,) = template(FUNCTION + f"    {later}\n").functions
    assert spec.dead_letter.state == "unresolved"
    assert spec.timeout.value == 30


def test_arguments_in_a_mapping_leave_the_rest_open() -> None:
    (spec,) = template(
        'boto3.client("lambda").create_function(FunctionName="f", Role=r, Code=c, **more)'
    ).functions
    assert spec.timeout.state == "unresolved"


def test_a_mapping_finds_its_function_by_name() -> None:
    more = """
    client.create_event_source_mapping(
        FunctionName="orders", EventSourceArn="arn:aws:sqs:eu-west-1:123456789012:work", BatchSize=5
    )
    boto3.client("events").put_targets(Rule="nightly", Targets=[{"Arn": "arn:aws:lambda:r:1:function:orders"}])
    """
    (spec,) = template(FUNCTION + more).functions
    assert [(event.kind, event.how) for event in spec.events] == [
        ("SQS", "poll"),
        ("EventBridgeRule", "async"),
    ]
    assert spec.events[0].settings.value("BatchSize").value == 5


def test_queues_tables_roles_and_log_groups() -> None:
    found = template("""
        import json
        trust = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
        boto3.client("sqs").create_queue(QueueName="work", Attributes={"VisibilityTimeout": "90"})
        boto3.client("dynamodb").create_table(
            TableName="orders", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}]
        )
        boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
        boto3.client("logs").create_log_group(logGroupName="/aws/lambda/orders")
    """)
    assert found.all(Queue)[0].visibility_timeout.value == 90
    assert found.all(Table)[0].partition_key.value == "pk"
    assert found.all(Role)[0].trust[0].principal.value == "*"
    assert found.all(LogGroup)[0].name.value == "/aws/lambda/orders"


@pytest.mark.parametrize(
    "code",
    [
        "shop.create_table(rows=3)",
        "factory.create_function('x')",
        "create_queue(QueueName='q')",
        "x.subscribe(callback)",
    ],
)
def test_methods_of_others_make_nothing(code: str) -> None:
    assert Project.of({"deploy.py": f"import boto3\n{code}\n"}).templates == []


def test_the_handler_of_a_function_made_here_is_found() -> None:
    files = {
        "deploy.py": "import boto3\n" + textwrap.dedent(FUNCTION),
        "app.py": "def handler(a, b):\n    return a\n",
    }
    (handler,) = Project.of(files).handlers
    assert handler.spec is not None
    assert handler.spec.logical_id == "orders"
