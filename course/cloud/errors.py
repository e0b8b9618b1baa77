"""Errors with AWS's code and AWS's text.

    AwsError
    ├── InvalidParameterValue     400
    ├── InvalidRequestContent     400
    ├── ValidationFailed          400  (botocore's model is not met)
    ├── CodeStorageExceeded       400
    ├── PolicyTooLong             400
    ├── ResourceInUse             400
    ├── RecursiveInvocation       400
    ├── AccessDenied              403
    ├── BadToken                  403
    ├── ResourceNotFound          404
    ├── ProvisionedConcurrencyNotFound, CodeSigningNotFound  404
    ├── ResourceConflict          409
    ├── PreconditionFailed        412
    ├── RequestTooLarge           413
    ├── TooManyRequests           429
    ├── UnsupportedMediaType      415
    └── ServiceError              500  (our bug, or an exhausted machine)

Codes and statuses: https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html and each operation's page.
"""

from __future__ import annotations

from typing import Any


class AwsError(Exception):
    """An answer other than success. `code` is the exception name that SDKs raise, `fault` its `Type` member."""

    code = "ServiceException"
    status = 500
    fault = "Server"

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members = members
        """Further members of the body, such as `Reason`."""

    def body(self) -> dict[str, Any]:
        """The JSON body as Lambda's REST-JSON protocol shapes it."""
        return {"Type": self.fault, "Message": self.message, "message": self.message, **self.members}


class InvalidParameterValue(AwsError):
    code, status, fault = "InvalidParameterValueException", 400, "User"


class InvalidRequestContent(AwsError):
    code, status, fault = "InvalidRequestContentException", 400, "User"


class ValidationFailed(AwsError):
    code, status, fault = "ValidationException", 400, "User"

    def body(self) -> dict[str, Any]:
        # The front end of the service writes this one, and its body has no Type.
        return {"message": self.message}


class ResourceNotFound(AwsError):
    code, status, fault = "ResourceNotFoundException", 404, "User"


class ResourceConflict(AwsError):
    code, status, fault = "ResourceConflictException", 409, "User"


class PreconditionFailed(AwsError):
    code, status, fault = "PreconditionFailedException", 412, "User"


class CodeStorageExceeded(AwsError):
    code, status, fault = "CodeStorageExceededException", 400, "User"


class PolicyTooLong(AwsError):
    code, status, fault = "PolicyLengthExceededException", 400, "User"


class RecursiveInvocation(AwsError):
    code, status, fault = "RecursiveInvocationException", 400, "User"


class ResourceInUse(AwsError):
    code, status, fault = "ResourceInUseException", 400, "User"


class ProvisionedConcurrencyNotFound(AwsError):
    code, status, fault = "ProvisionedConcurrencyConfigNotFoundException", 404, "User"


class CodeSigningNotFound(AwsError):
    code, status, fault = "CodeSigningConfigNotFoundException", 404, "User"


class AccessDenied(AwsError):
    code, status, fault = "AccessDeniedException", 403, "User"


class BadToken(AwsError):
    """Keys that are nobody's, or no longer hold. The front end of the service writes this one."""

    status, fault = 403, "User"

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code

    def body(self) -> dict[str, Any]:
        return {"message": self.message}


class RequestTooLarge(AwsError):
    # The API reference says RequestTooLargeException; this is the name in the service's own answers.
    code, status, fault = "RequestEntityTooLargeException", 413, "User"


class UnsupportedMediaType(AwsError):
    code, status, fault = "UnsupportedMediaTypeException", 415, "User"


class TooManyRequests(AwsError):
    code, status, fault = "TooManyRequestsException", 429, "User"


class UnknownOperation(AwsError):
    code, status, fault = "UnknownOperationException", 404, "User"


class NotOffered(AwsError):
    """A real AWS operation that this cloud does not have."""

    code, status, fault = "NotImplementedException", 501, "Server"


class ServiceError(AwsError):
    """Our own bug, or a machine that has no process, descriptor or space left."""
