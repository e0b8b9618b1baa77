"""The cloud that a notebook works with, which AWS_ENDPOINT_URL names: its ledger, its clock, whether it enforces
policies, the limits of its account, and emptying it.

Everything else a learner asks of it with boto3.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from course.errors import UserError

PATIENCE = 90.0
Entry = dict[str, Any]


def records(function: str = "", *, phase: str = "") -> list[Entry]:
    """The phases of environments, INIT and INVOKE, oldest first: of one function, or of all. Raises UserError."""
    found: list[Entry] = _asked("ledger", subject=function, what=phase)["records"]
    return found


def entries(what: str = "", subject: str = "", id: str = "") -> list[Entry]:
    """What else happened, oldest first; `what` may be the first part of a word (see docs/cloud.md). Raises
    UserError."""
    found: list[Entry] = _asked("ledger", what=what, subject=subject, id=id)["entries"]
    return found


def reset() -> None:
    """Empty every service and end every environment. Raises UserError."""
    _sent("reset", {})


def advance(seconds: float) -> float:
    """Skip time; what becomes due on the way is done when this returns. Gives the new moment in epoch seconds.

    Raises UserError for a negative number.
    """
    return float(_sent("clock/advance", {"seconds": seconds})["now"])


def enforce(enabled: bool = True) -> bool:
    """Let policies decide about every request from now on, or about none, as after `reset`. Gives what was set.

    Raises UserError.
    """
    return bool(_sent("iam/enforce", {"enabled": enabled})["enabled"])


def limit(*, code_storage: int) -> int:
    """How many bytes all code of functions and layers may take from now on, until a reset. Gives what was set.

    Raises UserError for a negative number.
    """
    return int(_sent("limits", {"code_storage": code_storage})["code_storage"])


def _asked(route: str, **filters: str) -> Any:
    given = {name: value for name, value in filters.items() if value}
    return _answer(Request(f"{_address()}/_cloud/{route}?{urlencode(given)}"))


def _sent(route: str, body: Any) -> Any:
    head = {"Content-Type": "application/json"}
    return _answer(Request(f"{_address()}/_cloud/{route}", json.dumps(body).encode(), head, method="POST"))


def _address() -> str:
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    if not endpoint:
        raise UserError("AWS_ENDPOINT_URL is not set; open the lab with `lambdalab start`")
    return endpoint.rstrip("/")


def _answer(request: Request) -> Any:
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise UserError(_complaint(error)) from None
    except (OSError, ValueError):
        raise UserError(
            f"the cloud at {_address()} does not answer; is `lambdalab start` still running?"
        ) from None


def _complaint(error: HTTPError) -> str:
    try:
        return str(json.load(error)["message"])
    except (ValueError, KeyError, TypeError):
        return f"the cloud at {_address()} answered {error.code}; is it one of `lambdalab start`?"
