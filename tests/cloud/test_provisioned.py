"""Provisioned concurrency: environments that are ready before anybody asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from course.cloud import Cloud
from course.cloud.clock import SystemClock

KIND = "import os\ndef handler(e, c): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']"


@pytest.fixture
def provision(api: Any, deploy: Any) -> Callable[..., str]:
    """Publish a version, point `live` at it, and wait until its environments are ready."""

    def made(source: str, count: int, **arguments: Any) -> str:
        deploy(source, **arguments)
        version: str = api.publish_version(FunctionName="f")["Version"]
        api.create_alias(FunctionName="f", Name="live", FunctionVersion=version)
        api.put_provisioned_concurrency_config(
            FunctionName="f", Qualifier="live", ProvisionedConcurrentExecutions=count
        )
        until(lambda: status(api) == "READY")
        return version

    return made


def status(api: Any, qualifier: str = "live") -> str:
    return str(api.get_provisioned_concurrency_config(FunctionName="f", Qualifier=qualifier)["Status"])


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    clock = SystemClock()
    end = clock.monotonic() + seconds
    while not holds():
        assert clock.monotonic() < end, "it did not happen in time"
        clock.sleep(0.02)


def test_the_first_invocation_finds_an_initialised_environment(
    provision: Any, invoke: Any, cloud: Cloud
) -> None:
    provision(KIND, 1)
    answer = invoke("f:live")
    assert answer.payload == "provisioned-concurrency"
    assert "Init Duration" not in answer.report
    assert [record.cold for record in cloud.ledger.records() if record.phase == "INVOKE"] == [False]


def test_a_call_beyond_what_is_provisioned_starts_on_demand(
    provision: Any, invoke: Any, cloud: Cloud
) -> None:
    from concurrent.futures import ThreadPoolExecutor

    provision(f"import time\n{KIND.replace('return', 'time.sleep(1); return')}", 1, Timeout=10)
    with ThreadPoolExecutor(2) as both:
        kinds = [answer.payload for answer in both.map(invoke, ["f:live", "f:live"])]
    assert sorted(kinds) == ["on-demand", "provisioned-concurrency"]


def test_an_environment_that_dies_is_replaced(provision: Any, invoke: Any, api: Any) -> None:
    provision("import os\ndef handler(e, c): os._exit(1)", 1)
    assert invoke("f:live").payload["errorType"] == "Runtime.ExitError"
    until(lambda: status(api) == "READY")
    assert "Init Duration" not in invoke("f:live").report


def test_environments_end_when_the_configuration_is_deleted(provision: Any, api: Any, cloud: Cloud) -> None:
    provision(KIND, 2)
    api.delete_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
    assert cloud._provisioned.provisioned(f"{cloud._account.arn('f')}:1") == (0, 0)


def test_the_allocation_has_failed_after_six_attempts_and_calls_start_on_demand(
    api: Any, deploy: Any, invoke: Any, cloud: Cloud
) -> None:
    # https://docs.aws.amazon.com/lambda/latest/api/API_GetProvisionedConcurrencyConfig.html; the reason and the six
    # attempts were recorded against the real service on 2026-02-17 and published by others.
    ahead = "import os\nif os.environ['AWS_LAMBDA_INITIALIZATION_TYPE'] == 'provisioned-concurrency': raise KeyError\n"
    deploy(ahead + KIND)
    api.publish_version(FunctionName="f")
    put = api.put_provisioned_concurrency_config(
        FunctionName="f", Qualifier="1", ProvisionedConcurrentExecutions=1
    )
    assert (put["Status"], "StatusReason" in put) == ("IN_PROGRESS", False)
    until(lambda: status(api, "1") == "FAILED")
    got = api.get_provisioned_concurrency_config(FunctionName="f", Qualifier="1")
    assert got["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"
    assert (
        got["AllocatedProvisionedConcurrentExecutions"]
        == got["AvailableProvisionedConcurrentExecutions"]
        == 0
    )
    assert invoke("f:1").payload == "on-demand"
    SystemClock().sleep(0.2)
    inits = [record.outcome for record in cloud.ledger.records() if record.phase == "INIT"]
    assert inits == ["error"] * 6 + ["ok"]


def test_an_allocation_that_failed_is_tried_anew_when_it_is_asked_for_again(
    api: Any, deploy: Any, cloud: Cloud
) -> None:
    deploy("raise RuntimeError('no')")
    api.publish_version(FunctionName="f")
    for attempts in (6, 12):
        api.put_provisioned_concurrency_config(
            FunctionName="f", Qualifier="1", ProvisionedConcurrentExecutions=1
        )
        until(lambda: status(api, "1") == "FAILED")
        assert len(cloud.ledger.records()) == attempts


def test_many_environments_that_fail_are_no_more_attempts(api: Any, deploy: Any, cloud: Cloud) -> None:
    deploy("raise RuntimeError('no')")
    api.publish_version(FunctionName="f")
    api.put_provisioned_concurrency_config(
        FunctionName="f", Qualifier="1", ProvisionedConcurrentExecutions=20
    )
    until(lambda: status(api, "1") == "FAILED")
    cloud._provisioned.quiet(5)
    assert len(cloud.ledger.records()) in (6, 7)  # two start at a time


def test_environments_follow_an_alias_to_another_version(
    provision: Any, invoke: Any, api: Any, cloud: Cloud
) -> None:
    provision(KIND, 1)
    assert invoke("f:1").payload == invoke("f:live").payload == "provisioned-concurrency"
    api.update_function_configuration(FunctionName="f", Timeout=10)
    api.publish_version(FunctionName="f")
    before = api.get_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
    api.update_alias(FunctionName="f", Name="live", FunctionVersion="2")
    until(lambda: status(api) == "READY")
    assert [invoke(name).payload for name in ("f:1", "f:2", "f:live")] == [
        "on-demand",
        "provisioned-concurrency",
        "provisioned-concurrency",
    ]
    after = api.get_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
    assert after["LastModified"] == before["LastModified"], "nobody updated the configuration"
    with pytest.raises(ClientError, match="No Provisioned Concurrency Config found for this function"):
        api.get_provisioned_concurrency_config(FunctionName="f", Qualifier="2")


def test_a_version_is_provisioned_by_itself_or_by_an_alias_but_not_by_both(
    provision: Any, api: Any, cloud: Cloud
) -> None:
    provision(KIND, 1)
    once = {"FunctionName": "f", "ProvisionedConcurrentExecutions": 1}
    with pytest.raises(ClientError, match="Version is pointed by a Provisioned Concurrency alias") as caught:
        api.put_provisioned_concurrency_config(Qualifier="1", **once)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409
    api.delete_provisioned_concurrency_config(FunctionName="f", Qualifier="live")
    api.put_provisioned_concurrency_config(Qualifier="1", **once)
    with pytest.raises(ClientError, match="on an already Provisioned version") as caught:
        api.put_provisioned_concurrency_config(Qualifier="live", **once)
    assert caught.value.response["Error"]["Code"] == "ResourceConflictException"


def test_two_aliases_of_one_version_have_environments_for_both(
    provision: Any, api: Any, cloud: Cloud
) -> None:
    provision(KIND, 1)
    api.create_alias(FunctionName="f", Name="also", FunctionVersion="1")
    api.put_provisioned_concurrency_config(
        FunctionName="f", Qualifier="also", ProvisionedConcurrentExecutions=1
    )
    arn = f"{cloud._account.arn('f')}:1"
    until(lambda: cloud._provisioned.provisioned(arn) == (2, 2))
    api.delete_alias(FunctionName="f", Name="also")
    assert cloud._provisioned.provisioned(arn) == (1, 1)


def test_what_is_provisioned_is_taken_from_the_reservation_and_serves_its_version_alone(
    provision: Any, invoke: Any, api: Any
) -> None:
    provision(KIND, 2)
    with pytest.raises(ClientError) as caught:
        api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
    assert caught.value.response["Error"]["Message"] == (
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."
    )
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=2)
    with pytest.raises(ClientError) as caught:
        api.invoke(FunctionName="f")
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    for _ in range(5):
        assert invoke("f:1").payload == "provisioned-concurrency"


def test_what_is_provisioned_is_listed_page_by_page(provision: Any, api: Any) -> None:
    provision(KIND, 1)
    api.update_function_configuration(FunctionName="f", Timeout=10)
    api.publish_version(FunctionName="f")
    api.put_provisioned_concurrency_config(FunctionName="f", Qualifier="2", ProvisionedConcurrentExecutions=1)
    first = api.list_provisioned_concurrency_configs(FunctionName="f", MaxItems=1)
    second = api.list_provisioned_concurrency_configs(FunctionName="f", Marker=first["NextMarker"])
    found = first["ProvisionedConcurrencyConfigs"] + second["ProvisionedConcurrencyConfigs"]
    assert [one["FunctionArn"].rpartition(":")[2] for one in found] == ["2", "live"]
    assert {one["RequestedProvisionedConcurrentExecutions"] for one in found} == {1}
    assert "NextMarker" not in second


def test_an_idle_environment_is_ended_after_a_while_but_not_a_provisioned_one(
    provision: Any, invoke: Any, cloud: Cloud
) -> None:
    provision(KIND, 1)
    invoke("f")
    until(lambda: cloud._pool.reap(keep=0.0) == 1)
    assert "Init Duration" not in invoke("f:live").report
    assert "Init Duration" in invoke("f").report
