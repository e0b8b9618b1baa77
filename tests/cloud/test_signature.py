"""Who signed a request: in its header, or in the query of an address that was signed beforehand."""

from __future__ import annotations

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import Config
from botocore.credentials import Credentials

from course.cloud.observe.signature import Signature, signature


@pytest.mark.parametrize("token", [None, "the/session+token=="])
@pytest.mark.parametrize("service", ["lambda", "states", "s3"])
def test_a_signed_request_says_who_signed_it_and_for_what(service, token):
    request = AWSRequest("GET", "http://127.0.0.1:4566/a?b=c")
    SigV4Auth(Credentials("AKIDEXAMPLE", "secret", token), service, "eu-west-1").add_auth(request)
    environ = {
        "HTTP_AUTHORIZATION": request.headers["Authorization"],
        "HTTP_X_AMZ_SECURITY_TOKEN": request.headers.get("X-Amz-Security-Token") or "",
        "QUERY_STRING": "b=c",
    }
    assert signature(environ) == Signature("AKIDEXAMPLE", service, token or "")


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_an_address_that_was_signed_beforehand_says_so_too(version):
    client = boto3.client(
        "s3",
        region_name="eu-west-1",
        endpoint_url="http://127.0.0.1:4566",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        aws_session_token="a+token/==",
        config=Config(signature_version=version),
    )
    address = client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    environ = {"QUERY_STRING": address.partition("?")[2]}
    assert signature(environ) == Signature("AKIDEXAMPLE", "s3", "a+token/==")


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"QUERY_STRING": "Action=ListQueues"},
        {"HTTP_AUTHORIZATION": "Bearer abc"},
        {"HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/short"},
        {"QUERY_STRING": "X-Amz-Credential=AKIDEXAMPLE"},
    ],
)
def test_what_is_not_signed_as_aws_wants_it_is_signed_by_nobody(environ):
    assert signature(environ) == Signature()
