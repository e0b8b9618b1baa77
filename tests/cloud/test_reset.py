"""A cloud that was emptied shows nothing of what was under way in it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from course.cloud import Cloud

SLOW = "import time\ndef handler(event, context):\n    print('here')\n    time.sleep(event)\n"


def is_empty(cloud: Cloud) -> bool:
    groups = cloud.client("logs").describe_log_groups()["logGroups"]
    return cloud.ledger.records() == [] and groups == []


def test_events_that_waited_their_turn_are_not_run(cloud: Cloud, deploy: Any, invoke: Any) -> None:
    deploy(SLOW, Timeout=10)
    for _ in range(40):
        assert invoke(event=0.3, InvocationType="Event").status == 202
    cloud.reset()
    assert cloud.settle(10)
    assert is_empty(cloud)


def test_an_event_accepted_after_a_reset_runs(cloud: Cloud, role: str, api: Any, pack: Any) -> None:
    cloud.reset()
    trust = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}'
    made = cloud.client("iam").create_role(RoleName="again", AssumeRolePolicyDocument=trust)
    api.create_function(
        FunctionName="f",
        Runtime="python3.13",
        Role=made["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": pack(app=SLOW)},
    )
    api.invoke(FunctionName="f", InvocationType="Event", Payload=b"0")
    assert cloud.settle(10)
    assert [record.phase for record in cloud.ledger.records()] == ["INIT", "INVOKE"]


def test_a_caller_that_waits_is_answered_and_leaves_no_record(cloud: Cloud, deploy: Any, invoke: Any) -> None:
    deploy(SLOW, Timeout=20)
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(invoke(event=15).error)
        except (BotoCoreError, ClientError) as error:
            answers.append(error)

    callers = [threading.Thread(target=ask) for _ in range(6)]
    for caller in callers:
        caller.start()
    cloud.reset()  # some of them are about to start an environment, some have one
    for caller in callers:
        caller.join(timeout=10)
    assert len(answers) == 6
    assert None not in answers
    cloud.reset()
    assert is_empty(cloud)


def test_environments_that_were_to_be_provisioned_are_not_started(
    cloud: Cloud, deploy: Any, api: Any
) -> None:
    deploy("import time\ntime.sleep(0.2)\ndef handler(event, context): return 1")
    version = api.publish_version(FunctionName="f")["Version"]
    api.put_provisioned_concurrency_config(
        FunctionName="f", Qualifier=version, ProvisionedConcurrentExecutions=12
    )
    cloud.reset()
    threading.Event().wait(1.0)  # the rest would be started in that time
    assert is_empty(cloud)


@pytest.mark.parametrize("skip", ["on-request", "automatic"])
def test_the_clock_skips_by_itself_as_it_did_when_the_cloud_was_started(skip: str) -> None:
    """A test that changes this does not change it for the next one."""
    with Cloud(seed=1, skip=skip) as cloud:
        begun_with = cloud.clock.automatic
        cloud.clock.automatic = not begun_with
        cloud.reset()
        assert cloud.clock.automatic is begun_with
        assert begun_with is (skip == "automatic")


class Fleeting(dict[str, Any]):
    """Modules, one of which is gone by the time that it is looked at."""

    def __iter__(self) -> Iterator[str]:
        return iter([*self.keys(), "moto.gone.models"])


def test_a_module_that_another_thread_takes_back_meanwhile_keeps_nobody_from_emptying(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.client("sqs").create_queue(QueueName="kept")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "modules", Fleeting(sys.modules))
        cloud.reset()
    assert "QueueUrls" not in cloud.client("sqs").list_queues()
