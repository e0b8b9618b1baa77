"""Every invocation leaves its lines in CloudWatch Logs, in the order in which things happened."""

from __future__ import annotations

import json
import re
import time

import pytest

NUMBER = r"\d+\.\d\d"


@pytest.fixture
def stream(cloud):
    """The messages of the one stream of a group."""

    def read(group="/aws/lambda/f"):
        logs = cloud.client("logs")
        (found,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
        got = logs.get_log_events(
            logGroupName=group, logStreamName=found["logStreamName"], startFromHead=True
        )
        return found["logStreamName"], [event["message"] for event in got["events"]]

    return read


def test_a_cold_invocation_writes_init_start_report_and_a_warm_one_no_init(deploy, invoke, stream):
    deploy(
        "print('import')\ndef handler(event, context):\n    print('hello', event)\n    return 1",
        MemorySize=192,
    )
    first, second = invoke(event=1), invoke(event=2)
    name, lines = stream()
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", name)
    expected = [
        r"INIT_START Runtime Version: \S+\tRuntime Version ARN: \S+\n",
        "import\n",
        rf"START RequestId: {first.request} Version: \$LATEST\n",
        "hello 1\n",
        rf"END RequestId: {first.request}\n",
        rf"REPORT RequestId: {first.request}\tDuration: {NUMBER} ms\tBilled Duration: \d+ ms\t"
        rf"Memory Size: 192 MB\tMax Memory Used: \d+ MB\tInit Duration: {NUMBER} ms\t\n",
        rf"START RequestId: {second.request} Version: \$LATEST\n",
        "hello 2\n",
        rf"END RequestId: {second.request}\n",
        rf"REPORT RequestId: {second.request}\tDuration: {NUMBER} ms\tBilled Duration: \d+ ms\t"
        r"Memory Size: 192 MB\tMax Memory Used: \d+ MB\t\n",
    ]
    assert len(lines) == len(expected)
    for line, pattern in zip(lines, expected, strict=True):
        assert re.fullmatch(pattern, line), line


def test_the_tail_is_the_log_of_this_invocation_only(deploy, invoke):
    deploy("def handler(event, context):\n    print('event', event)")
    invoke(event=1)
    answer = invoke(event=2)
    assert answer.log.splitlines()[0] == f"START RequestId: {answer.request} Version: $LATEST"
    assert "event 2\n" in answer.log
    assert "event 1\n" not in answer.log
    assert answer.log.endswith(answer.report + "\n")


def test_without_being_asked_for_there_is_no_tail(api, deploy):
    deploy("def handler(event, context): pass")
    assert "LogResult" not in api.invoke(FunctionName="f")
    assert "LogResult" not in api.invoke(FunctionName="f", LogType="None")


def test_what_logging_writes_carries_level_time_and_request(deploy, invoke, stream):
    deploy(
        "import logging\nlogging.getLogger().setLevel('INFO')\n"
        "def handler(event, context):\n    logging.info('one\\ntwo')\n    logging.getLogger('x').warning('three')"
    )
    answer = invoke()
    lines = stream()[1]
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert any(re.fullmatch(rf"\[INFO\]\t{time}\t{answer.request}\tone\ntwo\n", line) for line in lines)
    assert any(re.fullmatch(rf"\[WARNING\]\t{time}\t{answer.request}\tthree\n", line) for line in lines)


def test_prints_and_records_keep_their_order(deploy, invoke):
    deploy(
        "import logging, sys\n"
        "def handler(event, context):\n    print('a', flush=True)\n    logging.error('b')\n"
        "    print('c', file=sys.stderr, flush=True)\n    logging.error('d')\n    sys.stdout.write('e')"
    )
    log = invoke().log
    found = re.findall(r"(?m)(?:^|\t)([a-e])$", log)
    assert found == ["a", "b", "c", "d", "e"]


def test_each_environment_has_a_stream_of_its_own(cloud, api, deploy, invoke):
    deploy("def handler(event, context): pass")
    invoke()
    api.update_function_configuration(FunctionName="f", Description="new")
    invoke()
    found = cloud.client("logs").describe_log_streams(logGroupName="/aws/lambda/f")["logStreams"]
    assert len(found) == 2


def test_a_function_may_log_to_a_group_of_its_choice(deploy, invoke, stream):
    deploy(
        "import os\ndef handler(event, context): return os.environ['AWS_LAMBDA_LOG_GROUP_NAME']",
        LoggingConfig={"LogGroup": "/shop/orders"},
    )
    assert invoke().payload == "/shop/orders"
    assert stream("/shop/orders")[1][-1].startswith("REPORT")


def test_events_are_stamped_in_milliseconds_and_in_order(cloud, deploy, invoke):
    deploy(
        "import time\ndef handler(event, context):\n    print('a', flush=True)\n    time.sleep(0.3)\n    print('b')"
    )
    invoke()
    events = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]
    stamps = {event["message"].strip(): event["timestamp"] for event in events}
    assert 250 <= stamps["b"] - stamps["a"] < 2000
    assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)


def test_a_line_that_is_json_stays_one_event(deploy, invoke, stream):
    deploy("import json\ndef handler(event, context): print(json.dumps({'level': 'info', 'n': event}))")
    invoke(event=3)
    assert [json.loads(line) for line in stream()[1] if line.startswith("{")] == [{"level": "info", "n": 3}]


def test_a_blank_line_is_a_line(deploy, invoke, stream):
    deploy("def handler(event, context):\n    print('a')\n    print()\n    print('b')")
    assert "\na\n\nb\n" in invoke().log
    lines = stream()[1]
    assert lines[lines.index("a\n") : lines.index("b\n") + 1] == ["a\n", "\n", "b\n"]


def test_init_counts_from_the_moment_the_environment_was_asked_for(cloud, deploy, invoke):
    from course.cloud.runtime.launchers import ExecLauncher

    launcher = cloud._pool.factory._launcher
    start = ExecLauncher.start

    def slow(*arguments):
        process = start(launcher, *arguments)
        time.sleep(0.3)  # the thread that drives the environment is held up on a busy machine
        return process

    deploy("def handler(e, c): return 1")
    launcher.start = slow
    try:
        report = invoke().report
    finally:
        del launcher.start
    assert float(report.split("Init Duration: ")[1].split(" ms")[0]) > 300


def test_what_was_printed_and_what_was_logged_stand_in_their_order(cloud, deploy, invoke):
    deploy(
        "import logging\nlogging.getLogger().setLevel('INFO')\n"
        "def handler(event, context):\n"
        "    for number in range(3):\n"
        "        print(f'printed {number}')\n"
        "        logging.info(f'logged {number}')\n"
        "    raise ValueError('last')"
    )
    invoke()
    found = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]
    words = [event["message"].split()[0] + event["message"].split()[-1] for event in found]
    seen = [word for word in words if word.startswith(("printed", "[INFO]", "[ERROR]"))]
    assert seen[:6] == ["printed0", "[INFO]0", "printed1", "[INFO]1", "printed2", "[INFO]2"]
    assert seen[6].startswith("[ERROR]")
