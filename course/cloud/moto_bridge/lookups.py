"""ARNs that only the services themselves know, for the question whether a request is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.cloud.moto_bridge.reliance import relies_on

relies_on("moto.kms.models", {"KmsBackend.__init__": "ac0b157d4a8d"})
relies_on("moto.secretsmanager.models", {"SecretsStore": "3a732983b0d8"})
relies_on("moto.dynamodb.models.table", {"Table.__init__": "a56181a75aa2"})


class MotoLookups:
    """Called with a type of resource (kms:key) and what a request says of it; gives the ARN, or None."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region
        self._kinds: dict[str, Callable[[str], str | None]] = {
            "kms:key": self._key,
            "secretsmanager:Secret": self._secret,
            "iam:role": self._role,
            "dynamodb:partition-key": self._partition_key,
        }

    def __call__(self, kind: str, said: str) -> str | None:
        find = self._kinds.get(kind)
        return find(said) if find is not None else None

    def _key(self, said: str) -> str | None:
        from moto.kms.models import kms_backends

        backend: Any = kms_backends[self._account][self._region]
        name = said.rpartition(":")[2]
        if name.startswith("alias/"):
            for key, aliases in backend.key_to_aliases.items():
                if name in aliases:
                    return f"arn:aws:kms:{self._region}:{self._account}:key/{key}"
        return None

    def _secret(self, said: str) -> str | None:
        from moto.secretsmanager.models import secretsmanager_backends

        for secret in secretsmanager_backends[self._account][self._region].secrets.values():
            if said in (getattr(secret, "name", None), getattr(secret, "arn", None)):
                arn: str = secret.arn
                return arn
        return None

    def _role(self, said: str) -> str | None:
        from moto.iam.models import iam_backends

        for role in iam_backends[self._account]["aws"].roles.values():
            if role.name == said:
                return str(role.arn)
        return None

    def _partition_key(self, said: str) -> str | None:
        from moto.dynamodb.models import dynamodb_backends

        table: Any = dynamodb_backends[self._account][self._region].tables.get(said.rpartition("/")[2])
        return str(table.hash_key_attr) if table is not None else None
