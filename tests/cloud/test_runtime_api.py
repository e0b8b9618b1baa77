"""The Runtime API understands its runtime however the socket cuts what it sends."""

from __future__ import annotations

import socket
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.cloud.runtime.runtime_api import Link

PREFIX = "/2018-06-01/runtime"
IDS = st.text("0123456789abcdef-", min_size=1, max_size=36)
REQUESTS = st.one_of(
    st.tuples(st.just("next"), st.just(""), st.just(b"")),
    st.tuples(st.sampled_from(["response", "error"]), IDS, st.binary(max_size=200)),
    st.tuples(st.just("init/error"), st.just(""), st.binary(max_size=50)),
)


@pytest.fixture
def link():
    made = Link()
    yield made
    made.close()


def wire(what, invocation, body, chunked):
    """A request of a runtime as bytes."""
    method, path = ("GET", "invocation/next") if what == "next" else ("POST", what)
    if what in ("response", "error"):
        path = f"invocation/{invocation}/{what}"
    head = f"{method} {PREFIX}/{path} HTTP/1.1\r\nHost: x\r\n"
    if chunked and what != "next":
        parts = [body[start : start + 16] for start in range(0, len(body), 16)]
        sent = b"".join(b"%X\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        return f"{head}transfer-encoding: chunked\r\n\r\n".encode() + sent
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def received(link, data, cuts):
    """The requests found when the bytes arrive in pieces that end at the cuts."""
    host, _, port = link.address.partition(":")
    found = []
    with socket.create_connection((host, int(port)), timeout=5) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.receive(link.descriptors()[0])
        (descriptor,) = link.descriptors()[1:]
        places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
        for start, stop in pairwise(places):
            client.sendall(data[start:stop])
            found += link.receive(descriptor)
        # Loopback delivers at once, but not before the next line for certain.
        until = time.monotonic() + 0.002
        while time.monotonic() < until:
            found += link.receive(descriptor)
    link.receive(descriptor)
    return found


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(REQUESTS, st.booleans()), max_size=4), st.lists(st.integers(0, 900), max_size=10))
def test_requests_do_not_depend_on_how_they_were_cut(requests, cuts):
    link = Link()
    try:
        data = b"".join(wire(*request, chunked) for request, chunked in requests)
        found = received(link, data, cuts)
    finally:
        link.close()
    assert [(request.what, request.id, request.body) for request in found] == [
        request for request, _ in requests
    ]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_no_bytes_are_too_odd(data, cuts):
    link = Link()
    try:
        for request in received(link, data, cuts):
            assert request.what in ("unknown", "next", "response", "error", "init/error")
        # Whatever one connection sent, the next one is served.
        (request,) = received(link, wire("next", "", b"", False), [])
        assert request.what == "next"
    finally:
        link.close()


def test_a_runtime_that_went_away_cannot_be_answered(link):
    (request,) = received(link, wire("next", "", b"", False), [])
    assert link.answer(request, 200, b"{}") is False


@pytest.mark.parametrize(
    "path",
    ["/", "/2018-06-01/runtime/", "/2018-06-01/runtime/invocation/x/other", "/2020-01-01/extension/register"],
)
def test_what_is_not_part_of_the_api_is_unknown(link, path):
    (request,) = received(link, f"POST {path} HTTP/1.1\r\n\r\n".encode(), [])
    assert request.what == "unknown"
