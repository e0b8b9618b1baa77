"""The one place where requests to moto's services are let in or refused, each refusal in the shape of its service.

Codes and statuses as the services were seen to answer; the sentence is IAM's.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from course.cloud.iam.guard import Guard, Refused, Request
from course.cloud.moto_bridge.public_access import refusal
from course.cloud.moto_bridge.refusals import refuse
from course.cloud.moto_bridge.understand import understand
from course.cloud.observe.signature import signature

_CODES = {
    "s3": ("403 Forbidden", "AccessDenied"),
    "sqs": ("403 Forbidden", "AccessDenied"),
    "sns": ("403 Forbidden", "AuthorizationError"),
    "iam": ("403 Forbidden", "AccessDenied"),
    "sts": ("403 Forbidden", "AccessDenied"),
    "cloudwatch": ("403 Forbidden", "AccessDenied"),
    "cloudformation": ("403 Forbidden", "AccessDenied"),
    "ec2": ("403 Forbidden", "UnauthorizedOperation"),
}
_JSON = ("400 Bad Request", "AccessDeniedException")


class Door:
    """In front of moto."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def refused(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes] | None:
        """The refusal of a request; None if it may pass."""
        if not self._guard.enabled:
            return None
        asked = understand(environ)
        if asked is None:
            return None
        try:
            self._guard.check(Request(*asked, path=environ["PATH_INFO"]))
        except Refused as refused:
            status, code = _CODES.get(asked.service, _JSON)
            if refused.decision is None:
                code = _session_code(asked.service, refused.code)
            return refuse(environ, start_response, status, code, _message(asked.service, refused))
        if asked.service == "s3" and asked.operation == "PutBucketPolicy":
            caller = self._guard.caller(asked.key, asked.token).principal
            document = environ["wsgi.input"].read().decode(errors="replace")
            environ["wsgi.input"].seek(0)
            bucket = str(asked.parameters["Bucket"])
            blocked = refusal(self._guard.account, bucket, document, caller.called)
            if blocked is not None:
                return refuse(environ, start_response, *_CODES["s3"], blocked)
        return None

    def passed(self, environ: dict[str, Any]) -> None:
        """A request was answered: of IAM, it may have changed who may do what."""
        if self._guard.enabled and signature(environ).service == "iam":
            self._guard.changed()


def _session_code(service: str, code: str) -> str:
    if code.startswith("Expired"):
        return "ExpiredToken" if service in _CODES else code
    return {"s3": "InvalidAccessKeyId"}.get(service, "InvalidClientTokenId" if service in _CODES else code)


def _message(service: str, refused: Refused) -> str:
    decision = refused.decision
    if decision is None:
        return refused.message
    if service == "s3" and decision.principal.kind == "anonymous":
        return "Access Denied"
    if service == "s3" and decision.resource != "*":
        # S3 alone sets the resource in quotation marks.
        return refused.message.replace(
            f"on resource: {decision.resource}", f'on resource: "{decision.resource}"'
        )
    if service == "ec2":
        return f"You are not authorized to perform this operation. {refused.message}"
    return refused.message
