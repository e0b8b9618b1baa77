"""Whether what an ARN names is there, in moto or among our functions."""

from __future__ import annotations

from collections.abc import Callable

from course.cloud.errors import AwsError
from course.cloud.moto_bridge.reliance import relies_on

relies_on("moto.sqs.models", {"SQSBackend.__init__": "df681bc852ed"})
relies_on("moto.sns.models", {"SNSBackend.__init__": "c25403719457"})


class Presence:
    """Of one account. `find_function` raises AwsError for a function, version or alias that is not there."""

    def __init__(self, account: str, region: str, find_function: Callable[[str], object]) -> None:
        self._account = account
        self.region = region
        self._find_function = find_function

    def exists(self, arn: str) -> bool:
        """True for what is there, and for kinds of which this does not know."""
        parts = arn.split(":", 5)
        service, region, name = parts[2], parts[3] or self.region, parts[5]
        if service == "lambda":
            return self._has_function(arn)
        if service == "sqs":
            from moto.sqs.models import sqs_backends

            return name in sqs_backends[self._account][region].queues
        if service == "sns":
            from moto.sns.models import sns_backends

            return arn in sns_backends[self._account][region].topics
        return True

    def _has_function(self, arn: str) -> bool:
        try:
            self._find_function(arn)
        except AwsError:
            return False
        return True
