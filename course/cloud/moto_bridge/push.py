"""What moto's services speak to when they have something to push."""

from __future__ import annotations

from dataclasses import dataclass

from course.cloud.moto_bridge.patches import Current
from course.cloud.moto_bridge.presence import Presence
from course.cloud.observe.ledger import Ledger
from course.cloud.sources.buckets import Buckets
from course.cloud.sources.buses import Buses
from course.cloud.sources.delivery import Deliveries
from course.cloud.sources.log_subscriptions import LogSubscriptions
from course.cloud.sources.rule_schedules import RuleSchedules
from course.cloud.sources.scheduler import Scheduler
from course.cloud.sources.topics import Topics


@dataclass(frozen=True)
class Push:
    """The sources of one cloud that are pushed by other services."""

    deliveries: Deliveries
    presence: Presence
    buckets: Buckets
    topics: Topics
    buses: Buses
    rule_schedules: RuleSchedules
    scheduler: Scheduler
    log_subscriptions: LogSubscriptions
    ledger: Ledger


current: Current[Push] = Current()
