"""Mistakes with versions, aliases, layers and what is attached to functions are answered as AWS answers them.

The answers lie in `recorded/control_*.json`, each with its date. They all meet one account: the function `here` with
versions 1, 2 and 3, the alias `live`, a URL and a policy, two versions of the layer `base`, and the queue `line`
that is mapped to the function, beside `other`, `brief` and `line.fifo`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

FACTS = [
    (path.stem.partition("_")[2], fact)
    for path in sorted((Path(__file__).parent / "recorded").glob("control_*.json"))
    for fact in json.loads(path.read_text(encoding="utf-8"))["facts"]
]


def decoded(value):
    """JSON has no bytes: an object with the one key `latin-1` stands for some."""
    if isinstance(value, dict) and set(value) == {"latin-1"}:
        return value["latin-1"].encode("latin-1")
    return {key: decoded(part) for key, part in value.items()} if isinstance(value, dict) else value


def filled(value, known):
    """What only this run knows, in place of its names in a fact."""
    if isinstance(value, dict):
        return {key: filled(part, known) for key, part in value.items()}
    for name, found in known.items() if isinstance(value, str) else ():
        value = value.replace(name, found)
    return value


@pytest.fixture(scope="module")
def furnished(own_cloud, pack):
    """A cloud with something of everything; a refused request must leave it as it is, so all facts share it."""
    own_cloud.reset()
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = own_cloud.client("iam").create_role(
        RoleName="runner", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )
    api = own_cloud.client("lambda")
    created = api.create_function(
        FunctionName="here",
        Runtime="python3.13",
        Handler="app.handler",
        Role=made["Role"]["Arn"],
        Code={"ZipFile": pack(app="def handler(event, context): return event")},
    )
    for number in "123":
        api.update_function_configuration(FunctionName="here", Description=number)
        api.publish_version(FunctionName="here")
        if number != "3":
            api.publish_layer_version(LayerName="base", Content={"ZipFile": pack(shared=number)})
    api.create_alias(FunctionName="here", Name="live", FunctionVersion="1")
    api.create_function_url_config(FunctionName="here", AuthType="NONE")
    statement = {"StatementId": "taken", "Principal": "*"}
    api.add_permission(FunctionName="here", Action="lambda:InvokeFunction", **statement)
    api.add_layer_version_permission(
        LayerName="base", VersionNumber=1, Action="lambda:GetLayerVersion", **statement
    )
    for name, attributes in (
        ("line", {}),
        ("other", {}),
        ("brief", {"VisibilityTimeout": "2"}),
        ("line.fifo", {"FifoQueue": "true"}),
    ):
        own_cloud.client("sqs").create_queue(QueueName=name, Attributes=attributes)
    line = "arn:aws:sqs:us-east-1:123456789012:line"
    mapping = api.create_event_source_mapping(FunctionName="here", EventSourceArn=line)
    own_cloud.clock.advance(1)
    yield own_cloud, {"{sha}": created["CodeSha256"], "{uuid}": mapping["UUID"]}
    own_cloud.reset()


@pytest.mark.parametrize(("noun", "fact"), FACTS, ids=[f"{noun}: {fact['about']}" for noun, fact in FACTS])
def test_a_mistake_is_answered_as_aws_answers_it(noun, fact, furnished):
    cloud, known = furnished
    # The SDK would find some of these mistakes itself, and then the service would not be asked.
    api = cloud.client("lambda", config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))
    with pytest.raises(ClientError) as caught:
        getattr(api, fact["call"])(**decoded(filled(fact["with"], known)))
    answer = caught.value.response
    assert answer["Error"]["Message"] == filled(fact["message"], known)
    assert answer["Error"]["Code"] == fact["code"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == fact["status"]
