"""With the model of the CPU's share on, a function computes as fast as its memory buys, and waits as ever."""

from __future__ import annotations

import json
import os
import time

import pytest

from course.cloud import Cloud
from course.cloud.clock import cpu_time
from course.cloud.runtime.cpu import Allowance

WORK = """
import os, threading, time
def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until: pass
def handler(event, context):
    begun, used = time.monotonic(), time.process_time()
    burn(event["cpu"])
    return {"wall": time.monotonic() - begun, "cpu": time.process_time() - used}
"""


BESIDE = """
import threading, time
def handler(event, context):
    begun, done = time.monotonic(), []
    def work():
        until = time.thread_time() + event["cpu"]
        while time.thread_time() < until: pass
        done.append(time.monotonic() - begun)
    threading.Thread(target=work).start()
    time.sleep(800)
    return done
"""


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def run(cloud, pack, memory, event, seconds=60, source=WORK):
    trust = json.dumps(TRUST)
    role = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    api = cloud.client("lambda")
    api.create_function(
        FunctionName="f",
        Runtime="python3.13",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": pack(app=source)},
        MemorySize=memory,
        Timeout=seconds,
    )
    answer = api.invoke(FunctionName="f", Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def busy():
    """Whether others take so much of the machine that how long something takes says nothing of a share."""
    return os.getloadavg()[0] > 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="module")
def slow_cloud():
    with Cloud(seed=7, cpu="share") as cloud:
        yield cloud


@pytest.mark.parametrize(("memory", "cpu"), [(128, 0.1), (442, 0.3), (884, 0.5)])
def test_computing_takes_as_much_longer_as_the_share_is_smaller(slow_cloud, pack, memory, cpu):
    model = 1769 / memory
    for _ in range(4):  # others on a busy machine can make it slower still, never faster
        slow_cloud.reset()
        took = run(slow_cloud, pack, memory, {"cpu": cpu})
        slower = took["wall"] / took["cpu"]
        assert slower > model * 0.7
        if slower < model * 1.3:
            return
    assert busy(), f"{slower:.1f} times slower, not {model:.1f}"


def test_who_waits_most_of_the_time_is_never_stopped():
    process = Handle()
    allowance = Allowance(process, share=0.0724)
    allowance.begin(0.0)
    for tick in range(1, 200):  # half a millisecond of work every 10
        process.used += 0.0005
        allowance.look(tick * 0.01)
        assert not process.stopped


def test_without_the_model_little_memory_computes_at_full_speed(cloud, pack):
    took = run(cloud, pack, 128, {"cpu": 0.2})
    assert took["wall"] / took["cpu"] < 1769 / 128 / 3 or busy()


def test_a_function_that_is_held_up_still_runs_out_of_time_and_is_gone(slow_cloud, pack):
    slow_cloud.reset()
    answer = run(slow_cloud, pack, 128, {"cpu": 300}, seconds=1)
    assert "Task timed out after 1.00 seconds" in answer["errorMessage"]


def test_the_clock_skips_past_nobody_who_waits_for_the_processor(pack):
    """While one thread sleeps another one computes, but for the moments in which it is held up."""
    with Cloud(seed=7, launcher="zygote", cpu="share", skip="automatic") as cloud:
        (done,) = run(cloud, pack, 128, {"cpu": 0.2}, seconds=900, source=BESIDE)
        assert done < 400


class Handle:
    """A process whose CPU time the test sets."""

    def __init__(self):
        self.used, self.stopped = 0.0, False

    def cpu_seconds(self):
        return self.used

    def freeze(self):
        self.stopped = True

    def thaw(self):
        self.stopped = False


def test_the_share_is_given_out_in_periods_of_20_ms():
    process = Handle()
    allowance = Allowance(process, share=0.25)
    allowance.begin(0.0)
    assert allowance.look(0.001) <= 0.006
    assert not process.stopped
    process.used = 0.005  # its 5 ms of the first 20
    again = allowance.look(0.005)
    assert process.stopped
    assert again == pytest.approx(0.020, abs=0.002)
    allowance.look(again)
    assert not process.stopped
    allowance.release()


def test_what_is_not_used_is_not_saved_up():
    process = Handle()
    allowance = Allowance(process, share=0.25)
    allowance.begin(0.0)
    allowance.look(10.0)
    process.used = 0.006
    allowance.look(10.006)
    assert process.stopped
    allowance.release()
    assert not process.stopped


def test_the_cpu_time_of_another_process_can_be_read_and_of_none_is_nothing():
    assert cpu_time(os.getpid()) == pytest.approx(time.process_time(), abs=0.2)
    assert cpu_time(2**22 + 1) == 0.0
