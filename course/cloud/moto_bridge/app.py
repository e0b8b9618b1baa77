"""moto as one WSGI application, and the emptying of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def make_app() -> Wsgi:
    """Every service that moto has. Signatures and policies are not checked here."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    dispatch = DomainDispatcherApplication(create_backend_app)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if any("_" in name for name, _ in environ["cloud.headers"]):
            _keep_underscores(environ)
        answer: Iterable[bytes] = dispatch(environ, start_response)
        return answer

    return app


def reset() -> None:
    """Empty every service that has been used."""
    for service in list(_used()):
        for account in list(service.values()):
            for backend in list(account.values()):
                backend.reset()
    instances = sys.modules.get("moto.core.model_instances")
    if instances is not None:
        # moto also keeps a list of everything that its models ever made; nobody else empties it.
        instances.reset_model_data()


def _used() -> Iterator[Any]:
    base = sys.modules.get("moto.core.base_backend")
    if base is None:
        return
    seen: set[int] = set()
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and name.endswith("models"):
            for value in list(vars(module).values()):
                if isinstance(value, base.BackendDict) and id(value) not in seen:
                    seen.add(id(value))
                    yield value


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
