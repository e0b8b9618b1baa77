"""moto's EventBridge Scheduler, so that what is scheduled happens. moto keeps schedules and does nothing with them."""

from __future__ import annotations

from typing import Any

from course.cloud.moto_bridge.patches import Function, patch
from course.cloud.moto_bridge.push import current
from course.cloud.sources.scheduler import PRINCIPAL, Schedule
from lint_rules import Authorization

MODELS = "moto.scheduler.models"

_NOT_TRUSTED = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."


def delete(arn: str) -> None:
    """Take a schedule out of moto, if it is there."""
    from moto.scheduler.models import scheduler_backends

    _, _, _, region, account, resource = arn.split(":", 5)
    _, group, name = resource.split("/")
    found = scheduler_backends[account][region].schedule_groups.get(group)
    if found is not None:
        found.schedules.pop(name, None)


@patch(MODELS, "EventBridgeSchedulerBackend.create_schedule", "513099380dbd")
def _create(original: Function) -> Function:
    def create_schedule(self: Any, **members: Any) -> Any:
        _check(members)
        schedule = original(self, **members)
        _changed(schedule)
        return schedule

    return create_schedule


@patch(MODELS, "EventBridgeSchedulerBackend.update_schedule", "15f9bd86f239")
def _update(original: Function) -> Function:
    def update_schedule(self: Any, **members: Any) -> Any:
        _check(members)
        return original(self, **members)

    return update_schedule


@patch("moto.scheduler.responses", "EventBridgeSchedulerResponse.update_schedule", "780176192c31")
def _update_all(original: Function) -> Function:
    def update_schedule(self: Any) -> Any:
        answer = original(self)
        name = self.uri.split("?")[0].split("/")[-1]
        schedule = self.scheduler_backend.get_schedule(self._get_param("GroupName"), name)
        # moto leaves this member as it was.
        schedule.action_after_completion = self._get_param("ActionAfterCompletion")
        schedule.state = schedule.state or "ENABLED"
        _changed(schedule)
        return answer

    return update_schedule


@patch(MODELS, "EventBridgeSchedulerBackend.delete_schedule", "4569544648c9")
def _delete(original: Function) -> Function:
    def delete_schedule(self: Any, group_name: str | None, name: str) -> None:
        arn = self.get_schedule(group_name, name).arn
        original(self, group_name, name)
        _gone(arn)

    return delete_schedule


@patch(MODELS, "EventBridgeSchedulerBackend.delete_schedule_group", "2372efcd19b8")
def _delete_group(original: Function) -> Function:
    def delete_schedule_group(self: Any, name: str | None) -> None:
        arns = [schedule.arn for schedule in self.get_schedule_group(name).schedules.values()]
        original(self, name)
        for arn in arns:
            _gone(arn)

    return delete_schedule_group


def _check(members: dict[str, Any]) -> None:
    from moto.scheduler.exceptions import ValidationException

    if current.it is None:
        return
    expression, zone = members["schedule_expression"], members["schedule_expression_timezone"] or "UTC"
    for tried, complaint in (("UTC", f"Invalid Schedule Expression {expression}."), (zone, "")):
        try:
            current.it.scheduler.check(expression, tried)
        except ValueError:
            raise ValidationException(complaint or f"Invalid Schedule Expression Timezone {zone}.") from None
    rights = current.it.deliveries.rights
    role = (members.get("target") or {}).get("RoleArn") or ""
    if rights.enabled and rights.require_service(PRINCIPAL, Authorization("sts:AssumeRole", role, {})):
        raise ValidationException(_NOT_TRUSTED)


def _changed(schedule: Any) -> None:
    if current.it is None:
        return
    window = schedule.flexible_time_window or {}
    current.it.scheduler.changed(
        Schedule(
            arn=schedule.arn,
            expression=schedule.schedule_expression,
            zone=schedule.schedule_expression_timezone,
            target=schedule.target,
            window=int(window.get("MaximumWindowInMinutes") or 0) if window.get("Mode") == "FLEXIBLE" else 0,
            start=_moment(schedule.start_date),
            end=_moment(schedule.end_date),
            enabled=schedule.state != "DISABLED",
            delete_after=schedule.action_after_completion == "DELETE",
        )
    )


def _gone(arn: str) -> None:
    if current.it is not None:
        current.it.scheduler.gone(arn)


def _moment(given: Any) -> float | None:
    return None if given is None else float(given)
