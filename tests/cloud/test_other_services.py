"""What the cloud's other services do not have is refused in the form of AWS, by name and at once."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from course.cloud import Cloud
from course.cloud.moto_bridge import app as bridge

ABSENT = [
    ("dynamodb", "list_contributor_insights", {}),  # JSON
    ("sns", "list_origination_numbers", {}),  # query
    ("ec2", "describe_elastic_gpus", {}),  # EC2's own form of query
    ("cloudwatch", "describe_anomaly_detectors", {}),  # CBOR
    ("route53", "list_traffic_policies", {}),  # REST with XML
    ("cloudfront", "list_field_level_encryption_configs", {}),
    ("apigateway", "get_sdk_types", {}),  # REST with JSON
]
"""One for each protocol, as long as moto has no such operation."""


@pytest.mark.parametrize(("service", "operation", "arguments"), ABSENT)
def test_an_operation_that_moto_lacks_is_refused_in_its_protocol(
    cloud: Cloud, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    client = cloud.client(service)  # it may retry, and must not
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**arguments)
    answer = caught.value.response
    assert answer["Error"]["Code"] == "NotImplementedException"
    assert answer["Error"]["Message"].endswith("is not offered by this cloud.")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert answer["ResponseMetadata"]["RetryAttempts"] == 0


def test_the_operation_is_named_as_boto3_names_it(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="The operation list_contributor_insights of dynamodb is not"):
        cloud.client("dynamodb").list_contributor_insights()


def test_a_service_that_moto_lacks_is_refused_without_a_word_on_the_terminal(
    cloud: Cloud, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ClientError, match="What was asked of frauddetector is not offered by this cloud"):
        cloud.client("frauddetector").get_detectors()
    assert capfd.readouterr() == ("", "")


def test_an_answer_of_a_service_stays_as_it_is(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket="nowhere", Key="k")
    assert caught.value.response["Error"]["Code"] == "NoSuchBucket"
    s3.create_bucket(Bucket="pages")
    page = b"<!doctype html><title>404 Not Found</title>"
    s3.put_object(Bucket="pages", Key="404.html", Body=page, ContentType="text/html")
    assert s3.get_object(Bucket="pages", Key="404.html")["Body"].read() == page


def test_a_browser_that_looks_for_an_icon_gets_what_browsers_expect(cloud: Cloud) -> None:
    address = urlsplit(cloud.endpoint)
    browser = http.client.HTTPConnection(address.hostname or "", address.port)
    browser.request("GET", "/favicon.ico")
    assert browser.getresponse().status == 404
    browser.close()


def test_a_bug_below_is_an_error_of_the_protocol_that_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from course.cloud.moto_bridge import dispatch

    def broken(self: object, environ: object, start_response: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(dispatch.Dispatcher, "__call__", broken)
    seen: list[str] = []
    environ = {
        "cloud.headers": [],
        "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sns/aws4_request, Signature=b",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
    }
    body = b"".join(bridge.make_app()(environ, lambda status, headers: seen.append(status)))
    assert seen == ["500 Internal Server Error"]
    assert b"<Code>InternalFailure</Code><Message>a bug of this cloud: KeyError: 'oops'</Message>" in body
