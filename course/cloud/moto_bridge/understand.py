"""What a request to one of moto's services asks for: the service, the operation and its parameters.

moto's own routers and parsers read it, each as its protocol wants.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.observe.signature import signature

relies_on(
    "moto.core.routing", {"get_service_router": "ef6852a781f3", "ServiceOperationRouter": "472bd72126c5"}
)
relies_on("moto.core.parse", {"RequestParser": "fd89167146d0"})

_LARGEST = 64 * 1024 * 1024
"""Bytes of a body that are read to understand it."""


class Understood(NamedTuple):
    """`service` is boto3's name. `key` and `token` are what it was signed with, "" for neither."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    key: str
    token: str


def understand(environ: dict[str, Any]) -> Understood | None:
    """Read a request, and leave it as it was; None if nobody knows what it is."""
    key, signed, token = signature(environ)
    service = boto3_name(signed or "s3")
    if service is None:
        return None
    _keep_body(environ)
    from moto.core.parse import PROTOCOL_PARSERS
    from moto.core.request import Request, determine_request_protocol
    from moto.core.routing import get_service_router
    from moto.core.utils import get_service_model
    from werkzeug.exceptions import HTTPException

    try:
        request = Request(environ, populate_request=False)
        operation, labels = get_service_router(service).match(request)
        protocol = determine_request_protocol(get_service_model(service), request.content_type)
        parameters = PROTOCOL_PARSERS[protocol](operation).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": b"" if _streams(operation) else request.get_data(),
                "url_path": request.path,
                "url_params": labels,
            }
        )
    except (HTTPException, KeyError, ValueError, TypeError, AttributeError):
        return None
    finally:
        environ["wsgi.input"].seek(0)
    return Understood(service, operation.name, parameters, key, token)


@lru_cache(maxsize=256)
def boto3_name(signed: str) -> str | None:
    """The service whose requests are signed for a name: stepfunctions for `states`."""
    import botocore.loaders

    if signed in _SIGNED:
        return _SIGNED[signed]
    known: list[str] = botocore.loaders.Loader().list_available_services("service-2")
    return signed if signed in known else None


_SIGNED = {
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "email": "ses",
    "cognito-identity": "cognito-identity",
    "elasticloadbalancing": "elbv2",
    "tagging": "resourcegroupstaggingapi",
    "appconfig": "appconfig",
    "s3express": "s3",
}


def _keep_body(environ: dict[str, Any]) -> None:
    """The body in memory, so that it can be read twice."""
    if isinstance(environ["wsgi.input"], io.BytesIO):
        return
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        body = environ["wsgi.input"].read(int(length))
    elif environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read(_LARGEST)
    else:
        body = b""
    environ["wsgi.input"] = io.BytesIO(body)


def _streams(operation: Any) -> bool:
    """Whether the body is an object, which says nothing of what is asked for."""
    shape = operation.input_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    return payload is not None and shape.members[payload].type_name in ("blob", "string")
