"""What enforcing policies costs a call of an AWS API, and what it costs while nothing is enforced.

    python benchmarks/enforcement.py [--calls 300]

Each call is made over HTTP by boto3 with the keys of a user of five statements, with enforcement off and on in turns;
the median milliseconds of both, and what the guard alone takes in microseconds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from course.cloud import Cloud
from course.cloud.iam.guard import Request

STATEMENTS = [
    {"Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:*"},
    {"Effect": "Allow", "Action": ["s3:Get*", "s3:List*"], "Resource": "*"},
    {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "arn:aws:dynamodb:*:*:table/orders"},
    {"Effect": "Allow", "Action": ["sqs:*", "lambda:*"], "Resource": "*"},
    {"Effect": "Deny", "Action": "iam:*", "Resource": "*"},
]
KEY = {"id": {"S": "1"}}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=300)
    calls = parser.parse_args().calls
    with Cloud(seed=1) as cloud:
        key, client = _user(cloud)
        cloud.client("s3").create_bucket(Bucket="photos")
        cloud.client("s3").put_object(Bucket="photos", Key="k", Body=b"x")
        cloud.client("dynamodb").create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        s3, dynamodb, api = client("s3"), client("dynamodb"), client("lambda")
        for name, call in {
            "s3 GetObject": lambda: s3.get_object(Bucket="photos", Key="k"),
            "dynamodb GetItem": lambda: dynamodb.get_item(TableName="orders", Key=KEY),
            "lambda ListFunctions": lambda: api.list_functions(),
        }.items():
            off, on = _compare(cloud, call, calls)
            print(f"{name:22} off {off:6.2f} ms   on {on:6.2f} ms   more {on - off:+6.2f} ms")
        request = Request("dynamodb", "GetItem", {"TableName": "orders", "Key": KEY}, key, "")
        cloud.guard.enabled = True
        on = _each(lambda: cloud.guard.check(request), calls) * 1e6
        cloud.guard.enabled = False
        off = _each(lambda: cloud.guard.check(request), calls) * 1e6
        print(f"the guard alone        off {off:6.2f} us   on {on:6.1f} us")


def _user(cloud: Cloud) -> tuple[str, Callable[[str], Any]]:
    iam = cloud.client("iam")
    iam.create_user(UserName="ada")
    document = {"Version": "2012-10-17", "Statement": STATEMENTS}
    iam.put_user_policy(UserName="ada", PolicyName="p", PolicyDocument=json.dumps(document))
    made = iam.create_access_key(UserName="ada")["AccessKey"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    return made["AccessKeyId"], lambda service: cloud.client(service, **keys)


def _compare(cloud: Cloud, call: Callable[[], object], calls: int) -> tuple[float, float]:
    times: dict[bool, list[float]] = {False: [], True: []}
    for number in range(2 * calls):
        cloud.guard.enabled = number % 2 == 1
        began = time.perf_counter()
        call()
        times[cloud.guard.enabled].append(time.perf_counter() - began)
    cloud.guard.enabled = False
    return median(times[False]) * 1e3, median(times[True]) * 1e3


def _each(do: Callable[[], object], count: int) -> float:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        do()
        times.append(time.perf_counter() - began)
    return median(times)


if __name__ == "__main__":
    main()
