"""The same seed gives the same history of a stream, with functions that fail and environments that are killed."""

from __future__ import annotations

import json
import random
from collections import Counter

from course.cloud import Cloud

SOURCE = """
import base64, os, signal
def handler(event, context):
    data = [base64.b64decode(r["kinesis"]["data"]).decode() for r in event["Records"]]
    if "kill" in data[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    if "fail" in data[0]:
        raise ValueError("no")
"""


def history(cloud, pack, seed):
    """What the ledger says of one stream with a function that fails in ways that `seed` chooses."""
    chance = random.Random(seed)
    trust = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ]
    }
    role = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
    api = cloud.client("lambda")
    api.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": pack(app=SOURCE)},
    )
    cloud.client("kinesis").create_stream(StreamName="s", ShardCount=1)
    api.create_event_source_mapping(
        EventSourceArn="arn:aws:kinesis:us-east-1:123456789012:stream/s",
        FunctionName="f",
        StartingPosition="TRIM_HORIZON",
        BatchSize=4,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
    )
    cloud.clock.advance(1)
    for number in range(7):
        words = [chance.choice(["fine", "fine", "fail", "fine", "kill"]) for _ in range(chance.randint(1, 5))]
        key = chance.choice("abc")
        records = [{"Data": f"{word}-{number}", "PartitionKey": key} for word in words]
        cloud.client("kinesis").put_records(StreamName="s", Records=records)
        assert cloud.settle()
        cloud.clock.advance(chance.choice([20, 60]))
    cloud.clock.advance(300)
    return cloud.ledger.entries()


def test_the_same_seed_gives_the_same_history_in_which_no_record_is_lost(own_cloud, pack):
    told = []
    for _ in range(2):
        with Cloud(seed=5, launcher="zygote") as cloud:
            entries = history(cloud, pack, 5)
        fates = Counter(entry.id for entry in entries if entry.what.startswith("record."))
        assert set(fates.values()) == {1}
        batches = [entry for entry in entries if entry.what == "mapping.batch"]
        assert {one for entry in batches for one in entry.details["ids"]} == set(fates)
        told.append(
            [
                (entry.what, entry.because, entry.details.get("count"), entry.details.get("outcome"))
                for entry in entries
                if entry.what.split(".")[0] in ("record", "mapping")
            ]
        )
        assert {"record.processed", "record.discarded"} <= {entry.what for entry in entries}
    assert told[0] == told[1]
