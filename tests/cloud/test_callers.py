"""On a machine with many users a cloud of one's own answers to nobody else."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from course.cloud import Cloud, callers

pytestmark = pytest.mark.skipif(not callers.told(), reason="this system does not tell whose connections are")
NEIGHBOUR = 54321
AS_NEIGHBOUR = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() != 0, reason="only root may become a neighbour"
)
ASK = f"""
import json, os, socket, sys
os.setgroups([])
os.setgid({NEIGHBOUR})
os.setuid({NEIGHBOUR})
answers = []
for method, path in json.loads(sys.argv[2]):
    link = socket.socket()
    link.connect(("127.0.0.1", int(sys.argv[1])))
    link.sendall(f"{{method}} {{path}} HTTP/1.0\\r\\nX-Amz-Target: AmazonSQS.ListQueues\\r\\n\\r\\n".encode())
    answer = b""
    while part := link.recv(65536):
        answer += part
    head, _, body = answer.partition(b"\\r\\n\\r\\n")
    answers.append([int(head.split()[1]), body.decode()])
print(json.dumps(answers))
"""


@pytest.fixture
def door():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture(scope="module")
def own_cloud():
    with Cloud(seed=7, private=True, launcher="zygote") as cloud:
        yield cloud


def asked_by_a_neighbour(cloud, *requests):
    port = str(urlsplit(cloud.endpoint).port)
    command = [sys.executable, "-I", "-S", "-c", ASK, port, json.dumps(requests)]
    return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)


def test_a_connection_belongs_to_the_user_of_its_program(door):
    with socket.create_connection(door.getsockname()) as caller:
        answering, _ = door.accept()
        with answering:
            assert callers.owner(answering) == os.geteuid()
            caller.shutdown(socket.SHUT_WR)
            assert callers.ours(answering)


def test_a_connection_whose_program_has_let_go_of_it_belongs_to_nobody(door):
    caller = socket.create_connection(door.getsockname())
    caller.sendall(b"POST / HTTP/1.1\r\n\r\n")
    answering, _ = door.accept()
    with answering:
        caller.close()
        assert callers.owner(answering) is None
        assert not callers.ours(answering)


@AS_NEIGHBOUR
def test_a_private_cloud_answers_to_no_neighbour(cloud, deploy):
    deploy("def handler(event, context): return 1", "secret")
    cloud.client("sqs").create_queue(QueueName="kept")
    code = urlsplit(cloud.client("lambda").get_function(FunctionName="secret")["Code"]["Location"]).path
    answers = asked_by_a_neighbour(
        cloud,
        ("POST", "/_cloud/reset"),
        ("GET", "/_cloud/ledger"),
        ("GET", "/2015-03-31/functions/secret"),
        ("GET", code),
        ("POST", "/"),
    )
    assert {status for status, _ in answers} == {403}
    assert len({text for _, text in answers}) == 1
    assert "another user" in answers[0][1]
    assert len(cloud.client("sqs").list_queues()["QueueUrls"]) == 1


def test_a_private_cloud_answers_to_its_user_and_to_handlers(cloud, deploy, invoke):
    deploy(
        "import boto3\n"
        "def handler(event, context):\n"
        "    return len(boto3.client('lambda').list_functions()['Functions'])\n"
    )
    assert invoke().payload == 1


@AS_NEIGHBOUR
def test_a_cloud_that_is_not_private_answers_to_everybody(serve):
    served = serve()
    ((status, _),) = asked_by_a_neighbour(served, ("GET", "/_cloud/health"))
    assert status == 200


@AS_NEIGHBOUR
def test_the_command_has_it_as_an_option(serve):
    served = serve("--private")
    ((status, _),) = asked_by_a_neighbour(served, ("GET", "/_cloud/health"))
    assert status == 403
