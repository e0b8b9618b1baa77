"""moto's own dispatcher, which finds the service of a request, without its prints and with a memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from course.cloud.moto_bridge import patches
from course.cloud.moto_bridge.reliance import relies_on

relies_on(
    "moto.moto_server.werkzeug_app",
    {
        "DomainDispatcherApplication.__init__": "fb61347b637f",
        "DomainDispatcherApplication.__call__": "7b12179deced",
        "DomainDispatcherApplication.get_application": "0ff6939685bd",
        "DomainDispatcherApplication.get_backend_for_host": "1f41972c1e4e",
        "create_backend_app": "a317751ebd1c",
    },
)


class Dispatcher(DomainDispatcherApplication):
    """Raises NotImplementedError for a service that moto does not have."""

    def __init__(self) -> None:
        super().__init__(_create)
        # Going through a hundred and more patterns would cost each request a good part of a millisecond.
        self.get_backend_for_host = lru_cache(maxsize=1024)(self._find)  # type: ignore[method-assign]

    def _find(self, host: str | None) -> Any:
        url = f"http://{host}"
        aws = host is not None and "amazonaws.com" in host
        if aws and not any(pattern.match(url) for _, pattern in self.backend_url_patterns):
            return None
        return super().get_backend_for_host(host)


def _create(service: Any) -> Any:
    if service is None:
        raise NotImplementedError("there is no such service here")
    if service == "moto_api":
        # No service of AWS: with it anybody could empty all others, and read what they hold.
        return _nothing
    app = create_backend_app(service)
    patches.apply()
    return app


def _nothing(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/html"), ("Content-Length", "0")])
    return [b""]
