"""A handler that sleeps: the cloud's clock wakes it, and nobody waits in real time for what can be skipped."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator

import pytest

from course.cloud import Cloud

SLEEPER = """
import datetime, time
from concurrent.futures import ThreadPoolExecutor
def handler(event, context):
    wall, steady, left = time.time(), time.monotonic(), context.get_remaining_time_in_millis()
    if event.get("threads"):
        with ThreadPoolExecutor() as pool:
            list(pool.map(time.sleep, [event["sleep"]] * event["threads"]))
    for _ in range(event.get("times", 1)):
        time.sleep(event["sleep"])
    return {
        "wall": time.time() - wall, "steady": time.monotonic() - steady, "now": time.time(),
        "today": datetime.datetime.now(datetime.timezone.utc).timestamp(),
        "left": left - context.get_remaining_time_in_millis(),
    }
"""


@pytest.fixture(params=["full", "basic"])
def skipping(request, own_cloud) -> Iterator[Cloud]:
    tier = "auto" if request.param == "full" else "basic"
    with Cloud(seed=3, launcher="zygote", isolation=tier, skip="automatic") as cloud:
        yield cloud


def place(cloud: Cloud, pack, source: str = SLEEPER, **settings) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
    cloud.client("lambda").create_function(
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": pack(app=source)},
        **{"Timeout": 900, **settings},
    )


def ask(cloud: Cloud, **event):
    answer = cloud.client("lambda").invoke(FunctionName="f", Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def test_ten_minutes_of_sleep_take_no_time_and_count_in_full(skipping, pack):
    place(skipping, pack)
    begun = skipping.clock.now()
    slept = ask(skipping, sleep=600)
    assert skipping.clock.offset == pytest.approx(600, abs=20)
    assert 600 <= skipping.clock.now() - begun < 620
    assert 599.5 <= slept["wall"] < 605
    assert 599.5 <= slept["steady"] < 605
    assert 599_500 <= slept["left"] < 605_000
    assert slept["today"] == pytest.approx(slept["now"], abs=1)
    (record,) = [record for record in skipping.ledger.records() if record.phase == "INVOKE"]
    assert 600 <= record.end - record.start < 610
    assert 600_000 <= record.billed_ms < 615_000


def test_a_sleep_beyond_the_timeout_is_a_timeout_at_once(skipping, pack):
    place(skipping, pack, Timeout=300)
    failed = ask(skipping, sleep=3600)
    assert "Task timed out after 300.00 seconds" in failed["errorMessage"]
    assert skipping.clock.offset == pytest.approx(300, abs=10)
    (record,) = [record for record in skipping.ledger.records() if record.phase == "INVOKE"]
    assert record.end - record.start == pytest.approx(300, abs=0.5)


def test_threads_that_sleep_together_sleep_at_the_same_time(skipping, pack):
    place(skipping, pack)
    slept = ask(skipping, sleep=60, threads=5, times=0)
    assert 59.5 <= slept["wall"] < 65


def test_many_sleeps_add_up(skipping, pack):
    place(skipping, pack)
    assert 199 <= ask(skipping, sleep=1, times=200)["wall"] < 210


TIMER = """
import threading, time
def handler(event, context):
    begun, rung = time.monotonic(), []
    alarm = threading.Timer(event["alarm"], lambda: rung.append(time.monotonic() - begun))
    alarm.start()
    time.sleep(event["sleep"])
    if event.get("cancel"):
        alarm.cancel()
        alarm.join()
    return {"rung": rung, "took": time.monotonic() - begun, "threads": threading.active_count()}
"""


def test_a_timer_goes_off_at_its_moment_of_the_clouds_time(skipping, pack):
    place(skipping, pack, TIMER)
    seen = ask(skipping, alarm=100, sleep=600)
    assert len(seen["rung"]) == 1
    assert 99.5 <= seen["rung"][0] < 110


def test_a_timer_that_is_cancelled_ends_at_once_and_never_goes_off(skipping, pack):
    place(skipping, pack, TIMER)
    seen = ask(skipping, alarm=600, sleep=100, cancel=True)
    assert seen["rung"] == []
    assert seen["took"] < 300
    assert seen["threads"] == 1
    assert ask(skipping, alarm=1, sleep=100, cancel=True)["threads"] == 1


def test_timers_that_were_cancelled_do_not_hide_the_next_one(skipping, pack):
    place(skipping, pack, TIMER)
    for _ in range(3):
        assert ask(skipping, alarm=500, sleep=1, cancel=True)["rung"] == []
        assert len(ask(skipping, alarm=100, sleep=700)["rung"]) == 1


def test_a_timer_goes_off_before_the_deadline_that_ends_its_handler(skipping, pack):
    source = TIMER.replace("rung.append(time.monotonic() - begun)", "print('LAST WORDS', flush=True)")
    place(skipping, pack, source, Timeout=30)
    assert "timed out" in ask(skipping, alarm=20, sleep=600)["errorMessage"]
    groups = skipping.client("logs").filter_log_events(logGroupName="/aws/lambda/f")
    assert sum("LAST WORDS" in event["message"] for event in groups["events"]) == 1


REPEATING = """
import threading, time
class Alarm(threading.Timer):
    def run(self):
        RUN
def handler(event, context):
    begun, rung = time.monotonic(), []
    alarm = Alarm(event["alarm"], lambda: rung.append(time.monotonic() - begun))
    alarm.start()
    time.sleep(event["sleep"])
    alarm.cancel()
    alarm.join()
    return {"rung": rung, "took": time.monotonic() - begun, "threads": threading.active_count()}
"""
ALARMS = {
    "repeats": ("while not self.finished.wait(self.interval): self.function()", [100, 200, 300, 400]),
    "slows-down": (
        "while not self.finished.wait(self.interval):\n            self.function(); self.interval *= 2",
        [100, 300],
    ),
    "as-ours": ("super().run()", [100]),
    "as-ours-and-again": ("super().run(); self.function()", [100, 100]),
    "at-once": ("self.function()", [0]),
    "of-the-instance": (
        "pass\n    def __init__(self, *given):\n        super().__init__(*given)\n"
        "        self.run = lambda: (time.sleep(200), self.function())",
        [200],
    ),
    "sleeps-longer": ("time.sleep(self.interval * 2); self.function()", [200]),
}


@pytest.mark.parametrize("alarm", ALARMS)
def test_a_timer_that_runs_in_its_own_way_does_so_in_the_clouds_time(alarm, skipping, pack):
    run, moments = ALARMS[alarm]
    place(skipping, pack, REPEATING.replace("RUN", run))
    for _ in range(2):  # the second time tells of what the first one left behind
        seen = ask(skipping, alarm=100, sleep=450)
        assert seen["rung"] == pytest.approx(moments, abs=5)
        assert seen["took"] == pytest.approx(450, abs=10)
        assert seen["threads"] == 1


def test_a_handler_sees_the_time_to_which_the_clock_was_moved(skipping, pack):
    place(skipping, pack)
    first = ask(skipping, sleep=0)["now"]
    skipping.clock.advance(86400)
    assert 86400 <= ask(skipping, sleep=0)["now"] - first < 86460


def test_an_environment_that_starts_later_begins_at_the_later_time(skipping, pack):
    skipping.clock.advance(86400)
    place(skipping, pack)
    assert ask(skipping, sleep=0)["now"] == pytest.approx(skipping.clock.now(), abs=5)
    assert skipping.clock.now() - time.time() < 5


def test_a_sleep_during_initialisation_is_skipped_too(skipping, pack):
    place(
        skipping, pack, "import time\ntime.sleep(5)\nstarted = time.time()\ndef handler(e, c): return started"
    )
    begun = skipping.clock.now()
    assert 5 <= ask(skipping) - begun < 10
    assert skipping.clock.offset == pytest.approx(5, abs=1)


def test_without_skipping_a_handler_sleeps_in_real_time(deploy, invoke):
    deploy("import time\ndef handler(e, c):\n    time.sleep(0.2)\n    return 'awake'")
    begun = time.perf_counter()
    assert invoke().payload == "awake"
    assert time.perf_counter() - begun >= 0.2


def test_time_can_be_moved_while_a_handler_sleeps(cloud, deploy, invoke):
    deploy("import time\ndef handler(e, c):\n    time.sleep(500)\n    return 'awake'", Timeout=600)
    answers: list[object] = []
    waiter = threading.Thread(target=lambda: answers.append(invoke().payload))
    waiter.start()
    until = time.monotonic() + 20
    while cloud.clock.waiting() < 2 and time.monotonic() < until:  # the sleeper and its deadline
        time.sleep(0.01)
    cloud.clock.advance(500)
    waiter.join(10)
    assert answers == ["awake"]


def test_wrong_arguments_to_sleep_fail_as_python_says(deploy, invoke):
    deploy("import time\ndef handler(e, c):\n    time.sleep(e)")
    assert invoke(event=-1).payload["errorType"] == "ValueError"
    assert invoke(event="1").payload["errorType"] == "TypeError"
    assert invoke(event=0.001).payload is None


def test_the_modules_of_a_function_may_have_the_names_of_ours(deploy, api, pack, invoke):
    deploy("import sandbox, virtual_time\ndef handler(e, c): return [sandbox.WHO, virtual_time.WHO]")
    code = pack(
        app="import sandbox, virtual_time\ndef handler(e, c): return [sandbox.WHO, virtual_time.WHO]",
        sandbox="WHO = 'mine'",
        virtual_time="WHO = 'mine too'",
    )
    api.update_function_code(FunctionName="f", ZipFile=code)
    assert invoke().payload == ["mine", "mine too"]


def admin(cloud: Cloud, path: str, body: object = None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{cloud.endpoint}/_cloud/{path}", data)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_the_clock_is_moved_over_http(cloud):
    before = admin(cloud, "clock")[1]["now"]
    status, told = admin(cloud, "clock/advance", {"seconds": 3600})
    assert status == 200
    assert told["now"] - before >= 3599.9
    assert told["skipped"] == pytest.approx(3600, abs=1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"seconds": "an hour"}, "say how far"),
        ({"seconds": True}, "say how far"),
        ({}, "say how far"),
        ([], "say how far"),
        ({"seconds": -5}, "time cannot go back"),
    ],
)
def test_a_wrong_step_is_refused_in_one_line(cloud, body, words):
    status, told = admin(cloud, "clock/advance", body)
    assert status == 400
    assert words in told["message"]


def test_automatic_skipping_is_switched_over_http(cloud):
    assert admin(cloud, "clock", {"automatic": True})[1]["automatic"] is True
    assert admin(cloud, "clock", {"automatic": False})[1]["automatic"] is False
    assert admin(cloud, "clock", {"automatic": "yes"})[0] == 400


def test_motos_time_follows(cloud):
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "900"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    cloud.clock.advance(901)
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
