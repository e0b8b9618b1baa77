"""Provisioned concurrency: environments that are ready before anybody asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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


def status(api: Any) -> str:
    return str(api.get_provisioned_concurrency_config(FunctionName="f", Qualifier="live")["Status"])


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


def test_a_function_whose_init_fails_is_not_started_over_and_over(
    api: Any, deploy: Any, cloud: Cloud
) -> None:
    deploy("raise RuntimeError('no')")
    api.publish_version(FunctionName="f")
    api.put_provisioned_concurrency_config(FunctionName="f", Qualifier="1", ProvisionedConcurrentExecutions=1)
    until(lambda: len(cloud.ledger.records()) == 1)
    SystemClock().sleep(0.3)
    assert [record.outcome for record in cloud.ledger.records()] == ["error"]


def test_an_idle_environment_is_ended_after_a_while_but_not_a_provisioned_one(
    provision: Any, invoke: Any, cloud: Cloud
) -> None:
    provision(KIND, 1)
    invoke("f")
    assert cloud._pool.reap(keep=0.0) == 1
    assert "Init Duration" not in invoke("f:live").report
    assert "Init Duration" in invoke("f").report
