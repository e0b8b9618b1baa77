"""One cloud a test process, emptied before each test, and two verbs: deploy a source, invoke a function."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from course.cloud import Cloud

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=60)
"""For clients that must not ask twice."""


@dataclass(frozen=True)
class Answer:
    """What an invocation gave. `payload` is decoded where it is JSON."""

    status: int
    payload: Any
    body: bytes
    error: str | None
    log: str
    request: str
    version: str | None

    @property
    def report(self) -> str:
        """The REPORT line of the log tail."""
        (line,) = [line for line in self.log.splitlines() if line.startswith("REPORT ")]
        return line


def package(**files: str | bytes) -> bytes:
    """A zip; `app="..."` is the file app.py."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name if "." in name else f"{name}.py", text)
    return stream.getvalue()


@pytest.fixture(scope="session")
def pack() -> Callable[..., bytes]:
    return package


@pytest.fixture(scope="session")
def own_cloud() -> Iterator[Cloud]:
    # LAMBDALAB_RUNTIME_CLIENT=python: all tests on what stands in for the C part of awslambdaric.
    with Cloud(seed=7, runtime_client=os.environ.get("LAMBDALAB_RUNTIME_CLIENT", "auto")) as cloud:
        yield cloud


@pytest.fixture
def cloud(own_cloud: Cloud) -> Cloud:
    own_cloud.reset()
    return own_cloud


@pytest.fixture
def api(cloud: Cloud) -> Any:
    """A Lambda client that never asks twice."""
    return cloud.client("lambda", config=ONCE)


@pytest.fixture
def role(cloud: Cloud) -> str:
    """The ARN of a role that Lambda may assume."""
    made = cloud.client("iam").create_role(RoleName="runner", AssumeRolePolicyDocument=json.dumps(TRUST))
    return str(made["Role"]["Arn"])


@pytest.fixture
def deploy(api: Any, role: str) -> Callable[..., str]:
    """Create a function from the source of app.py; further arguments are CreateFunction's."""

    def made(source: str, name: str = "f", **arguments: Any) -> str:
        settings = {"Runtime": "python3.11", "Handler": "app.handler", "Role": role, **arguments}
        settings.setdefault("Code", {"ZipFile": package(app=source)})
        api.create_function(FunctionName=name, **settings)
        return name

    return made


@pytest.fixture
def invoke(api: Any) -> Callable[..., Answer]:
    """Run a function: `invoke(name, event)`. Further arguments are Invoke's."""

    def asked(name: str = "f", event: Any = None, **arguments: Any) -> Answer:
        payload = event if isinstance(event, bytes) else json.dumps({} if event is None else event)
        if arguments.get("InvocationType", "RequestResponse") == "RequestResponse":
            arguments.setdefault("LogType", "Tail")
        got = api.invoke(FunctionName=name, Payload=payload, **arguments)
        body = got["Payload"].read()
        try:
            decoded = json.loads(body)
        except ValueError:
            decoded = body
        return Answer(
            status=got["StatusCode"],
            payload=decoded,
            body=body,
            error=got.get("FunctionError"),
            log=base64.b64decode(got.get("LogResult", "")).decode("utf-8", "replace"),
            request=got["ResponseMetadata"]["RequestId"],
            version=got.get("ExecutedVersion"),
        )

    return asked


@pytest.fixture
def queue(cloud) -> Callable[..., tuple[str, str]]:
    """Make a queue: its URL and its ARN. Arguments are attributes."""

    def made(name: str = "q", **attributes: Any) -> tuple[str, str]:
        text = {
            key: value if isinstance(value, str) else json.dumps(value) for key, value in attributes.items()
        }
        url = cloud.client("sqs").create_queue(QueueName=name, Attributes=text)["QueueUrl"]
        return url, f"arn:aws:sqs:us-east-1:123456789012:{name}"

    return made


@pytest.fixture
def mapped(cloud, api) -> Callable[..., str]:
    """Map a queue to f and wait until that works: the UUID."""

    def made(arn: str, name: str = "f", **settings: Any) -> str:
        uuid = api.create_event_source_mapping(EventSourceArn=arn, FunctionName=name, **settings)["UUID"]
        cloud.clock.advance(1)
        return str(uuid)

    return made


@pytest.fixture
def send(cloud) -> Callable[..., list[str]]:
    """Send bodies in one request and wait until what follows from it has come to rest: the message ids."""

    def sent(url: str, *bodies: str, rest: bool = True, **members: Any) -> list[str]:
        entries = [{"Id": str(number), "MessageBody": body, **members} for number, body in enumerate(bodies)]
        found = cloud.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)["Successful"]
        if rest:
            assert cloud.settle()
        return [one["MessageId"] for one in found]

    return sent


@pytest.fixture
def events(cloud) -> Callable[..., list[Any]]:
    """The events that f got, in order."""

    def found(name: str = "f") -> list[Any]:
        logs = cloud.client("logs")
        cloud.ledger.catch_up()
        if not logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]:
            return []
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
        lines = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(line[4:]) for line in lines if line.startswith("GOT ")]

    return found


@pytest.fixture
def batches(events) -> Callable[..., list[list[str]]]:
    """The bodies that f got, invocation by invocation."""
    return lambda name="f": [[record["body"] for record in event["Records"]] for event in events(name)]


@pytest.fixture
def left(cloud) -> Callable[[str], tuple[int, int]]:
    """How many messages of a queue are visible, and how many are not."""

    def counted(url: str) -> tuple[int, int]:
        wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
        return int(found[wanted[0]]), int(found[wanted[1]])

    return counted


@pytest.fixture
def measured(cloud) -> Callable[..., Any]:
    """The statistic of a metric over the last hour, in one period; None if there is nothing."""

    def ask(name: str, stat: str = "Sum", namespace: str = "AWS/Lambda", **dimensions: str):
        now = datetime.fromtimestamp(cloud.clock.now(), timezone.utc)
        kind = "Statistics" if stat in ("Sum", "Average", "Minimum", "Maximum", "SampleCount") else None
        found = cloud.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - timedelta(minutes=59),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            **{kind or "ExtendedStatistics": [stat]},
        )["Datapoints"]
        values = [point[stat] if kind else point["ExtendedStatistics"][stat] for point in found]
        return values[0] if len(values) == 1 else values or None

    return ask


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], Any]:
    """A file of facts about the real service."""

    def read(name: str) -> Any:
        return json.loads((Path(__file__).parent / "recorded" / f"{name}.json").read_text(encoding="utf-8"))

    return read


class Served:
    """A running `lambdalab cloud --port 0`, where it is and what it prints; `place` puts a function there."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "course.cli", "cloud", "--port", "0", *options],
            env={**os.environ, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.read()
        found = re.fullmatch(r"lambdalab cloud ready at (http://\S+)\n", line)
        assert found, line
        self.endpoint = found[1]

    def read(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def client(self, service: str) -> Any:
        """A client that never asks twice."""
        return boto3.session.Session("test", "test", region_name="us-east-1").client(
            service, endpoint_url=self.endpoint, config=ONCE
        )

    def place(self, source: str, name: str = "f", **settings: Any) -> None:
        """Create a function."""
        role = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        settings = {"Runtime": "python3.13", "Handler": "app.handler", **settings}
        self.client("lambda").create_function(
            FunctionName=name, Role=role["Role"]["Arn"], Code={"ZipFile": package(app=source)}, **settings
        )

    def invoke(self, event: Any = None, name: str = "f") -> Any:
        """What a function answers."""
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts `lambdalab cloud` with the options given; it is ended with the test."""
    started: list[Served] = []

    def start(*options: str) -> Served:
        started.append(Served(tmp_path, *options))
        return started[-1]

    yield start
    for served in started:
        served.process.terminate()
        served.process.communicate(timeout=20)
