"""moto as one WSGI application, and the emptying of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from course.cloud.moto_bridge import afterwards
from course.cloud.moto_bridge.refusals import explain, refuse
from course.cloud.moto_bridge.reliance import check, relies_on
from course.cloud.observe.signature import signature

relies_on(
    "moto.core.base_backend",
    {
        "BackendDict": "ebfe2a2bf4ee",
        "AccountSpecificBackend": "7c228616b43f",
        "BaseBackend.reset": "a89684d3e41a",
    },
)
relies_on("moto.core.model_instances", {"reset_model_data": "4a510e716295"})
relies_on(
    "moto.core.request",
    {"should_preserve_original_header_name": "667353279a2a", "environ_key_for_header": "6a66b7079a06"},
)

_NOT_OFFERED = ("501 Not Implemented", "NotImplementedException")
_BUG = ("500 Internal Server Error", "InternalFailure")

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def make_app() -> Wsgi:
    """Every service that moto has. Signatures and policies are not checked here.

    Raises UserError if a moto is installed that has changed what this package relies on.
    """
    from moto import __version__ as installed

    check(installed)
    from course.cloud.moto_bridge.dispatch import Dispatcher

    dispatch = Dispatcher()

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if any("_" in name for name, _ in environ["cloud.headers"]):
            _keep_underscores(environ)
        pages: list[str] = []

        def respond(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            # HEAD has no body, whatever kind it is said to be of: S3 says with it that there is no such object.
            lost = status.startswith(("404", "405")) and environ["REQUEST_METHOD"] != "HEAD"
            if lost and signature(environ).service and _is_page(headers):
                pages.append(status)
                return None
            return start_response(status, headers)

        try:
            with afterwards.request():
                answer: Iterable[bytes] = dispatch(environ, respond)
        except NotImplementedError as error:
            return refuse(environ, start_response, *_NOT_OFFERED, explain(environ, error))
        except OSError:
            raise  # the client is gone
        except Exception as error:
            message = f"a bug of this cloud: {type(error).__name__}: {error}"
            return refuse(environ, start_response, *_BUG, message)
        if pages:
            _discard(answer)
            return refuse(environ, start_response, *_NOT_OFFERED, explain(environ, None))
        return answer

    return app


def _discard(answer: Iterable[bytes]) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()


def _is_page(headers: list[tuple[str, str]]) -> bool:
    # moto's services speak XML and JSON; HTML is from the web framework, which found no such path.
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    return any(kind.startswith("text/html") for kind in kinds)


def reset() -> None:
    """Empty every service that has been used."""
    for service in _used():
        for account in list(service.values()):
            for backend in list(account.values()):
                backend.reset()
    instances = sys.modules.get("moto.core.model_instances")
    if instances is not None:
        # moto also keeps a list of everything that its models ever made; nobody else empties it.
        instances.reset_model_data()


_looked_at: set[str] = set()
_services: dict[int, Any] = {}
"""By their numbers: what the modules that were looked at hold. A cloud is emptied often, and modules are many."""


def _used() -> list[Any]:
    base = sys.modules.get("moto.core.base_backend")
    if base is None:
        return []
    for name in set(sys.modules) - _looked_at:
        module = sys.modules.get(name)
        if module is None:
            continue  # another thread has taken it back
        if name.startswith("moto.") and name.endswith("models"):
            if getattr(module.__spec__, "_initializing", False):
                continue  # another thread imports it
            found = (value for value in list(vars(module).values()) if isinstance(value, base.BackendDict))
            _services.update((id(value), value) for value in found)
        _looked_at.add(name)
    return list(_services.values())


def _keep_underscores(environ: dict[str, Any]) -> None:
    # WSGI cannot tell `x_a` from `x-a`, but S3 metadata keys may contain either; moto reads the spelling from here.
    from moto.core.request import (
        PRESERVED_HEADER_NAMES_ENVIRON_KEY,
        environ_key_for_header,
        should_preserve_original_header_name,
    )

    headers = environ["cloud.headers"]
    dashed = {environ_key_for_header(name) for name, _ in headers if "_" not in name}
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {
        key: name
        for name, _ in headers
        if should_preserve_original_header_name(name) and (key := environ_key_for_header(name)) not in dashed
    }
