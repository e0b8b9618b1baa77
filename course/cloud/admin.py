"""The admin routes under `/_cloud/`: what a lab, a test or a teacher asks of the cloud itself, and AWS has not.

A token guards them where handlers must not reach them. Answers are JSON.
"""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from course.cloud.api.limits import Limits
from course.cloud.iam.guard import Guard
from course.cloud.observe.ledger import Ledger
from course.cloud.virtual_clock import VirtualClock

Answer = tuple[int, list[tuple[str, str]], bytes]
Query = dict[str, str]
_LARGEST = 1 << 20
_FILTERS = ("what", "subject", "id", "since", "until", "limit")


class Admin:
    """Called with the WSGI environment of a request and its path."""

    def __init__(
        self,
        ledger: Ledger,
        reset: Callable[[], None],
        clock: VirtualClock,
        guard: Guard,
        limits: Limits,
        token: str | None,
    ) -> None:
        self._ledger = ledger
        self._guard = guard
        self._limits = limits
        self._empty = reset
        self._clock = clock
        self._token = token
        self._routes: dict[tuple[str, str], Callable[[Query, Any], Any]] = {
            ("GET", "health"): lambda query, body: {"ready": True},
            ("GET", "ledger"): self._written,
            ("POST", "reset"): self._reset,
            ("GET", "clock"): self._time,
            ("POST", "clock"): self._set,
            ("POST", "clock/advance"): self._advance,
            ("GET", "iam/enforce"): self._enforced,
            ("POST", "iam/enforce"): self._enforce,
            ("GET", "limits"): self._limited,
            ("POST", "limits"): self._limit,
        }

    def admits(self, environ: dict[str, Any]) -> bool:
        """Whether a request brings the token, or needs none."""
        token = environ.get("HTTP_X_CLOUD_TOKEN", "")
        return self._token is None or hmac.compare_digest(token.encode(), self._token.encode())

    def __call__(self, environ: dict[str, Any], path: str) -> Answer:
        if not self.admits(environ):
            return _json(403, {"message": "the admin routes of this cloud need its token"})
        method = environ["REQUEST_METHOD"]
        route = self._routes.get((method, path.removeprefix("/_cloud/")))
        if route is None:
            return _json(404, {"message": f"no such admin route: {method} {path}"})
        try:
            query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
            _refuse_unknown(query, _FILTERS if path == "/_cloud/ledger" else ())
            return _json(200, route(query, _body(environ)))
        except ValueError as error:
            return _json(400, {"message": str(error)})
        except TimeoutError as error:
            return _json(409, {"message": str(error)})

    def _written(self, query: Query, body: Any) -> Any:
        # To a filter, a record's word is its phase, its subject the function and its id the request's.
        what, subject, id = (query.get(name, "") for name in ("what", "subject", "id"))
        since, until = _moment(query, "since", -math.inf), _moment(query, "until", math.inf)
        limit = _count(query)
        records = self._ledger.records(subject, id, phase=what, since=since, until=until, limit=limit)
        entries = self._ledger.entries(what, subject, id, since=since, until=until, limit=limit)
        return {
            "records": [record.as_dict() for record in records],
            "entries": [entry.as_dict() for entry in entries],
            "forgotten_calls": self._ledger.forgotten,
        }

    def _reset(self, query: Query, body: Any) -> Any:
        self._empty()
        return {"reset": True}

    def _time(self, query: Query, body: Any) -> Any:
        clock = self._clock
        return {
            "now": clock.now(),
            "skipped": clock.offset,
            "automatic": clock.automatic,
            "timers": clock.waiting(),
        }

    def _set(self, query: Query, body: Any) -> Any:
        wanted = body.get("automatic") if isinstance(body, dict) else None
        if not isinstance(wanted, bool):
            raise ValueError('the clock takes {"automatic": true} or {"automatic": false}')
        self._clock.automatic = wanted
        return self._time(query, body)

    def _enforced(self, query: Query, body: Any) -> Any:
        return {"enabled": self._guard.enabled}

    def _enforce(self, query: Query, body: Any) -> Any:
        wanted = body.get("enabled") if isinstance(body, dict) else None
        if not isinstance(wanted, bool):
            raise ValueError('say {"enabled": true} or {"enabled": false}')
        self._guard.enabled = wanted
        return self._enforced(query, body)

    def _limited(self, query: Query, body: Any) -> Any:
        return {"code_storage": self._limits.code_storage}

    def _limit(self, query: Query, body: Any) -> Any:
        wanted = body.get("code_storage") if isinstance(body, dict) else None
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
            raise ValueError('say how many bytes all code may take: {"code_storage": 100000000}')
        self._limits.code_storage = wanted
        return self._limited(query, body)

    def _advance(self, query: Query, body: Any) -> Any:
        seconds = body.get("seconds") if isinstance(body, dict) else None
        if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
            raise ValueError('say how far: {"seconds": 60}')
        self._clock.advance(seconds)
        return self._time(query, body)


def _refuse_unknown(query: Iterable[str], known: tuple[str, ...]) -> None:
    for name in query:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there is {', '.join(known) or 'none here'}"
            raise ValueError(f"no such parameter: `{name}`; {hint}")


def _moment(query: Query, name: str, otherwise: float) -> float:
    said = query.get(name, "")
    try:
        return float(said) if said else otherwise
    except ValueError:
        raise ValueError(f"`{name}` is a moment in epoch seconds, like 1767225600.5; not `{said}`") from None


def _count(query: Query) -> int | None:
    said = query.get("limit", "")
    if said and not said.isdecimal():
        raise ValueError(f"`limit` is how many to give at most, like 100; not `{said}`")
    return int(said) if said else None


def _body(environ: dict[str, Any]) -> Any:
    length = environ.get("CONTENT_LENGTH") or "0"
    data = environ["wsgi.input"].read(min(int(length), _LARGEST)) if length.isdigit() else b""
    try:
        return json.loads(data) if data else {}
    except ValueError:
        raise ValueError("the body is not JSON") from None


def _json(status: int, content: Any) -> Answer:
    return status, [("Content-Type", "application/json")], json.dumps(content).encode()
