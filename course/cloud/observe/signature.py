"""Who signed a request, for which service: read from its header, or from the query of a presigned address.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

_SCOPE = re.compile(r"Credential=([^/&]+)/\d{8}/[^/]+/([^/]+)/aws4_request")


class Signature(NamedTuple):
    """`key` is the access key, `service` the name that the request is signed for, `token` that of a session; each is
    "" where there is none."""

    key: str = ""
    service: str = ""
    token: str = ""


def signature(environ: Mapping[str, Any]) -> Signature:
    """That of a request in WSGI's form; empty for one that nobody signed, or not as AWS wants it."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    if header:
        found = _SCOPE.search(header)
        token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "")
        return Signature(found[1], found[2], token) if found else Signature()
    asked = environ.get("QUERY_STRING", "")
    if "X-Amz-Credential" not in asked and "AWSAccessKeyId" not in asked:
        return Signature()
    query = dict(parse_qsl(asked))
    found = _SCOPE.fullmatch(f"Credential={query.get('X-Amz-Credential', '')}")
    if found:
        return Signature(found[1], found[2], query.get("X-Amz-Security-Token", ""))
    old = query.get(
        "AWSAccessKeyId", ""
    )  # Version 2 of the signature, in addresses that SDKs presign for S3.
    return Signature(old, "s3", query.get("x-amz-security-token", "")) if old else Signature()
