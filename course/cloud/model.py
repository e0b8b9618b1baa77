"""The nouns of an invocation, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["RequestResponse", "Event"]
Ending = Literal["ok", "error", "timeout", "memory", "exit", "signal", "init-error", "response-size"]


@dataclass(frozen=True)
class Function:
    """A function version that can be run. Memory is in MB, timeout in seconds.

    `fingerprint` changes whenever code or configuration does; an environment only ever serves one fingerprint.
    """

    name: str
    arn: str
    version: str
    handler: str
    runtime: str
    code: Path
    memory: int
    timeout: int
    role: str
    environment: tuple[tuple[str, str], ...]
    log_group: str
    fingerprint: str
    layers: tuple[Path, ...] = ()
    """Unpacked layers, the lowest first; later ones win."""
    ephemeral_storage: int = 512
    """Size of /tmp in MB."""
    snap_start: bool = False
    log_format: str = "Text"
    log_levels: tuple[str, str] = ("", "")
    """Application and system log level, with `log_format` JSON."""
    debug_port: int | None = None
    """Where its environments wait for an editor; None if they do not."""
    per_tenant: bool = False
    """Whether an environment serves one tenant only."""
    tenant: str = ""
    """For whom this invocation runs it; empty without tenants."""


@dataclass(frozen=True)
class Invocation:
    """One request to run a function. `payload` is the event as received, unparsed."""

    id: str
    function: Function
    payload: bytes
    kind: Kind
    invoked_arn: str
    trace: str
    client_context: str | None = None
    tail: bool = False
    caller: str = ""
    """The access key of who waits for the answer, where that is known."""


@dataclass(frozen=True)
class FunctionError:
    """What went wrong inside the function, as Lambda reports it."""

    type: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """The answer to an invocation. Durations are milliseconds, memory MB."""

    payload: bytes
    ending: Ending
    error: FunctionError | None
    log_tail: bytes
    duration_ms: float
    billed_ms: int
    init_ms: float | None
    memory_mb: int
    environment: str
    log_stream: str
    cold: bool
    request: str = ""
    """The request id, for a caller that did not choose it."""
    version: str = ""
    """The version that ran, where the caller named an alias."""
