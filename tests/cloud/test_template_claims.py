"""What rules about templates and code say of their bad examples happens: deployed here, they fail as the rule says."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from lint_rules import Config, Project, Safety, fix, load_rules
from lint_rules.engine.markdown import sections


def bad(name: str) -> dict[str, str]:
    """The files of the first bad example of a rule."""
    parts = {section.title: section for section in sections(load_rules()[name].doc)}
    return dict(parts["Bad"].examples()[0][0])


def function_of(files: dict[str, str]):
    """What the template of an example says of its only function."""
    (function,) = Project.of(files).templates[0].functions
    return function


def settings(files: dict[str, str]) -> dict[str, object]:
    """The arguments of CreateFunction that an example's template comes to."""
    function = function_of(files)
    variables = {key: value.value or "x" for key, value in (function.environment.value or {}).items()}
    return {"Handler": function.handler.value, "Environment": {"Variables": variables}}


def mended(name: str) -> dict[str, str]:
    """The files of the bad example after the rule's fix."""
    project = fix(Project.of(bad(name)), Config(select=(name,)), Safety.SAFE).project
    return {path: document.raw for path, document in project.documents.items()}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("handler-target-missing", "Runtime.HandlerNotFound"),
        ("env-read-not-declared", "KeyError"),
        ("env-near-miss", "KeyError"),
    ],
)
def test_a_bad_example_cannot_start_as_its_template_says(name, error, deploy, invoke):
    files = bad(name)
    deploy(files["src/app.py"], **settings(files))
    assert invoke().payload["errorType"] == error


@pytest.mark.parametrize("name", ["handler-target-missing", "env-near-miss"])
def test_the_mended_example_starts(name, deploy, invoke):
    files = mended(name)
    deploy(files["src/app.py"], **settings(files))
    assert invoke().error is None


def test_a_queue_that_hides_messages_too_shortly_is_refused(deploy, queue, api):
    deploy("def handler(event, context): pass", Timeout=60)
    _, arn = queue(VisibilityTimeout="45")
    with pytest.raises(ClientError, match="visibility timeout"):
        api.create_event_source_mapping(EventSourceArn=arn, FunctionName="f")


@pytest.mark.parametrize(("wanted", "kept"), [([], 0), (["ReportBatchItemFailures"], 1)])
def test_failed_messages_are_only_kept_where_the_mapping_asks_for_them(
    wanted, kept, deploy, queue, mapped, send, left, pack
):
    files = bad("partial-batch-not-enabled")
    code = pack(app=files["src/app.py"], shop="def place(body): return body == 'good'")
    deploy("", Code={"ZipFile": code})
    url, arn = queue(VisibilityTimeout="600")
    mapped(arn, FunctionResponseTypes=wanted)
    send(url, "good", "bad")
    assert sum(left(url)) == kept


def test_a_message_for_a_fifo_queue_without_a_group_is_refused(cloud):
    sqs = cloud.client("sqs")
    made = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})
    with pytest.raises(ClientError, match="MessageGroupId"):
        sqs.send_message(QueueUrl=made["QueueUrl"], MessageBody="b")


def test_a_queue_is_not_found_by_its_arn(cloud, queue):
    _, arn = queue()
    with pytest.raises((ClientError, ValueError)):
        cloud.client("sqs").send_message(QueueUrl=arn, MessageBody="b")


def test_a_bucket_is_not_found_by_its_arn(cloud):
    cloud.client("s3").create_bucket(Bucket="photos")
    with pytest.raises((ClientError, ParamValidationError)):
        cloud.client("s3").put_object(Bucket="arn:aws:s3:::photos", Key="k", Body=b"")


def test_a_sixth_layer_is_refused(api, deploy, pack):
    layers = [
        api.publish_layer_version(LayerName=f"l{number}", Content={"ZipFile": pack(l=f"x = {number}")})[
            "LayerVersionArn"
        ]
        for number in range(6)
    ]
    with pytest.raises(ClientError):
        deploy("def handler(event, context): pass", Layers=layers)
    deploy("def handler(event, context): pass", Layers=layers[:5])
