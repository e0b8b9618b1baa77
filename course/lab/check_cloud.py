"""The cloud that checks are run against: it keeps the clients that were made for them.

A client takes longer to make than most of what is asked through it, and check after check asks for the same ones.
"""

from __future__ import annotations

from typing import Any

from course.cloud import Cloud


class CheckCloud(Cloud):
    """A cloud that gives the same client to whoever asks for a service without settings of their own."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._kept: dict[str, Any] = {}

    def client(self, service: str, **kwargs: Any) -> Any:
        """A boto3 client of this cloud, with test keys. Without `kwargs` it is shared, and to be left as it is."""
        if kwargs:
            return super().client(service, **kwargs)
        if service not in self._kept:
            self._kept[service] = super().client(service)
        return self._kept[service]
