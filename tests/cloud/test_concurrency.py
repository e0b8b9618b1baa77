"""What runs at once is limited for the account, for a function, and in how fast it may grow."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from course.cloud import Cloud, quotas
from course.cloud.engine.concurrency import Concurrency
from course.cloud.errors import TooManyRequests
from course.cloud.model import Function

SLEEPER = "import time\ndef handler(event, context): time.sleep(event or 0)"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass
class Hand:
    """A clock that the test moves."""

    at: float = 0.0

    def now(self):
        return self.at

    def monotonic(self):
        return self.at

    def sleep(self, seconds):
        self.at += seconds


def function(name):
    return Function(
        *(
            name,
            f"arn:{name}",
            "$LATEST",
            "app.handler",
            "python3.13",
            Path("/"),
            128,
            3,
            "role",
            (),
            "group",
            "1",
        )
    )


def reason(act):
    with pytest.raises(TooManyRequests) as caught:
        act()
    assert caught.value.message == "Rate Exceeded."
    return caught.value.members["Reason"]


def test_the_account_s_concurrency_is_shared_by_functions_without_their_own():
    concurrency = Concurrency(2, Hand())
    with concurrency.lease(function("a")):
        with concurrency.lease(function("b")):
            assert (
                reason(lambda: concurrency.lease(function("a")).__enter__())
                == "ConcurrentInvocationLimitExceeded"
            )
        with concurrency.lease(function("a")):
            assert concurrency.running("a") == 2
    assert concurrency.running("a") == 0


def test_what_is_reserved_is_taken_from_the_others_even_when_nobody_uses_it():
    concurrency = Concurrency(2, Hand())
    concurrency.reserved = {"mine": 1}
    with concurrency.lease(function("a")):
        assert (
            reason(lambda: concurrency.lease(function("b")).__enter__())
            == "ConcurrentInvocationLimitExceeded"
        )
        with concurrency.lease(function("mine")):
            assert (
                reason(lambda: concurrency.lease(function("mine")).__enter__())
                == "ReservedFunctionConcurrentInvocationLimitExceeded"
            )


def test_what_is_provisioned_is_taken_from_the_others_whether_or_not_it_is_ready():
    concurrency = Concurrency(3, Hand())
    concurrency.provisioned = {"a": {"arn:a": 1}, "b": {"arn:b:1": 1}}
    concurrency.ready = {"arn:a": 1}.get
    with concurrency.lease(function("c")):
        assert (
            reason(lambda: concurrency.lease(function("c")).__enter__())
            == "ConcurrentInvocationLimitExceeded"
        )
        with concurrency.lease(function("a")):
            assert concurrency.running("a") == 1
            assert (
                reason(lambda: concurrency.lease(function("a")).__enter__())
                == "ConcurrentInvocationLimitExceeded"
            )
    assert concurrency.running("a") == 0


def test_what_is_provisioned_within_a_reservation_costs_the_others_nothing():
    concurrency = Concurrency(3, Hand())
    concurrency.reserved = {"a": 2}
    concurrency.provisioned = {"a": {"arn:a": 1}}
    concurrency.ready = {"arn:a": 1}.get
    with concurrency.lease(function("c")), concurrency.lease(function("a")), concurrency.lease(function("a")):
        assert (
            reason(lambda: concurrency.lease(function("a")).__enter__())
            == "ReservedFunctionConcurrentInvocationLimitExceeded"
        )


def test_a_function_grows_by_its_rate_and_what_it_does_not_use_is_not_saved():
    clock = Hand()
    concurrency = Concurrency(1000, clock, rate=10, seconds=5)
    for _ in range(10):
        concurrency.grow(function("a"))
    assert reason(lambda: concurrency.grow(function("a"))) == "FunctionInvocationRateLimitExceeded"
    concurrency.grow(function("b"))  # each function has a rate of its own
    clock.at += 0.4
    assert reason(lambda: concurrency.grow(function("a"))) == "FunctionInvocationRateLimitExceeded"
    clock.at += 0.1  # the tenth part of the seconds has passed: it is refilled all the time, not in steps
    concurrency.grow(function("a"))
    clock.at += 60
    for _ in range(10):
        concurrency.grow(function("a"))
    concurrency.reserved = {"a": 500}
    assert reason(lambda: concurrency.grow(function("a"))) == "ReservedFunctionInvocationRateLimitExceeded"


def test_the_limits_of_a_cloud_are_the_quotas():
    assert (quotas.ACCOUNT_CONCURRENCY, quotas.SCALING_RATE, quotas.SCALING_SECONDS) == (1000, 1000, 10)


def test_reserved_concurrency_of_nothing_turns_every_invocation_away(api, deploy):
    deploy(SLEEPER)
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as caught:
        api.invoke(FunctionName="f")
    answer = caught.value.response
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    api.delete_function_concurrency(FunctionName="f")
    assert api.invoke(FunctionName="f")["StatusCode"] == 200


def place(cloud, pack, name):
    trust = json.dumps(TRUST)
    role = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = {"ZipFile": pack(app=SLEEPER)}
    settings = {"Runtime": "python3.13", "Handler": "app.handler", "Role": role, "Timeout": 30}
    cloud.client("lambda").create_function(FunctionName=name, Code=code, **settings)


def burst(cloud, name, count, payload):
    api = cloud.client("lambda", config=Config(retries={"total_max_attempts": 1}, max_pool_connections=count))

    def one(_):
        try:
            return str(api.invoke(FunctionName=name, Payload=payload)["StatusCode"])
        except ClientError as error:
            return error.response["Reason"]

    with ThreadPoolExecutor(count) as threads:
        return sorted(threads.map(one, range(count)))


def test_calls_beyond_the_account_are_turned_away_and_later_ones_served(monkeypatch, pack):
    monkeypatch.setattr(quotas, "ACCOUNT_CONCURRENCY", 2)
    with Cloud(seed=7) as cloud:
        place(cloud, pack, "f")
        assert burst(cloud, "f", 4, b"3") == ["200", "200", *["ConcurrentInvocationLimitExceeded"] * 2]
        assert burst(cloud, "f", 2, b"0") == ["200", "200"]


def test_a_function_that_grows_too_fast_is_held_back_while_warm_ones_serve(monkeypatch, pack):
    monkeypatch.setattr(quotas, "SCALING_RATE", 2)
    monkeypatch.setattr(quotas, "SCALING_SECONDS", 3600)
    with Cloud(seed=7) as cloud:
        place(cloud, pack, "f")
        assert burst(cloud, "f", 3, b"3") == ["200", "200", "FunctionInvocationRateLimitExceeded"]
        assert burst(cloud, "f", 2, b"0") == ["200", "200"]  # warm: nothing grows
        cloud.reset()
        place(cloud, pack, "f")
        assert burst(cloud, "f", 1, b"0") == ["200"]
