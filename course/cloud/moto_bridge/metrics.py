"""moto's CloudWatch, with Lambda's own metrics, those embedded in logs, and the statistics that moto lacks.

moto begins a period at the first measurement, mixes up metrics of the same name in different namespaces, knows no
percentiles, and compares every metric with every other to list them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from typing import Any, NamedTuple

from course.cloud.moto_bridge.patches import Current, Function, patch
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.observe.emf import MARK, embedded
from course.cloud.observe.points import Dimensions, Point
from course.cloud.observe.statistics import known, periods, statistic

MODELS = "moto.cloudwatch.models"
RESPONSES = "moto.cloudwatch.responses"
_WHOLE = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")

relies_on(MODELS, {"MetricDatum": "c00613f28fcf", "MetricAggregatedDatum": "e40b1f56c470"})


class MotoMetrics:
    """What the patches ask for measurements: `own` gives those of the cloud itself."""

    def __init__(self, account: str, region: str, own: Callable[[], Iterable[Point]]) -> None:
        self._account = account
        self._region = region
        self._own = own

    def points(self) -> Iterator[Point]:
        """The cloud's own measurements and those in its logs."""
        yield from self._own()
        from moto.logs.models import logs_backends

        for group in list(logs_backends[self._account][self._region].groups.values()):
            for stream in list(group.streams.values()):
                for event in list(stream.events):
                    if MARK in event.message:
                        yield from embedded(event.message)


current: Current[MotoMetrics] = Current()


class _Series(NamedTuple):
    """Measurements of one metric: single values, and sums that were sent as such."""

    single: list[tuple[float, float]]
    sums: list[tuple[float, Any]]
    units: set[str]


@patch(MODELS, "CloudWatchBackend.get_all_metrics", "ce7821bc32f4")
def _get_all_metrics(original: Function) -> Function:
    def get_all_metrics(self: Any) -> Any:
        from moto.cloudwatch.models import MetricDatum

        found = list(original(self))
        if current.it is not None:
            found += [
                MetricDatum(
                    point.namespace,
                    point.name,
                    point.value,
                    [{"Name": name, "Value": value} for name, value in point.dimensions],
                    datetime.fromtimestamp(point.at, timezone.utc).replace(tzinfo=None),
                    point.unit,
                )
                for point in current.it.points()
            ]
        return found

    return get_all_metrics


@patch(MODELS, "CloudWatchBackend.get_filtered_metrics", "63270f556ea9")
def _get_filtered_metrics(original: Function) -> Function:
    def get_filtered_metrics(
        self: Any, metric_name: str, namespace: str, dimensions: list[dict[str, str]]
    ) -> list[Any]:
        found: dict[tuple[str, str, Dimensions], Any] = {}
        for datum in self.get_all_metrics():
            if datum.filter(namespace, metric_name, dimensions):
                found.setdefault((datum.namespace, datum.name, _dimensions(datum)), datum)
        return list(found.values())

    return get_filtered_metrics


@patch(MODELS, "CloudWatchBackend.get_metric_data", "ea8fffafcc06")
def _get_metric_data(original: Function) -> Function:
    def get_metric_data(
        self: Any,
        queries: list[dict[str, Any]],
        start_time: datetime,
        end_time: datetime,
        scan_by: str = "TimestampAscending",
    ) -> list[dict[str, Any]]:
        from moto.cloudwatch.metric_data_expression_parser import parse_expression

        original(self, [], start_time, end_time, scan_by)  # refuses a span that is none
        data, results = self.get_all_metrics(), []
        for query in sorted(queries, key=lambda query: "MetricStat" not in query):
            if "MetricStat" in query:
                asked = query["MetricStat"]
                values, moments = _queried(data, asked, start_time, end_time)
                label = query.get("Label") or f"{asked['Metric']['MetricName']} {asked['Stat']}"
            elif query["Expression"].startswith("SELECT"):
                results += original(self, [query], start_time, end_time, scan_by)
                continue
            else:
                values, moments = parse_expression(query["Expression"], results)
                label = query.get("Label") or query["Id"]
            if scan_by == "TimestampDescending" and "MetricStat" in query:
                values, moments = values[::-1], moments[::-1]
            results.append(
                {
                    "id": query["Id"],
                    "label": label,
                    "values": values,
                    "timestamps": moments,
                    "status_code": "Complete",
                }
            )
        hidden = {query["Id"] for query in queries if not query.get("ReturnData", True)}
        return [result for result in results if result["id"] not in hidden]

    return get_metric_data


@patch(RESPONSES, "CloudWatchResponse.get_metric_statistics", "76e1c0922a67")
def _get_metric_statistics(original: Function) -> Function:
    def get_metric_statistics(self: Any) -> Any:
        from moto.cloudwatch.exceptions import InvalidParameterValue
        from moto.core.responses import ActionResult

        wanted = self._get_param("Statistics", []) or []
        extended = self._get_param("ExtendedStatistics", []) or []
        original(self)  # refuses what is wrong
        for stat in extended:
            if not known(stat) or stat in _WHOLE:
                raise InvalidParameterValue(
                    f"The value {stat} for parameter ExtendedStatistics is not supported."
                )
        start, end = self._get_param("StartTime"), self._get_param("EndTime")
        name, period = self._get_param("MetricName"), self._get_int_param("Period")
        dimensions = tuple(sorted((d["Name"], d["Value"]) for d in self._get_param("Dimensions", []) or []))
        backend = self.cloudwatch_backend
        series = _series(
            backend.get_all_metrics(), self._get_param("Namespace"), name, dimensions, self._get_param("Unit")
        )
        points = []
        for moment, values, sums in _periods(series, start, end, period):
            point: dict[str, Any] = {
                "Timestamp": moment,
                **{stat: _value(stat, values, sums) for stat in wanted},
            }
            if extended:
                found = {stat: _value(stat, values, sums) for stat in extended}
                point["ExtendedStatistics"] = {
                    stat: value for stat, value in found.items() if value is not None
                }
            if len(series.units) == 1:
                (point["Unit"],) = series.units
            points.append(point)
        return ActionResult({"Label": name, "Datapoints": points})

    return get_metric_statistics


def _queried(
    data: list[Any], asked: dict[str, Any], start: datetime, end: datetime
) -> tuple[list[Any], list[Any]]:
    metric = asked["Metric"]
    dimensions = tuple(sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions", []) or []))
    series = _series(data, metric["Namespace"], metric["MetricName"], dimensions, asked.get("Unit"))
    values, moments = [], []
    for moment, single, sums in _periods(series, start, end, int(asked["Period"])):
        value = _value(asked["Stat"], single, sums)
        if value is not None:
            values.append(value)
            moments.append(moment)
    return values, moments


def _series(
    data: Iterable[Any], namespace: str, name: str, dimensions: Dimensions, unit: str | None
) -> _Series:
    found = _Series([], [], set())
    for datum in data:
        if datum.namespace != namespace or datum.name != name or _dimensions(datum) != dimensions:
            continue
        if unit and datum.unit != unit:
            continue
        found.units.add(datum.unit or "None")
        if hasattr(datum, "value"):
            found.single.append((_epoch(datum.timestamp), datum.value))
        else:
            found.sums.append((_epoch(datum.timestamp), datum))
    return found


def _periods(
    series: _Series, start: datetime, end: datetime, period: int
) -> Iterator[tuple[datetime, list[float], list[Any]]]:
    step = min(period, 60)
    origin, last = _epoch(start) // step * step, _epoch(end)
    single = periods(((at, value) for at, value in series.single if origin <= at < last), period, origin)
    sums: dict[float, list[Any]] = {}
    for at, datum in series.sums:
        if origin <= at < last:
            sums.setdefault(origin + (at - origin) // period * period, []).append(datum)
    for moment in sorted({*single, *sums}):
        began = datetime.fromtimestamp(moment, timezone.utc)
        yield (
            began if start.tzinfo else began.replace(tzinfo=None),
            single.get(moment, []),
            sums.get(moment, []),
        )


def _value(stat: str, values: list[float], sums: list[Any]) -> float | None:
    if not sums:
        return statistic(stat, values)
    count = len(values) + sum(datum.sample_count for datum in sums)
    total = sum(values) + sum(datum.sum for datum in sums)
    whole = {
        "SampleCount": count,
        "Sum": total,
        "Average": total / count if count else None,
        "Minimum": min([*values, *(datum.min for datum in sums)]),
        "Maximum": max([*values, *(datum.max for datum in sums)]),
    }
    return whole.get(stat)  # percentiles need the values themselves


def _dimensions(datum: Any) -> Dimensions:
    return tuple(sorted((dimension.name, dimension.value) for dimension in datum.dimensions))


def _epoch(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
