"""A machine that has no descriptor or thread left for a moment gets an honest answer, and the cloud lives on."""

from __future__ import annotations

import http.client
import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from course.cloud import Cloud

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors in /proc")


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """This process, the cloud in it included, may open so many more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1 + count, hard))
    held: list[int] = []
    try:
        with suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(count):
            os.close(held.pop())
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in held:
            os.close(descriptor)


@contextmanager
def no_thread_left() -> Iterator[None]:
    """No thread can be started: its stack would be larger than any memory."""
    before = threading.stack_size(1 << 46)
    try:
        yield
    finally:
        threading.stack_size(before)


def connection_to(cloud: Cloud) -> http.client.HTTPConnection:
    """Not connected yet; its descriptor is taken."""
    address = urlsplit(cloud.endpoint)
    made = http.client.HTTPConnection(address.hostname or "", address.port)
    made.sock = socket.socket()
    made.sock.settimeout(10)
    return made


def connect(connection: http.client.HTTPConnection) -> None:
    connection.sock.connect((connection.host, connection.port))


def is_healthy(connection: http.client.HTTPConnection) -> bool:
    connection.request("GET", "/_cloud/health")
    return connection.getresponse().status == 200


def test_an_environment_that_cannot_be_started_is_an_answer(deploy: Any, invoke: Any, api: Any) -> None:
    deploy("def handler(event, context): return event")
    api.list_functions()  # the client has its connection
    with descriptors_left(4), pytest.raises(ClientError) as caught:
        invoke(event=1)
    error = caught.value.response
    assert error["Error"]["Code"] == "ServiceException"
    assert "Too many open files" in error["Error"]["Message"]
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert invoke(event=2).payload == 2


def test_connections_wait_while_no_descriptor_is_left_and_nothing_spins(cloud: Cloud) -> None:
    waiting = connection_to(cloud)
    with descriptors_left(0):
        connect(waiting)  # the system takes it for the cloud, which cannot
        begun = time.process_time()
        time.sleep(0.4)
        spent = time.process_time() - begun
    assert spent < 0.06
    assert is_healthy(waiting)


def test_a_connection_for_which_no_thread_is_left_is_closed_and_the_next_is_served(cloud: Cloud) -> None:
    refused, served = connection_to(cloud), connection_to(cloud)
    with no_thread_left():
        connect(refused)
        with pytest.raises((http.client.HTTPException, OSError)):
            is_healthy(refused)
    connect(served)
    assert is_healthy(served)
