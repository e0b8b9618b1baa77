"""How long a day takes that is skipped, by what happens in it.

    python benchmarks/clock.py [--quick]

The cloud runs in this process. Target of `advance(24 h)` with 100 timers: 200 ms.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from statistics import median

from course.cloud import Cloud

DAY = 86400
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
TARGET = {"Arn": QUEUE, "RoleArn": "arn:aws:iam::123456789012:role/scheduler", "Input": "{}"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a third of the rounds")
    rounds = 3 if parser.parse_args().quick else 9
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {load}, {rounds} rounds")
    with Cloud(seed=1) as cloud:
        for name, prepare in (
            ("nothing", lambda cloud: None),
            ("100 timers", timers),
            ("100 one-time schedules to a queue", schedules),
            ("4 hourly rules to a queue", rules),
        ):
            print(
                f"{'a day with ' + name:44}{median(skip(cloud, prepare) for _ in range(rounds)) * 1000:7.1f} ms"
            )


def skip(cloud: Cloud, prepare: Callable[[Cloud], None]) -> float:
    """Seconds to skip a day in an emptied cloud."""
    cloud.reset()
    cloud.client("sqs").create_queue(QueueName="q")
    prepare(cloud)
    begun = time.perf_counter()
    cloud.clock.advance(DAY)
    return time.perf_counter() - begun


def timers(cloud: Cloud) -> None:
    now = cloud.clock.now()
    for number in range(100):
        cloud.clock.call_at(now + number * 800 + 400, lambda: None)


def schedules(cloud: Cloud) -> None:
    client = cloud.client("scheduler")
    begin = datetime.fromtimestamp(cloud.clock.now(), timezone.utc)
    for number in range(100):
        moment = begin + timedelta(seconds=number * 800 + 400)
        client.create_schedule(
            Name=f"s{number}",
            ScheduleExpression=f"at({moment.strftime('%Y-%m-%dT%H:%M:%S')})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=TARGET,
        )


def rules(cloud: Cloud) -> None:
    client = cloud.client("events")
    for number in range(4):
        client.put_rule(Name=f"r{number}", ScheduleExpression="rate(1 hour)")
        client.put_targets(Rule=f"r{number}", Targets=[{"Id": "1", "Arn": QUEUE}])


if __name__ == "__main__":
    main()
