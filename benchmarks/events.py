"""How fast events reach functions in the embedded cloud, beside the target that each figure has.

    python benchmarks/events.py [--quick] [--launcher zygote]

The cloud runs in its own process, as users run it, and is asked through boto3. `drained` counts from the first send
until nothing is left in the queue; latencies count from before the request to the entry in the cloud's ledger.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any

import cloud as base

MESSAGES = 2000
SINK = "def handler(event, context): return None"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
LEFT = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a third of the rounds")
    parser.add_argument("--launcher", choices=["exec", "zygote"], default="exec")
    options = parser.parse_args()
    base.LAUNCHER[0] = options.launcher
    rounds = 3 if options.quick else 9
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {load}, {rounds} rounds")
    print(f"{'':44}{'median':>10}{'worst':>10}{'target':>10}")
    with serving() as endpoint:
        queues(endpoint, rounds)
        streams(endpoint, rounds)


def queues(endpoint: str, rounds: int) -> None:
    api, sqs = base.client("lambda", endpoint), base.client("sqs", endpoint)
    place(endpoint, "sink", SINK)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    uuid = api.create_event_source_mapping(EventSourceArn=QUEUE, FunctionName="sink", BatchSize=10)["UUID"]
    skip(endpoint, 1)

    def drained() -> float:
        begun = time.perf_counter()
        fill(sqs, url)
        wait_until_empty(sqs, url)
        return MESSAGES / (time.perf_counter() - begun)

    def backlog() -> tuple[float, float]:
        api.update_event_source_mapping(UUID=uuid, Enabled=False)
        skip(endpoint, 1)
        begun = time.perf_counter()
        fill(sqs, url)
        sent = MESSAGES / (time.perf_counter() - begun)
        api.update_event_source_mapping(UUID=uuid, Enabled=True)
        begun = time.perf_counter()
        skip(endpoint, 1)
        wait_until_empty(sqs, url)
        return sent, MESSAGES / (time.perf_counter() - begun)

    def one() -> float:
        begun = time.time()
        id = sqs.send_message(QueueUrl=url, MessageBody="x")["MessageId"]
        wait_until_empty(sqs, url)
        (entry,) = ledger(endpoint, what="message.deleted", id=id)
        return (entry["at"] - skipped(endpoint) - begun) * 1000

    one()
    latency("one message, sent to deleted", [one() for _ in range(rounds * 5)], 25)
    rate(f"{MESSAGES} messages, sent and drained", [drained() for _ in range(rounds)], 1000)
    found = [backlog() for _ in range(rounds)]
    rate(f"{MESSAGES} messages sent, nobody polls", [sent for sent, _ in found], None)
    rate(f"backlog of {MESSAGES} drained", [drain for _, drain in found], 1000)


def streams(endpoint: str, rounds: int) -> None:
    api, kinesis = base.client("lambda", endpoint), base.client("kinesis", endpoint)
    dynamodb = base.client("dynamodb", endpoint)
    kinesis.create_stream(StreamName="s", ShardCount=1)
    table = dynamodb.create_table(
        TableName="t",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    for name, arn in (("from-stream", STREAM), ("from-table", table["LatestStreamArn"])):
        place(endpoint, name, SINK)
        api.create_event_source_mapping(
            EventSourceArn=arn, FunctionName=name, StartingPosition="TRIM_HORIZON"
        )
    skip(endpoint, 1)

    def reached(function: str, put: Callable[[], object]) -> float:
        """Milliseconds from before a request to the beginning of the invocation that it causes."""
        before, begun = len(runs(endpoint, function)), time.time()
        put()
        while len(found := runs(endpoint, function)) == before:
            time.sleep(0.005)
        return (max(found) - skipped(endpoint) - begun) * 1000

    def record() -> float:
        return reached("from-stream", lambda: kinesis.put_record(StreamName="s", Data="x", PartitionKey="k"))

    def item() -> float:
        new = {"id": {"S": str(time.perf_counter())}}
        return reached("from-table", lambda: dynamodb.put_item(TableName="t", Item=new))

    def drained() -> float:
        wanted = len(ledger(endpoint, what="record.processed", subject=STREAM)) + MESSAGES
        begun = time.perf_counter()
        for _ in range(MESSAGES // 100):
            kinesis.put_records(StreamName="s", Records=[{"Data": "x", "PartitionKey": "k"}] * 100)
        while len(ledger(endpoint, what="record.processed", subject=STREAM)) < wanted:
            time.sleep(0.02)
        return MESSAGES / (time.perf_counter() - begun)

    record(), item()
    latency("one record of a stream, put to invoked", [record() for _ in range(rounds * 5)], 50)
    latency("one change of a table, put to invoked", [item() for _ in range(rounds * 5)], 50)
    rate(f"{MESSAGES} records of a stream, put and processed", [drained() for _ in range(rounds)], None)


def runs(endpoint: str, function: str) -> list[float]:
    """When each invocation of a function began."""
    records = admin(endpoint, f"ledger?what=INVOKE&subject={function}")["records"]
    return [one["start"] for one in records]


@contextmanager
def serving() -> Iterator[str]:
    """The endpoint of a cloud."""
    process, endpoint = base.start()
    try:
        yield endpoint
    finally:
        process.terminate()
        process.wait()


def place(endpoint: str, name: str, source: str, **settings: Any) -> None:
    """Create a function."""
    role = base.client("iam", endpoint).create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps(base.TRUST)
    )
    base.client("lambda", endpoint).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": base.package(source)},
        **settings,
    )


def fill(sqs: Any, url: str) -> None:
    for start in range(0, MESSAGES, 10):
        entries = [{"Id": f"{number}", "MessageBody": f"{start + number}"} for number in range(10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)


def wait_until_empty(sqs: Any, url: str) -> None:
    def left() -> int:
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=LEFT)["Attributes"]
        return sum(int(value) for value in found.values())

    while left():
        time.sleep(0.005)


def skip(endpoint: str, seconds: float) -> None:
    admin(endpoint, "clock/advance", {"seconds": seconds})


def skipped(endpoint: str) -> float:
    """Seconds by which the cloud's clock is ahead of ours."""
    return float(admin(endpoint, "clock")["skipped"])


def ledger(endpoint: str, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    found: list[dict[str, Any]] = admin(endpoint, f"ledger?{asked}")["entries"]
    return found


def admin(endpoint: str, route: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        f"{endpoint}/_cloud/{route}", data=None if body is None else json.dumps(body).encode()
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def rate(name: str, found: list[float], target: float | None) -> None:
    row(name, median(found), min(found), target, lambda value: f"{value:8.0f}/s")


def latency(name: str, found: list[float], target: float | None) -> None:
    row(name, median(found), quantiles(found, n=20)[-1], target, lambda value: f"{value:7.1f} ms")


def row(name: str, middle: float, worst: float, target: float | None, show: Callable[[float], str]) -> None:
    print(f"{name:44}{show(middle)}{show(worst)}{show(target) if target is not None else '':>10}", flush=True)


if __name__ == "__main__":
    main()
