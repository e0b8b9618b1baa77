"""When a key, a user or a role last called a service: IAM's answers from the calls in the ledger.

It keeps the last calls only, so what was called long before them was never called. Of actions nothing is told.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from typing import Any

from course.cloud.moto_bridge.identities import attached
from course.cloud.moto_bridge.patches import Function, addition, patch
from course.cloud.moto_bridge.push import current
from course.cloud.observe.ledger import CALL, Entry

RESPONSES = "moto.iam.responses"
_JOBS = "cloud_access_jobs"
_FIELDS = ((10, 0), (15, 1))
"""Where in a user's line of the credential report the last use of a key begins."""


@patch(RESPONSES, "IamResponse.get_access_key_last_used", "75fd9b427b9c")
def _get_access_key_last_used(original: Function) -> Function:
    def get_access_key_last_used(self: Any) -> Any:
        answer = original(self)
        last = _last([self._get_param("AccessKeyId")])
        if last is not None:
            region = current.it.presence.region if current.it is not None else ""
            answer.result["AccessKeyLastUsed"] = {
                "LastUsedDate": _moment(last),
                "Region": region,
                "ServiceName": last.subject,
            }
        return answer

    return get_access_key_last_used


@patch("moto.iam.models", "User.to_csv", "a4b7dbf7af71")
def _to_csv(original: Function) -> Function:
    def to_csv(self: Any) -> str:
        fields = original(self).rstrip("\n").split(",")
        for start, number in _FIELDS:
            keys = self.access_keys[number : number + 1]
            last = _last([key.access_key_id for key in keys])
            if last is not None:
                day = _moment(last).strftime("%Y-%m-%dT%H:%M:%S+00:00")
                region = current.it.presence.region if current.it is not None else ""
                fields[start : start + 3] = [day, region, last.subject]
        return ",".join(fields) + "\n"

    return to_csv


@addition(RESPONSES, "IamResponse")
def generate_service_last_accessed_details(self: Any) -> Any:
    """Begin a report, which is ready at once."""
    from moto.core.responses import ActionResult
    from moto.iam.exceptions import NotFoundException
    from moto.moto_api._internal import mock_random

    arn = str(self._get_param("Arn"))
    if _owner(self.backend, arn) is None:
        raise NotFoundException(f"ARN {arn} was not found.")
    job = str(mock_random.uuid4())
    self.backend.__dict__.setdefault(_JOBS, {})[job] = arn
    return ActionResult({"JobId": job})


@addition(RESPONSES, "IamResponse")
def get_service_last_accessed_details(self: Any) -> Any:
    """The report: the services that the policies name, each with its last call."""
    from moto.core.responses import ActionResult
    from moto.core.utils import utcnow
    from moto.iam.exceptions import NotFoundException

    arn = self.backend.__dict__.get(_JOBS, {}).get(self._get_param("JobId"))
    owner = _owner(self.backend, arn) if arn else None
    if owner is None:
        raise NotFoundException(f"Job {self._get_param('JobId')} was not found.")
    calls = _calls(_keys(self, owner))
    rows = []
    for service in sorted({*_granted(owner), *(entry.subject for entry in calls)}):
        last = next((entry for entry in reversed(calls) if entry.subject == service), None)
        row: dict[str, Any] = {
            "ServiceName": service,
            "ServiceNamespace": service,
            "TotalAuthenticatedEntities": 0,
        }
        if last is not None:
            row |= {
                "LastAuthenticated": _moment(last),
                "LastAuthenticatedEntity": arn,
                "TotalAuthenticatedEntities": 1,
            }
        rows.append(row)
    now = utcnow()
    return ActionResult(
        {
            "JobStatus": "COMPLETED",
            "JobType": "SERVICE_LEVEL",
            "JobCreationDate": now,
            "JobCompletionDate": now,
            "ServicesLastAccessed": rows,
            "IsTruncated": False,
        }
    )


def _owner(backend: Any, arn: str) -> Any:
    every = (*backend.users.values(), *backend.roles.values())
    return next((one for one in every if one.arn == arn), None)


def _keys(response: Any, owner: Any) -> Iterator[str]:
    """The access keys of a user, or those of a role's sessions."""
    from moto.sts.models import sts_backends

    yield from (key.access_key_id for key in getattr(owner, "access_keys", ()))
    for session in sts_backends[response.current_account][response.partition].assumed_roles:
        if session.role_arn == owner.arn:
            yield session.access_key_id


def _granted(owner: Any) -> Iterator[str]:
    for _, text in attached(owner):
        found = json.loads(text).get("Statement") or []
        for statement in found if isinstance(found, list) else [found]:
            actions = statement.get("Action") or []
            for action in [actions] if isinstance(actions, str) else actions:
                if statement.get("Effect") == "Allow" and ":" in action:
                    yield action.partition(":")[0].lower()


def _calls(keys: Iterable[str]) -> list[Entry]:
    wanted = set(keys)
    if current.it is None or not wanted:
        return []
    return [entry for entry in current.it.ledger.entries(CALL) if entry.details["access_key"] in wanted]


def _last(keys: Iterable[str]) -> Entry | None:
    found = _calls(keys)
    return found[-1] if found else None


def _moment(entry: Entry) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(entry.at, datetime.timezone.utc).replace(tzinfo=None)
