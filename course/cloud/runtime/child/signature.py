"""Has awslambdaric name a key in what it asks of the Runtime API, whose port any process of the machine can reach.

The key is the last word of the user agent. Imports nothing of ours: it runs before the handler, in its process.
"""

from __future__ import annotations

import importlib
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def sign(key: str) -> None:
    """From now on. awslambdaric must not have been imported."""
    with suppress(ImportError):  # its C part, or what stands in for it
        client: Any = importlib.import_module("runtime_client")
        initialize = client.initialize_client
        client.initialize_client = lambda agent: initialize(f"{agent} {key}")
    from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient

    call = BaseLambdaRuntimeClient.call_rapid

    def call_rapid(
        self: Any, method: str, path: str, code: int, payload: Any = None, headers: Any = None
    ) -> None:
        call(self, method, path, code, payload, {**(headers or {}), "User-Agent": key})

    BaseLambdaRuntimeClient.call_rapid = call_rapid
