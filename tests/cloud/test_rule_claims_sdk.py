"""What rules about boto3 say of their bad examples happens: they fail here as the rule says, and mended they work."""

from __future__ import annotations

import pytest

from lint_rules import Config, Project, Safety, fix, load_rules
from lint_rules.engine.markdown import sections

FAILS = {
    "batch-size-exceeds-limit": "TooManyEntriesInBatchRequest",
    "dynamodb-client-resource-type-mixup": "ParamValidationError",
    "dynamodb-decimal-json": "TypeError",
    "dynamodb-float": "TypeError",
    "unknown-operation-or-param": "ParamValidationError",
    "unknown-waiter-or-paginator": "ValueError",
    "wrong-exception-class": "AttributeError",
}
"""The type of error that a bad example must end with."""
WORKS_WHEN_MENDED = ("batch-size-exceeds-limit", "dynamodb-decimal-json", "dynamodb-float")


def bad(name: str) -> str:
    """The code of the first bad example of a rule."""
    parts = {section.title: section for section in sections(load_rules()[name].doc)}
    return parts["Bad"].examples()[0][0]["app.py"]


def mended(name: str) -> str:
    """The same code with the fixes of the rule."""
    result = fix(Project.of({"app.py": bad(name)}), Config(select=(name,)), Safety.UNSAFE)
    return result.project.documents["app.py"].raw


@pytest.fixture
def run(cloud, deploy, invoke):
    """Run code with a table and a queue at hand, and an event that every example understands."""

    def done(code: str):
        dynamodb = cloud.client("dynamodb")
        key = {"AttributeName": "id", "AttributeType": "S"}
        dynamodb.create_table(
            TableName="orders",
            AttributeDefinitions=[key],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.put_item(TableName="orders", Item={"id": {"S": "one"}, "price": {"N": "1.5"}})
        url = cloud.client("sqs").create_queue(QueueName="q")["QueueUrl"]
        deploy(code, Timeout=60)
        bodies = [f"body {number}" for number in range(30)]
        event = {"id": "one", "price": "1.5", "key": "none", "queue": url, "bodies": bodies, "handle": "h"}
        return invoke(event=event)

    return done


@pytest.mark.parametrize("name", FAILS)
def test_a_bad_example_about_boto3_fails_as_its_rule_says(name, run):
    answer = run(bad(name))
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == FAILS[name]


@pytest.mark.parametrize("name", WORKS_WHEN_MENDED)
def test_the_mended_example_about_boto3_works(name, run):
    assert run(mended(name)).error is None


def test_the_first_page_is_not_all_and_the_mended_code_has_all(cloud, deploy, invoke):
    ssm = cloud.client("ssm")
    for number in range(12):
        ssm.put_parameter(Name=f"/app/{number}", Value="v", Type="String")
    code = (
        "import boto3\n\nssm = boto3.client('ssm')\n\n\ndef handler(event, context):\n"
        "    found = ssm.get_parameters_by_path(Path='/app')\n"
        "    return len([each['Name'] for each in found['Parameters']])\n"
    )
    deploy(code, "bad", Timeout=60)
    result = fix(Project.of({"app.py": code}), Config(select=("missing-pagination",)), Safety.UNSAFE)
    deploy(result.project.documents["app.py"].raw, "mended", Timeout=60)
    assert (invoke("bad").payload, invoke("mended").payload) == (10, 12)
