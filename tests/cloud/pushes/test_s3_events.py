"""Buckets tell functions, queues, topics and the default bus what happens to their objects, as AWS does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import pytest

KEY = "a/b c@d.txt"
BODY = b"something"
ACCOUNT = "us-east-1:123456789012"
ALL = [
    "s3:ObjectCreated:*",
    "s3:ObjectRemoved:*",
    "s3:ObjectTagging:*",
    "s3:ObjectAcl:Put",
    "s3:ObjectRestore:*",
]


@pytest.fixture
def s3(cloud) -> Any:
    client = cloud.client("s3")
    client.create_bucket(Bucket="shelf")
    return client


@pytest.fixture
def told(s3) -> Callable[..., None]:
    """Have the bucket tell a function, queue or topic: `told(arn, events)`."""
    members = {
        "lambda": ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
        "sqs": ("QueueConfigurations", "QueueArn"),
        "sns": ("TopicConfigurations", "TopicArn"),
    }

    def configure(arn: str, events: list[str] = ALL) -> None:
        kind, member = members[arn.split(":")[2]]
        s3.put_bucket_notification_configuration(
            Bucket="shelf", NotificationConfiguration={kind: [{member: arn, "Events": events}]}
        )

    return configure


@pytest.fixture
def bodies(inbox) -> Callable[[], list[Any]]:
    """The bodies in the queue q."""
    return lambda: [message["Body"] for message in inbox()]


def put(s3: Any, **more: Any) -> Any:
    return s3.put_object(Bucket="shelf", Key=KEY, Body=BODY, **more)


def put_post(s3: Any) -> None:
    boundary = "xxx"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="key"\r\n\r\n{KEY}\r\n']
    parts += [f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n']
    body = "".join(parts).encode() + BODY + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    with urlopen(Request(f"{s3.meta.endpoint_url}/shelf", body, headers)) as answer:
        assert answer.status == 204


def put_parts(s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket="shelf", Key="parts")["UploadId"]
    at = {"Bucket": "shelf", "Key": "parts", "UploadId": upload}
    etag = s3.upload_part(**at, PartNumber=1, Body=b"x" * 6144)["ETag"]
    s3.complete_multipart_upload(**at, MultipartUpload={"Parts": [{"ETag": etag, "PartNumber": 1}]})


def restore(s3: Any) -> None:
    s3.put_object(Bucket="shelf", Key="cold", Body=BODY, StorageClass="GLACIER")
    s3.restore_object(Bucket="shelf", Key="cold", RestoreRequest={"Days": 1})
    for _ in range(3):
        s3.head_object(Bucket="shelf", Key="cold")


def at(s3: Any, operation: str, **more: Any) -> None:
    put(s3)
    getattr(s3, operation)(Bucket="shelf", Key=KEY, **more)


def copy(s3: Any) -> None:
    at(s3, "copy_object", CopySource={"Bucket": "shelf", "Key": KEY})
    s3.copy_object(Bucket="shelf", Key="copy", CopySource={"Bucket": "shelf", "Key": KEY})


TAGS = {"TagSet": [{"Key": "k", "Value": "v"}]}
DOINGS: dict[str, Callable[[Any], Any]] = {
    "ObjectCreated:Put": put,
    "ObjectCreated:Post": put_post,
    "ObjectCreated:CompleteMultipartUpload": put_parts,
    "ObjectRemoved:Delete": lambda s3: at(s3, "delete_object"),
    "ObjectTagging:Put": lambda s3: at(s3, "put_object_tagging", Tagging=TAGS),
    "ObjectTagging:Delete": lambda s3: at(s3, "delete_object_tagging"),
    "ObjectAcl:Put": lambda s3: at(s3, "put_object_acl", ACL="public-read"),
    "ObjectRestore:Post": restore,
    "ObjectRestore:Completed": restore,
}


@pytest.mark.parametrize("name", DOINGS)
def test_a_record_has_what_aws_sends(s3, told, bodies, recorded, same, name):
    told(f"arn:aws:sqs:{ACCOUNT}:q")
    DOINGS[name](s3)
    facts = recorded("events/s3")
    test, *messages = bodies()
    same(test, facts["test"])
    found = [message["Records"][0] for message in messages if message["Records"][0]["eventName"] == name]
    wanted = json.loads(json.dumps(facts["record"]))
    wanted["s3"]["object"] = facts["objects"][name]
    if name.startswith(("ObjectTagging", "ObjectAcl")):
        wanted["eventVersion"] = "2.3"
    if name == "ObjectRestore:Completed":
        wanted["glacierEventData"] = facts["glacierEventData"]
    assert len(found) == 1
    same(found[0], wanted)


def test_a_copy_is_told_of_as_a_copy_alone(s3, told, bodies, recorded, same):
    told(f"arn:aws:sqs:{ACCOUNT}:q")
    put(s3)
    s3.copy_object(Bucket="shelf", Key="copy", CopySource={"Bucket": "shelf", "Key": KEY})
    _, first, second = bodies()
    assert first["Records"][0]["eventName"] == "ObjectCreated:Put"
    assert second["Records"][0]["eventName"] == "ObjectCreated:Copy"
    same(second["Records"][0]["s3"]["object"], recorded("events/s3")["objects"]["ObjectCreated:Copy"])


def test_tags_and_access_lists_that_come_with_an_object_are_no_events(s3, told, bodies):
    told(f"arn:aws:sqs:{ACCOUNT}:q")
    put(s3, Tagging="a=b", ACL="public-read")
    _, only = bodies()
    assert only["Records"][0]["eventName"] == "ObjectCreated:Put"


def test_versions_and_delete_markers(s3, told, bodies, recorded, same):
    facts = recorded("events/s3")["objects"]
    told(f"arn:aws:sqs:{ACCOUNT}:q")
    s3.put_bucket_versioning(Bucket="shelf", VersioningConfiguration={"Status": "Enabled"})
    version = put(s3)["VersionId"]
    put(s3)
    marker = s3.delete_object(Bucket="shelf", Key=KEY)["VersionId"]
    s3.delete_object(Bucket="shelf", Key=KEY, VersionId=version)
    _, *messages = bodies()
    objects = [
        (message["Records"][0]["eventName"], message["Records"][0]["s3"]["object"]) for message in messages
    ]
    assert [name for name, _ in objects] == [
        "ObjectCreated:Put",
        "ObjectCreated:Put",
        "ObjectRemoved:DeleteMarkerCreated",
        "ObjectRemoved:Delete",
    ]
    same(objects[0][1], facts["ObjectCreated:Put versioned"])
    same(objects[2][1], facts["ObjectRemoved:DeleteMarkerCreated"])
    same(objects[3][1], facts["ObjectRemoved:Delete versioned"])
    assert (objects[0][1]["versionId"], objects[2][1]["versionId"]) == (version, marker)
    assert objects[3][1]["versionId"] == version
    sequencers = [each["sequencer"] for _, each in objects]
    assert sequencers == sorted(sequencers)


def test_deleting_many_tells_of_each(s3, told, bodies):
    told(f"arn:aws:sqs:{ACCOUNT}:q", ["s3:ObjectRemoved:Delete"])
    for key in ("a", "b"):
        s3.put_object(Bucket="shelf", Key=key, Body=b"")
    s3.delete_objects(Bucket="shelf", Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    _, *messages = bodies()
    assert [message["Records"][0]["s3"]["object"]["key"] for message in messages] == ["a", "b"]


def test_what_was_uploaded_in_parts_is_told_of_once(s3, told, bodies):
    told(f"arn:aws:sqs:{ACCOUNT}:q", ["s3:ObjectCreated:*"])
    put_parts(s3)
    _, *messages = bodies()
    names = [message["Records"][0]["eventName"] for message in messages]
    assert names == ["ObjectCreated:CompleteMultipartUpload"]


def test_a_function_gets_the_record_after_the_request_is_answered(s3, told, catcher, caught, cloud):
    told(catcher)
    put(s3)
    (event,) = caught()
    assert event["Records"][0]["s3"]["object"]["key"] == "a/b+c%40d.txt"
    (accepted,) = cloud.ledger.entries("event.accepted")
    assert accepted.details["source"] == "s3.amazonaws.com"
    assert accepted.details["source_arn"] == "arn:aws:s3:::shelf"


def test_a_topic_gets_the_record_under_a_subject(s3, told, cloud, bodies):
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{ACCOUNT}:q")
    told(topic)
    put(s3)
    test, message = bodies()
    assert json.loads(test["Message"])["Event"] == "s3:TestEvent"
    assert message["Subject"] == "Amazon S3 Notification"
    assert json.loads(message["Message"])["Records"][0]["eventName"] == "ObjectCreated:Put"


@pytest.mark.parametrize(
    ("name", "doing"),
    [
        ("Object Created", put),
        ("Object Deleted", DOINGS["ObjectRemoved:Delete"]),
        ("Object ACL Updated", DOINGS["ObjectAcl:Put"]),
        ("Object Tags Added", DOINGS["ObjectTagging:Put"]),
        ("Object Tags Deleted", DOINGS["ObjectTagging:Delete"]),
        ("Object Restore Initiated", restore),
    ],
)
def test_the_default_bus_gets_an_event(s3, cloud, bodies, recorded, same, name, doing):
    s3.put_bucket_notification_configuration(
        Bucket="shelf", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    events = cloud.client("events")
    events.put_rule(Name="watch", EventPattern=json.dumps({"source": ["aws.s3"], "detail-type": [name]}))
    events.put_targets(Rule="watch", Targets=[{"Id": "q", "Arn": f"arn:aws:sqs:{ACCOUNT}:q"}])
    doing(s3)
    (event,) = bodies()
    facts = recorded("events/s3")
    same(event, {**facts["event"], "detail": facts["details"][name]})
    assert event["detail-type"] == name


def test_ids_are_the_clouds(s3, told, bodies):
    told(f"arn:aws:sqs:{ACCOUNT}:q")
    put(s3)
    _, message = bodies()
    elements = message["Records"][0]["responseElements"]
    assert re.fullmatch(r"[0-9A-F]{16}", elements["x-amz-request-id"])
