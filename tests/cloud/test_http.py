"""The door speaks the HTTP of SDKs and browsers, to moto's services as well as to ours."""

from __future__ import annotations

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from course.cloud import Cloud
from course.cloud.server import Server


def ask(cloud, method, path, body=None, **headers):
    """One request on a connection of its own: status, headers in lower case, body."""
    address = urlsplit(cloud.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def raw(port, data, *, pieces=1):
    """Send bytes, say that no more will come, and read until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = max(1, len(data) // pieces)
        for start in range(0, len(data), step):
            connection.sendall(data[start : start + step])
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while more := connection.recv(65536):
            answer += more
        return answer


@pytest.fixture(scope="module")
def mirror():
    """A server whose application answers with what it saw."""

    def app(environ, start_response):
        body = environ["wsgi.input"].read()
        seen = {
            "method": environ["REQUEST_METHOD"],
            "path": environ["PATH_INFO"],
            "query": environ["QUERY_STRING"],
            "header": environ.get("HTTP_X_SENT"),
            "length": len(body),
            "body": body.decode("latin-1"),
        }
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(seen).encode()]

    server = Server(app, 0)
    server.start()
    yield server
    server.close()


def answers(data):
    """The JSON bodies of a stream of answers."""
    found = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = next(
            int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        found.append(json.loads(rest[:length]))
        data = rest[length:]
    return found


TOKENS = st.text("abcXYZ09-._~", min_size=1, max_size=12)
REQUESTS = st.lists(
    st.tuples(
        st.sampled_from(["GET", "PUT", "POST", "DELETE"]),
        TOKENS,
        TOKENS,
        TOKENS,
        st.binary(max_size=300),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(REQUESTS, st.integers(1, 40))
def test_requests_on_one_connection_are_all_seen_as_they_were_sent(mirror, requests, pieces):
    data, expected = b"", []
    for index, (method, path, query, header, body, chunked) in enumerate(requests):
        last = index == len(requests) - 1
        lines = [f"{method} /{path}?{query} HTTP/1.1", "Host: x", f"X-Sent: {header}"]
        if chunked and last:  # the connection ends after a chunked request
            lines.append("Transfer-Encoding: chunked")
            parts = [body[start : start + 7] for start in range(0, len(body), 7)]
            sent = (
                b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\nX-T: 1\r\n\r\n"
            )
        else:
            lines.append(f"Content-Length: {len(body)}")
            sent = body
        data += "\r\n".join(lines).encode() + b"\r\n\r\n" + sent
        expected.append(
            {
                "method": method,
                "path": f"/{path}",
                "query": query,
                "header": header,
                "length": len(body),
                "body": body.decode("latin-1"),
            }
        )
    assert answers(raw(mirror.port, data, pieces=pieces)) == expected


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_stop_the_server(mirror, data):
    raw(mirror.port, data)
    raw(mirror.port, b"GET / HTTP/1.1\r\n" + data)
    (seen,) = answers(raw(mirror.port, b"GET /still?there HTTP/1.1\r\n\r\n"))
    assert seen["path"] == "/still"


def test_a_connection_is_kept_alive(cloud):
    address = urlsplit(cloud.endpoint)
    connection = http.client.HTTPConnection(address.hostname, address.port)
    for _ in range(3):
        connection.request("GET", "/_cloud/health")
        assert json.loads(connection.getresponse().read())["ready"] is True
        assert connection.sock is not None
    connection.close()


def test_a_head_request_has_the_length_and_no_body(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="inbox")
    s3.put_object(Bucket="inbox", Key="k", Body=b"12345", Metadata={"some_thing": "1", "other-thing": "2"})
    signed = urlsplit(s3.generate_presigned_url("head_object", Params={"Bucket": "inbox", "Key": "k"}))
    status, headers, body = ask(cloud, "HEAD", f"{signed.path}?{signed.query}")
    assert (status, headers["content-length"], body) == (200, "5", b"")
    assert s3.head_object(Bucket="inbox", Key="k")["Metadata"] == {"some_thing": "1", "other-thing": "2"}


def test_a_head_request_for_what_is_not_there_says_so(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="inbox")
    with pytest.raises(ClientError) as refused:
        s3.head_object(Bucket="inbox", Key="gone")
    assert refused.value.response["Error"]["Code"] == "404"


def test_a_client_that_waits_for_leave_to_send_gets_it(cloud):
    cloud.client("s3").create_bucket(Bucket="inbox")
    address = urlsplit(cloud.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(
            b"PUT /inbox/k HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
            b"Expect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert cloud.client("s3").get_object(Bucket="inbox", Key="k")["Body"].read() == b"hello"


def test_an_upload_of_unknown_length_arrives_whole(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="inbox")
    parts = [b"a" * 70_000, b"b", b"c" * 5]
    assert ask(cloud, "PUT", "/inbox/k", iter(parts))[0] == 200
    assert s3.get_object(Bucket="inbox", Key="k")["Body"].read() == b"".join(parts)


def test_a_large_object_goes_up_in_parts_and_comes_back(cloud, tmp_path):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="inbox")
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 80_000)  # 20 MB: the SDK sends parts, several at a time
    s3.upload_file(str(source), "inbox", "k")
    s3.download_file("inbox", "k", str(target))
    assert target.read_bytes() == source.read_bytes()


def test_keys_with_odd_characters_stay_themselves(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="inbox")
    keys = ["a b+c%2F.txt", "ünï/côdé", "x?y=z&q#f", "dir//double"]
    for key in keys:
        s3.put_object(Bucket="inbox", Key=key, Body=key.encode())
    assert {item["Key"] for item in s3.list_objects_v2(Bucket="inbox")["Contents"]} == set(keys)
    for key in keys:
        assert s3.get_object(Bucket="inbox", Key=key)["Body"].read() == key.encode()


def test_an_operation_that_is_not_offered_says_so(api):
    with pytest.raises(ClientError) as caught:
        api.list_capacity_providers()
    assert caught.value.response["Error"]["Code"] == "NotImplementedException"
    assert "ListCapacityProviders" in caught.value.response["Error"]["Message"]


def test_a_path_that_is_no_operation_is_answered_like_one(cloud):
    scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=x, Signature=y"
    status, headers, body = ask(cloud, "POST", "/2015-03-31/nonsense", b"{}", Authorization=scope)
    assert (status, headers["x-amzn-errortype"]) == (404, "UnknownOperationException")
    assert json.loads(body)["message"].startswith("Unknown operation for Lambda: POST /2015-03-31/nonsense")
    assert headers["x-amzn-requestid"]


@pytest.mark.parametrize(
    "body", [b"{", b"[1]", b"\xff", b'{"Code": {"ZipFile": 5}}', b'{"FunctionName": {"a": 1}}']
)
def test_a_request_that_is_malformed_is_the_clients_mistake(cloud, body):
    status, _, answer = ask(cloud, "POST", "/2015-03-31/functions", body, Content_Type="application/json")
    assert status == 400
    assert json.loads(answer)["message"]


def test_a_bug_of_ours_is_an_answer_that_says_so():
    def app(environ, start_response):
        raise KeyError("oops")

    server = Server(app, 0)
    server.start()
    try:
        answer = raw(server.port, b"GET / HTTP/1.1\r\n\r\n")
    finally:
        server.close()
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"a bug of this cloud: KeyError" in answer


def test_the_admin_routes_can_be_guarded_by_a_token(own_cloud):
    with Cloud(admin_token="open sesame") as guarded:
        assert ask(guarded, "GET", "/_cloud/ledger")[0] == 403
        assert ask(guarded, "POST", "/_cloud/reset", X_Cloud_Token="wrong")[0] == 403
        status, _, body = ask(guarded, "GET", "/_cloud/ledger", X_Cloud_Token="open sesame")
        written = json.loads(body)
        assert (status, written["records"]) == (200, [])
        assert [entry["details"]["error"] for entry in written["entries"]] == ["NoToken", "NoToken"]
        assert guarded.client("lambda").list_functions()["Functions"] == []


def test_the_ledger_can_be_had_by_http(cloud, deploy, invoke):
    deploy("def handler(event, context): pass")
    answer = invoke()
    records = json.loads(ask(cloud, "GET", "/_cloud/ledger")[2])["records"]
    assert records == [record.as_dict() for record in cloud.ledger.records()]
    assert records[1]["request_id"] == answer.request


def test_a_reset_empties_everything(cloud, deploy, invoke, api):
    cloud.client("s3").create_bucket(Bucket="inbox")
    cloud.client("sqs").create_queue(QueueName="q")
    deploy("def handler(event, context): pass")
    invoke()
    assert ask(cloud, "POST", "/_cloud/reset", b"")[0] == 200
    assert api.list_functions()["Functions"] == []
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert "QueueUrls" not in cloud.client("sqs").list_queues()
    assert cloud.client("logs").describe_log_groups()["logGroups"] == []
    assert cloud.client("iam").list_roles()["Roles"] == []
    assert cloud.ledger.records() == []


def test_a_route_that_is_not_there_is_named(cloud):
    status, _, body = ask(cloud, "GET", "/_cloud/nonsense")
    assert (status, json.loads(body)["message"]) == (404, "no such admin route: GET /_cloud/nonsense")
