"""What CloudWatch shows of functions: Lambda's own metrics, those in logs, and statistics as AWS defines them."""

from __future__ import annotations

import statistics as stats
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.cloud.observe.emf import embedded
from course.cloud.observe.statistics import known, statistic

ECHO = "def handler(event, context):\n    if event == 'fail': raise ValueError(event)\n    return event"


@pytest.fixture
def watch(cloud):
    return cloud.client("cloudwatch")


def test_invocations_errors_and_durations_are_counted_for_the_function_and_for_all(deploy, invoke, measured):
    deploy(ECHO)
    for event in (1, "fail", 2):
        invoke(event=event)
    assert measured("Invocations", FunctionName="f") == 3
    assert measured("Errors", FunctionName="f") == 1
    assert measured("Invocations") == 3
    assert 0 < measured("Duration", "Average", FunctionName="f") < 5000
    assert measured("Duration", "p50", FunctionName="f") <= measured("Duration", "p99", FunctionName="f")
    assert measured("Invocations", FunctionName="g") is None
    assert measured("ConcurrentExecutions", "Maximum", FunctionName="f") == 1


def test_an_alias_is_measured_as_itself_and_by_the_version_that_it_chose(deploy, invoke, api, measured):
    deploy(ECHO)
    api.publish_version(FunctionName="f")
    api.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    invoke("f:live", event=1)
    invoke("f", event=1)
    assert measured("Invocations", FunctionName="f", Resource="f:live") == 1
    assert measured("Invocations", FunctionName="f", Resource="f:live", ExecutedVersion="1") == 1
    assert measured("Invocations", FunctionName="f", Resource="f") == 1
    assert measured("Invocations", FunctionName="f") == 2


def test_throttles_are_counted_and_are_no_invocations(deploy, api, measured):
    deploy(ECHO)
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(api.exceptions.TooManyRequestsException):
        api.invoke(FunctionName="f")
    assert measured("Throttles", FunctionName="f") >= 1
    assert measured("Invocations", FunctionName="f") is None


def test_provisioned_environments_are_counted_apart(cloud, deploy, invoke, api, measured):
    deploy(ECHO)
    api.publish_version(FunctionName="f")
    api.put_provisioned_concurrency_config(FunctionName="f", Qualifier="1", ProvisionedConcurrentExecutions=1)
    for _ in range(500):
        config = api.get_provisioned_concurrency_config(FunctionName="f", Qualifier="1")
        if config["Status"] == "READY":
            break
        cloud.clock.sleep(0.02)
    invoke("f:1", event=1)
    assert measured("ProvisionedConcurrencyInvocations", FunctionName="f", Resource="f:1") == 1
    assert measured("ProvisionedConcurrencyUtilization", "Maximum", FunctionName="f", Resource="f:1") == 1
    assert measured("ProvisionedConcurrencySpilloverInvocations", FunctionName="f", Resource="f:1") is None


def test_periods_begin_where_the_question_begins(cloud, deploy, invoke, watch):
    deploy(ECHO)
    start = datetime.fromtimestamp(cloud.clock.now() // 60 * 60, timezone.utc)
    invoke(event=1)
    cloud.clock.advance(120)
    invoke(event=1)
    invoke(event=1)
    found = watch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": "FunctionName", "Value": "f"}],
        StartTime=start,
        EndTime=start + timedelta(minutes=10),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    assert [point["Sum"] for point in sorted(found, key=lambda point: point["Timestamp"])] == [1, 2]
    assert all(point["Timestamp"].second == 0 and point["Unit"] == "Count" for point in found)


def test_metric_data_are_asked_for_several_at_a_time_with_percentiles(cloud, deploy, invoke, watch):
    deploy(ECHO)
    invoke(event=1)
    now = datetime.fromtimestamp(cloud.clock.now(), timezone.utc)
    metric = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Duration",
        "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
    }
    found = watch.get_metric_data(
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        MetricDataQueries=[
            {"Id": name, "MetricStat": {"Metric": metric, "Period": 3600, "Stat": stat}}
            for name, stat in (("a", "p99.9"), ("b", "tm90"), ("c", "SampleCount"))
        ],
    )["MetricDataResults"]
    values = {result["Id"]: result["Values"] for result in found}
    assert values["c"] == [1]
    assert values["a"] == values["b"] != []


def test_metrics_are_listed_once(deploy, invoke, watch):
    deploy(ECHO)
    for _ in range(3):
        invoke(event=1)
    found = watch.list_metrics(Namespace="AWS/Lambda", MetricName="Invocations")["Metrics"]
    dimensions = [tuple(sorted((d["Name"], d["Value"]) for d in metric["Dimensions"])) for metric in found]
    assert sorted(dimensions) == [(), (("FunctionName", "f"),), (("FunctionName", "f"), ("Resource", "f"))]


def test_an_unknown_statistic_is_refused(cloud, watch, measured):
    with pytest.raises(watch.exceptions.ClientError, match="p101"):
        measured("Duration", "p101", FunctionName="f")


def test_what_a_handler_prints_in_the_embedded_format_is_a_metric(deploy, invoke, measured):
    deploy(
        "import json, time\n"
        "def handler(event, context):\n"
        "    print(json.dumps({'_aws': {'Timestamp': int(time.time() * 1000), 'CloudWatchMetrics': [\n"
        "        {'Namespace': 'Shop', 'Dimensions': [['Service'], []],\n"
        "         'Metrics': [{'Name': 'Orders', 'Unit': 'Count'}, {'Name': 'Gone'}]}]},\n"
        "        'Service': 'checkout', 'Orders': [2, 3]}))"
    )
    invoke()
    assert measured("Orders", "Sum", "Shop", Service="checkout") == 5
    assert measured("Orders", "Sum", "Shop") == 5
    assert measured("Orders", "SampleCount", "Shop") == 2
    assert measured("Gone", "Sum", "Shop") is None


def test_powertools_metrics_arrive(deploy, invoke, measured):
    pytest.importorskip("aws_lambda_powertools")
    deploy(
        "from aws_lambda_powertools import Metrics\n"
        "from aws_lambda_powertools.metrics import MetricUnit\n"
        "metrics = Metrics(namespace='Shop', service='checkout')\n"
        "@metrics.log_metrics\n"
        "def handler(event, context):\n"
        "    metrics.add_metric(name='Orders', unit=MetricUnit.Count, value=7)",
        MemorySize=512,
    )
    assert invoke().error is None
    assert measured("Orders", "Sum", "Shop", service="checkout") == 7


def test_metrics_that_a_program_puts_stay_as_they_were(watch, measured):
    watch.put_metric_data(
        Namespace="Own",
        MetricData=[
            {"MetricName": "m", "Values": [1.0, 4.0], "Counts": [2, 1]},
            {
                "MetricName": "s",
                "StatisticValues": {"SampleCount": 2, "Sum": 10, "Minimum": 1, "Maximum": 9},
            },
        ],
    )
    assert measured("m", "Sum", "Own") == 6
    assert measured("m", "p100", "Own") == 4
    assert measured("s", "Average", "Own") == 5
    assert measured("s", "Maximum", "Own") == 9


@pytest.mark.parametrize(
    "line",
    [
        "",
        'plain text with "_aws" in it',
        '{"_aws": 3}',
        '{"_aws": {"CloudWatchMetrics": []}}',
        '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [{"Namespace": "", "Metrics": [{"Name": "a"}]}]}, "a": 1}',
        '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [{"Namespace": "n", "Metrics": [{"Name": "a"}]}]}, "a": "1"}',
        '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [{"Namespace": "n", "Metrics": [{"Name": "a"}]}]}, "a": true}',
        '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [{"Namespace": "n", "Dimensions": [["d"]],'
        ' "Metrics": [{"Name": "a"}]}]}, "a": 1}',
        '{"_aws": {"Timestamp": 1, "CloudWatchMetrics": [{"Namespace": "n", "Metrics": [{"Name": "a"}]}]}, "a": ',
    ],
)
def test_a_line_that_does_not_keep_to_the_format_is_only_a_line(line):
    assert embedded(line) == []


values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@given(values, st.floats(0, 100))
def test_a_percentile_lies_between_the_least_and_the_most_and_never_falls(values, rank):
    found = statistic(f"p{rank:.2f}" if rank < 99.99 else "p100", values)
    assert min(values) <= found <= max(values)
    assert statistic("p0", values) == min(values)
    assert statistic("p100", values) == max(values)
    assert statistic("p50", values) == pytest.approx(stats.median(values), abs=1e-6)


@given(values)
def test_trimmed_and_winsorized_means_of_everything_are_the_mean(values):
    mean = statistic("Average", values)
    for stat in ("TM(0%:100%)", "WM(0%:100%)", "tm100", "TM(:)"):
        assert statistic(stat, values) == pytest.approx(mean, abs=1e-3)
    assert statistic("PR(:)", values) == 100
    assert statistic("TC(:)", values) == len(values)


def test_trimming_takes_outliers_away():
    assert statistic("tm90", [1.0] * 9 + [1000.0]) == 1.0
    assert statistic("TS(2:3)", [1.0, 2.0, 3.0, 4.0]) == 5.0
    assert statistic("PR(:2)", [1.0, 2.0, 3.0, 4.0]) == 50.0
    assert not known("median")
    with pytest.raises(ValueError, match="median"):
        statistic("median", [1.0])
