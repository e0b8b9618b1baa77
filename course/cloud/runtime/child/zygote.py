"""A process that has already imported what handlers import, and forks a new environment on request.

Run as a script with the number of a socket and the kind of function it is for. Each request is a line with file
descriptors attached (for an environment: death, status, output); the last is a file with a JSON object that the fork
alone reads, for what this process had read would lie in the memory of every later fork. The answer is the keeper's
process id. Everything that a
fresh interpreter would do differently is undone in the fork: variables, time zone, working folder, standard streams,
and every preloaded module of which the function brings its own copy. awslambdaric itself, its C part too, is imported
after the fork, because it reads its variables when it is imported.
"""

import array
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DESCRIPTORS = 9
"""As many may come with a request."""
OURS = ("bootstrap", "sandbox", "seccomp", "signature", "virtual_time")
SERVICES = (
    "s3",
    "dynamodb",
    "sqs",
    "sns",
    "lambda",
    "events",
    "sts",
    "logs",
    "ssm",
    "secretsmanager",
    "kinesis",
)
PLAIN = (
    "base64",
    "collections",
    "concurrent.futures",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "hashlib",
    "hmac",
    "importlib.metadata",
    "io",
    "json",
    "logging",
    "math",
    "os",
    "pathlib",
    "random",
    "re",
    "resource",
    "simplejson",
    "snapshot_restore_py",
    "string",
    "tempfile",
    "threading",
    "time",
    "traceback",
    "typing",
    "urllib.parse",
    "uuid",
)
"""What every runtime needs, and what costs little. A fork takes as long as there is memory to share."""
WITH_BOTO3 = (
    "asyncio",
    "csv",
    "email.parser",
    "encodings.idna",
    "http.client",
    "ssl",
    "subprocess",
    "urllib.request",
    "xml.etree.ElementTree",
    "zipfile",
    "boto3",
    "boto3.dynamodb.conditions",
    "boto3.s3.transfer",
    "botocore.config",
    "botocore.exceptions",
    "botocore.session",
)


def preload(kind: str) -> None:
    """Import what a kind of function needs: "plain", or "boto3" with the services that handlers call most."""
    gc.disable()  # until a fork goes on: nothing of what is imported is ever garbage
    for name in (*OURS, *PLAIN, *(WITH_BOTO3 if kind == "boto3" else ())):
        with suppress(ImportError):
            importlib.import_module(name)
    if kind == "boto3":
        with suppress(ImportError):
            _share_descriptions()
    gc.collect()
    gc.freeze()


def _share_descriptions() -> None:
    """Read what describes the services once, find out once which there are (a new session looks through 900 folders for
    that), and what every session registers. What is in other folders, such as a function's own, is read as ever."""
    import boto3
    import botocore.hooks
    import botocore.loaders
    import botocore.regions
    import botocore.session

    _remember(botocore.loaders.JSONFileLoader, "load_file", lambda loader, path: path)
    for name in ("list_available_services", "list_api_versions"):
        _remember(
            botocore.loaders.Loader,
            name,
            lambda loader, *given, **named: (*loader.search_paths, *given, *named.values()),
        )
    with suppress(AttributeError):  # not in every version
        _remember(botocore.hooks, "accepts_kwargs", lambda function: function)
        _remember(
            botocore.hooks.EventAliaser,
            "_alias_event_name",
            lambda aliaser, name: (id(aliaser._event_aliases), name),
        )
        _remember(
            botocore.regions,
            "EndpointProvider",
            lambda **data: tuple((name, id(value)) for name, value in data.items()),
        )
    # Whoever started us may have keys of an account at home; what is read of them stays in the memory of each fork.
    os.environ |= dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    _warming.append(True)
    session = boto3.session.Session("test", "test", region_name="us-east-1")
    for service in SERVICES:
        session.client(service)
    session.resource("s3")
    session.resource("dynamodb")
    loader = botocore.session.get_session().get_component("data_loader")
    for kind in ("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2"):
        loader.list_available_services(type_name=kind)
    _warming.clear()


def _remember(owner: "Any", name: str, key: "Any") -> None:
    """Let a function remember what it gave while we warm up, for arguments with the same `key`."""
    find = getattr(owner, name)
    known: dict[Any, Any] = {}

    def found(*given: "Any", **named: "Any") -> "Any":
        with suppress(TypeError):  # of what no dictionary takes, and what another version has otherwise
            wanted = key(*given, **named)
            if wanted in known:
                return known[wanted][0]
            if _warming:
                value = find(*given, **named)
                if value is not None:
                    known[wanted] = value, given, named  # whose numbers stay theirs
                return value
        return find(*given, **named)

    setattr(owner, name, found)


_warming: "list[bool]" = []


def become(request: "dict[str, Any]", descriptors: "list[int]") -> None:
    """Turn this fork into the keeper of an environment; only the runtime's process returns. A request with an `entry`
    names another script, whose `become` is called instead."""
    if "entry" in request:
        become_other(request, descriptors)
        return
    death, status, output = descriptors
    os.setsid()
    for target in (1, 2):
        os.dup2(output, target)
    os.environ.clear()
    os.environ.update(request["variables"], _LAMBDA_TELEMETRY_LOG_FD=str(output))
    time.tzset()
    os.chdir(request["folder"])
    forget(request["own"])
    importlib.import_module("bootstrap").become_environment(death, status, request["world"])


def become_other(request: "dict[str, Any]", descriptors: "list[int]") -> None:
    """Hand this fork to the script that the request names."""
    entry = script(request["entry"])
    forget(request["own"])
    entry.become(request, descriptors)


def script(path: str) -> "Any":
    """The module that a file is, without a place among the others."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("entry", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def greet(channel: socket.socket) -> None:
    """Say that requests are served here, and by which process."""
    channel.sendall(f"ready {os.getpid()}\n".encode())


def forget(names: "list[str]") -> None:
    """Let these top-level modules be imported anew: what runs here brings its own."""
    for name in names:
        # A look at all names writes to the memory of each, which a fork then has to copy.
        if name in sys.modules:
            for loaded in [one for one in sys.modules if one == name or one.startswith(name + ".")]:
                del sys.modules[loaded]


def serve(channel: socket.socket) -> "tuple[dict[str, Any], list[int]] | None":
    """Answer requests. Returns in each fork what it is to become; None when the cloud is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects keepers
    while True:
        descriptors = receive(channel)
        if not descriptors:
            return None
        gc.disable()
        pid = os.fork()
        if pid == 0:
            gc.enable()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            channel.close()
            return read(descriptors.pop()), descriptors
        for descriptor in descriptors:
            os.close(descriptor)
        channel.sendall(f"{pid}\n".encode())


def receive(channel: socket.socket) -> "list[int]":
    """The descriptors of the next request; none when there will be none."""
    descriptors: list[int] = []
    while True:
        part, ancillary, _, _ = channel.recvmsg(64, socket.CMSG_SPACE(DESCRIPTORS * 4))
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i")
                numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
                descriptors += numbers
        if not part:
            return []
        if part.endswith(b"\n"):
            return descriptors


def read(descriptor: int) -> "dict[str, Any]":
    """What a request is about."""
    with os.fdopen(descriptor, "rb") as file:
        file.seek(0)
        found: dict[str, Any] = json.loads(file.read())
    return found


if __name__ == "__main__":
    connection = socket.socket(fileno=int(sys.argv[1]))
    preload(sys.argv[2])
    greet(connection)
    order = serve(connection)
    if order is not None:
        del connection
        become(*order)
