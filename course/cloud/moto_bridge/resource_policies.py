"""The policies of buckets, queues, topics, keys and secrets, as moto keeps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from course.cloud.moto_bridge import grants
from course.cloud.moto_bridge.identities import compiled, policy_text
from course.cloud.moto_bridge.public_access import restricted
from course.cloud.moto_bridge.reliance import relies_on

if TYPE_CHECKING:
    from lint_rules import Policy

relies_on("moto.iam.models", {"Role.__init__": "5aad9afbd86e"})
relies_on("moto.s3.models", {"FakeBucket.__init__": "8965d4badfee"})
relies_on("moto.sqs.models", {"Queue.__init__": "0a4781ed5a21"})
relies_on("moto.sns.models", {"Topic.__init__": "e246f280d7cc"})
relies_on("moto.secretsmanager.models", {"FakeSecret.__init__": "eb6564ac1976"})

_KINDS = {"kms": "key", "sts": "trust"}
_NOBODY = '{"Version": "2012-10-17", "Statement": []}'
"""The trust policy of a role that is not there."""


class MotoResourcePolicies:
    """Of one account and Region. `functions` gives the policy of a function's ARN, which moto does not have."""

    def __init__(self, account: str, region: str, functions: Callable[[str], str | None]) -> None:
        self._account = account
        self._region = region
        self._kinds: dict[str, Callable[[str], str | bytes | None]] = {
            "s3": self._bucket,
            "sqs": self._queue,
            "sns": self._topic,
            "kms": self._key,
            "secretsmanager": self._secret,
            "lambda": functions,
            "sts": self._trust,
        }

    def policy(self, service: str, resource: str) -> Policy | None:
        find = self._kinds.get(service)
        document = find(resource) if find is not None else None
        if not document:
            return None
        text = document.decode() if isinstance(document, bytes) else document
        return compiled(_KINDS.get(service, "resource"), resource, text)

    def _trust(self, arn: str) -> str | None:
        if ":role/" not in arn:
            return None
        from moto.iam.models import iam_backends

        roles = list(iam_backends[self._account]["aws"].roles.values())
        documents = (policy_text(role.assume_role_policy_document) for role in roles if role.arn == arn)
        return next(documents, _NOBODY)

    def _bucket(self, arn: str) -> bytes | None:
        from moto.s3.models import s3_backends

        bucket: Any = s3_backends[self._account]["aws"].buckets.get(arn.split(":")[-1].partition("/")[0])
        return restricted(bucket, self._account) if bucket is not None else None

    def _queue(self, arn: str) -> str | None:
        from moto.sqs.models import sqs_backends

        queue: Any = sqs_backends[self._account][self._region].queues.get(arn.split(":")[-1])
        found: str | None = queue.policy if queue is not None else None
        return found

    def _topic(self, arn: str) -> str | None:
        from moto.sns.models import sns_backends

        topic: Any = sns_backends[self._account][self._region].topics.get(arn)
        found: str | None = topic.policy if topic is not None else None
        return found

    def _key(self, arn: str) -> str | None:
        from moto.kms.models import kms_backends

        key: Any = kms_backends[self._account][self._region].keys.get(arn.rpartition("/")[2])
        return grants.document(key) if key is not None else None

    def _secret(self, arn: str) -> str | None:
        from moto.secretsmanager.models import secretsmanager_backends

        for secret in secretsmanager_backends[self._account][self._region].secrets.values():
            if getattr(secret, "arn", None) == arn:
                found: str | None = getattr(secret, "policy", None)
                return found
        return None
