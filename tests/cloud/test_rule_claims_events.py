"""What rules about events say of their bad examples happens here: wrong shapes fail, first records are all that is
done, and loops run on until they are stopped."""

from __future__ import annotations

import json

import pytest

from course.cloud.sources.responses import failures
from lint_rules import Config, Project, Safety, fix, load_rules
from lint_rules.engine.markdown import sections

SHOP = (
    "done = []\n\n\ndef place(order):\n    print('placed', order)\n\n\n"
    "def smaller(bucket, key):\n    return b'small'\n"
)
MESSAGE = {"messageId": "m1", "receiptHandle": "r", "body": '{"order": 1}', "eventSource": "aws:sqs"}
FIRST = {"httpMethod": "GET", "path": "/", "queryStringParameters": None, "pathParameters": {"id": "7"}}
SECOND = {"version": "2.0", "rawPath": "/", "requestContext": {"http": {"method": "GET", "path": "/"}}}
FAILS = {
    "sqs-body-not-parsed": ({"Records": [MESSAGE]}, "TypeError"),
    "none-parameters": (FIRST, "AttributeError"),
    "payload-version-mismatch": (SECOND, "KeyError"),
    "source-shape-mismatch": ({"Records": [MESSAGE]}, "KeyError"),
    "pathparam-name-mismatch": ({**SECOND, "pathParameters": {"id": "7"}}, "KeyError"),
}
"""An event as the service sends it, and the type of error that a bad example must end with."""
WORK_WHEN_MENDED = ("sqs-body-not-parsed", "none-parameters", "pathparam-name-mismatch")


def bad(name: str) -> dict[str, str]:
    """The files of the first bad example of a rule."""
    parts = {section.title: section for section in sections(load_rules()[name].doc)}
    return dict(parts["Bad"].examples()[0][0])


def code(files: dict[str, str]) -> str:
    """The source of the handler."""
    return next(text for path, text in files.items() if path.endswith("app.py"))


def mended(name: str) -> str:
    """The source of the bad example's handler after the rule's fix."""
    project = fix(Project.of(bad(name)), Config(select=(name,)), Safety.UNSAFE).project
    return code({path: document.raw for path, document in project.documents.items()})


@pytest.fixture
def place(deploy, pack):
    """Deploy a source beside the module `shop` that examples use."""
    return lambda source, **settings: deploy(
        source, Code={"ZipFile": pack(app=source, shop=SHOP)}, **settings
    )


@pytest.mark.parametrize("name", FAILS)
def test_a_bad_example_about_events_fails_as_its_rule_says(name, place, invoke):
    event, error = FAILS[name]
    place(code(bad(name)), Timeout=30)
    answer = invoke(event=event)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == error


@pytest.mark.parametrize("name", WORK_WHEN_MENDED)
def test_the_mended_example_about_events_works(name, place, invoke):
    event, _ = FAILS[name]
    place(mended(name), Timeout=30)
    assert invoke(event=event).error is None


def test_a_key_as_s3_sends_it_is_not_found_and_the_mended_code_finds_it(cloud, queue, deploy, invoke):
    url, arn = queue()
    s3, sqs = cloud.client("s3"), cloud.client("sqs")
    s3.create_bucket(Bucket="shelf")
    wanted = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="shelf", NotificationConfiguration={"QueueConfigurations": [wanted]}
    )
    s3.put_object(Bucket="shelf", Key="my photo.jpg", Body=b"x")
    assert cloud.settle()
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    (event,) = [body for each in messages if "Records" in (body := json.loads(each["Body"]))]
    deploy(code(bad("s3-key-not-unquoted")), "bad", Timeout=30)
    deploy(mended("s3-key-not-unquoted"), "good", Timeout=30)
    assert invoke("bad", event).payload["errorType"] == "ClientError"
    assert invoke("good", event).error is None


def test_only_the_first_message_is_worked_on_and_the_mended_code_works_on_all(
    cloud, place, queue, mapped, send, left
):
    for name, count in (("bad", 1), ("good", 3)):
        source = code(bad("only-first-record")) if name == "bad" else mended("only-first-record")
        place(source, name=name, Timeout=30)
        url, arn = queue(name, VisibilityTimeout="60")
        mapped(arn, name)
        send(url, *(json.dumps({"order": number}) for number in range(3)))
        assert left(url) == (0, 0)
        cloud.ledger.catch_up()
        events = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        assert sum("placed" in event["message"] for event in events) == count


def test_a_list_of_failures_of_another_shape_is_read_as_success(place, invoke):
    event = {"Records": [{**MESSAGE, "body": "x"}]}
    broken = "from shop import place\n\n\ndef place(body):\n    raise ValueError(body)\n"
    answers = {}
    for name, source in (
        ("bad", code(bad("batch-item-failures-shape"))),
        ("good", mended("batch-item-failures-shape")),
    ):
        place(source.replace("from shop import place\n", broken), name=name, Timeout=30)
        answers[name] = invoke(name, event).body
    assert failures(answers["bad"], {"m1"}) == set()
    assert failures(answers["good"], {"m1"}) == {"m1"}


def test_code_in_a_template_that_does_not_parse_is_deployed_and_cannot_run(deploy, invoke):
    (function,) = Project.of(bad("inline-code-syntax")).templates[0].functions
    deploy(function.inline_code.value, Timeout=30)
    assert invoke().payload["errorType"] == "Runtime.UserCodeSyntaxError"


@pytest.mark.parametrize(
    "source", ["handler = {'name': 'worker'}\n", "class W:\n    pass\n\n\nhandler = W()\n"]
)
def test_what_is_no_function_cannot_be_called(source, deploy, invoke):
    deploy(source, Timeout=30)
    answer = invoke()
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "TypeError"


def test_a_result_written_beside_its_source_makes_the_next_event(cloud, api, place):
    place(code(bad("s3-recursion")), Timeout=30)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="shelf")
    function = "arn:aws:lambda:us-east-1:123456789012:function:f"
    api.add_permission(
        FunctionName="f", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    wanted = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="shelf", NotificationConfiguration={"LambdaFunctionConfigurations": [wanted]}
    )
    s3.put_object(Bucket="shelf", Key="a.jpg", Body=b"x")
    assert cloud.settle(60)
    assert len(s3.list_objects_v2(Bucket="shelf")["Contents"]) > 10
