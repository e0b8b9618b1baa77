"""The policy of a KMS key with its grants, each as the statement that it amounts to.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from __future__ import annotations

import json
from typing import Any

from course.cloud.moto_bridge.reliance import relies_on

relies_on("moto.kms.models", {"Key.__init__": "39d3eaacb7ba", "Grant": "f633e76f5eb4"})


def document(key: Any) -> str:
    """Of a key in moto."""
    policy: str = key.policy
    grants = list(key.grants.values())
    if not grants:
        return policy
    content = json.loads(policy)
    own = content.get("Statement") or []
    made = [_statement(grant) for grant in grants] + [
        _retiring(one) for one in grants if one.retiring_principal
    ]
    return json.dumps({**content, "Statement": [*(own if isinstance(own, list) else [own]), *made]})


def _statement(grant: Any) -> dict[str, Any]:
    constraints = grant.constraints or {}
    exactly = constraints.get("EncryptionContextEquals") or {}
    wanted = {**(constraints.get("EncryptionContextSubset") or {}), **exactly}
    made: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": _who(grant.grantee_principal),
        "Action": [f"kms:{name}" for name in grant.operations],
        "Resource": "*",
    }
    if wanted:
        keys = {f"kms:EncryptionContext:{name}": value for name, value in wanted.items()}
        made["Condition"] = {"StringEquals": keys}
    if exactly:
        made["Condition"]["ForAllValues:StringEquals"] = {"kms:EncryptionContextKeys": list(exactly)}
    return made


def _retiring(grant: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": _who(grant.retiring_principal),
        "Action": "kms:RetireGrant",
        "Resource": "*",
    }


def _who(principal: str) -> dict[str, str]:
    return {"Service" if principal.endswith(".amazonaws.com") else "AWS": principal}
