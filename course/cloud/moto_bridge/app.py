"""moto as one WSGI application, and the emptying of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def make_app(account: str) -> Wsgi:
    """Every service that moto has. Signatures and policies are not checked here."""
    # moto would otherwise fetch an AMI list and look for Docker when EC2 or Batch is first used.
    os.environ.setdefault("MOTO_ACCOUNT_ID", account)
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    app: Wsgi = DomainDispatcherApplication(create_backend_app)
    return app


def reset() -> None:
    """Empty every service that has been used."""
    import moto.backends as backends
    from moto.core.base_backend import BackendDict

    for name, service in (
        list(backends.loaded_backends()) if hasattr(backends, "loaded_backends") else _loaded()
    ):
        del name
        if isinstance(service, BackendDict):
            for account in service.values():
                for backend in account.values():
                    backend.reset()


def _loaded() -> Iterable[tuple[str, Any]]:
    import sys

    from moto.core.base_backend import BackendDict

    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and name.endswith(".models"):
            for value in list(vars(module).values()):
                if isinstance(value, BackendDict):
                    yield name, value
