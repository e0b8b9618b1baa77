"""What a handler tries in order to get past the token of the admin routes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from course.cloud import Cloud

TOKEN = "f1d2-only-the-teacher-knows"


@pytest.fixture(scope="module")
def own_cloud() -> Iterator[Cloud]:
    with Cloud(seed=7, admin_token=TOKEN, launcher="zygote") as cloud:
        yield cloud


RAW = """
import os, socket
from urllib.parse import urlsplit
def handler(event, context):
    address = urlsplit(os.environ["AWS_ENDPOINT_URL"])
    answers = []
    for text in event:
        with socket.create_connection((address.hostname, address.port), 5) as link:
            link.sendall(text.encode("latin-1"))
            link.shutdown(socket.SHUT_WR)
            data = b""
            while part := link.recv(65536):
                data += part
        answers.append(data.decode("latin-1"))
    return answers
"""


def http(method: str, target: str, *headers: str, body: str = "") -> str:
    lines = [
        f"{method} {target} HTTP/1.1",
        "Host: x",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines) + "\r\n\r\n" + body


GUESSES = [
    "",
    "x",
    TOKEN[:-1],
    TOKEN + "x",
    TOKEN.upper(),
    "null",
    "None",
    "Bearer " + TOKEN,
    f"{TOKEN},{TOKEN}",
]
SPELLINGS = [
    "/_cloud/{}",
    "//_cloud/{}",
    "/./_cloud/{}",
    "/x/../_cloud/{}",
    "/%5fcloud/{}",
    "/_cloud%2f{}",
    "/%2f_cloud/{}",
    "/_cloud/./{}",
    "/_cloud//{}",
    "/_cloud/../_cloud/{}",
    "/_CLOUD/{}",
    "/_cloud/{}%00",
    "/_cloud/{}?token=" + TOKEN[:4],
    "http://x/_cloud/{}",
    "http://_cloud/_cloud/{}",
    "http:///_cloud/{}",
    "/_cloud\\{}",
    "_cloud/{}",
    "/2015-03-31/../_cloud/{}",
    "/moto-api/{}",
    "/moto-api/reset",
    "/moto-api/data.json",
    "//moto-api/data.json",
    "/%6doto-api/data.json",
    "http://x/moto-api/data.json",
]
ROUTES = [
    ("GET", "ledger", ""),
    ("POST", "reset", ""),
    ("POST", "clock/advance", '{"seconds": 90000}'),
    ("POST", "clock", '{"automatic": true}'),
    ("GET", "clock", ""),
]
SMUGGLED = [
    # The second request in the body of the first, by each way of being unclear about where that ends.
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{}",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n{}",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 900\r\n\r\n{}",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +0\r\n\r\n{}",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n{}",
    "GET / HTTP/1.1\r\nHost: x\r\nX: y\rX-Cloud-Token: z\r\n\r\n{}",
    "\r\n\r\n{}",
]
EVIL_SCOPE = (
    "Authorization: AWS4-HMAC-SHA256 Credential=k/20260101/amazonaws.com/motoapi/aws4_request, Signature=x"
)


def untouched(cloud: Cloud, before: float) -> None:
    """Nothing was emptied, no time was skipped, and the clock still waits to be asked."""
    assert cloud.client("sqs").list_queues()["QueueUrls"]
    assert cloud.client("lambda").list_functions()["Functions"]
    assert (cloud.clock.offset, cloud.clock.automatic) == (before, False)


def gained(answer: str) -> bool:
    """Whether some answer of a connection is one that an admin route gives to who may ask."""
    return any(
        word in answer for word in ('"records"', '"reset"', '"skipped"', '"timers"', '"ready"', '"AWS::')
    )


@pytest.mark.parametrize(("method", "route", "body"), ROUTES)
def test_no_spelling_of_an_admin_route_lets_a_handler_in(cloud, deploy, invoke, method, route, body):
    deploy(RAW, Timeout=60)
    cloud.client("sqs").create_queue(QueueName="kept")
    before = cloud.clock.offset
    asked = [http(method, spelling.format(route), body=body) for spelling in SPELLINGS]
    asked += [http(method, spelling.format(route), EVIL_SCOPE, body=body) for spelling in SPELLINGS]
    answers = invoke(event=asked).payload
    assert len(answers) == len(asked)
    assert not [(ask, answer) for ask, answer in zip(asked, answers, strict=True) if gained(answer)]
    untouched(cloud, before)


def test_no_guess_of_the_token_lets_a_handler_in(cloud, deploy, invoke):
    deploy(RAW, Timeout=60)
    cloud.client("sqs").create_queue(QueueName="kept")
    names = ["X-Cloud-Token", "X_Cloud_Token", "Authorization", "Cookie"]
    asked = [http("GET", "/_cloud/ledger", f"{name}: {guess}") for name in names for guess in GUESSES]
    asked += [
        http("GET", "/_cloud/ledger", "X-Cloud-Token: a", f"X-Cloud-Token: {guess}") for guess in GUESSES
    ]
    answers = invoke(event=asked).payload
    assert {answer.partition("\r\n")[0].split()[1] for answer in answers} == {"403"}
    refused = [call for call in cloud.ledger.entries("call", "cloud") if call.details["error"] == "NoToken"]
    assert len(refused) == len(asked)
    untouched(cloud, cloud.clock.offset)


def test_no_request_hidden_in_another_lets_a_handler_in(cloud, deploy, invoke):
    deploy(RAW, Timeout=60)
    cloud.client("sqs").create_queue(QueueName="kept")
    hidden = [http(method, f"/_cloud/{route}", body=body) for method, route, body in ROUTES]
    answers = invoke(event=[outer.format(inner) for outer in SMUGGLED for inner in hidden]).payload
    assert len(answers) == len(SMUGGLED) * len(hidden)
    assert not [answer for answer in answers if gained(answer)]
    untouched(cloud, cloud.clock.offset)


def test_the_token_itself_opens_every_route(cloud):
    address = urlsplit(cloud.endpoint)
    for method, route, body in ROUTES:
        with socket.create_connection((address.hostname, address.port), 10) as link:
            link.sendall(http(method, f"/_cloud/{route}", f"X-Cloud-Token: {TOKEN}", body=body).encode())
            data = b""
            while part := link.recv(65536):
                data += part
        assert gained(data.decode()), route
    cloud.clock.automatic = False
