"""What is AWS's own and no policy lets an account change: managed policies, reserved roles, aliases of its keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html
"""

from __future__ import annotations

_POLICY = frozenset(
    {
        "iam:createpolicy",
        "iam:createpolicyversion",
        "iam:deletepolicy",
        "iam:deletepolicyversion",
        "iam:setdefaultpolicyversion",
        "iam:tagpolicy",
        "iam:untagpolicy",
    }
)
_ROLE = frozenset(
    {
        "iam:attachrolepolicy",
        "iam:createrole",
        "iam:deleterole",
        "iam:deleterolepermissionsboundary",
        "iam:deleterolepolicy",
        "iam:detachrolepolicy",
        "iam:passrole",
        "iam:putrolepermissionsboundary",
        "iam:putrolepolicy",
        "iam:tagrole",
        "iam:untagrole",
        "iam:updateassumerolepolicy",
        "iam:updaterole",
        "iam:updateroledescription",
    }
)
_LINKED = frozenset({"iam:createservicelinkedrole", "iam:deleteservicelinkedrole"})
_LINKED_ALLOWED = frozenset({"iam:passrole", "iam:updateroledescription"})
_ALIAS = frozenset({"kms:createalias", "kms:deletealias", "kms:updatealias"})


def is_reserved(action: str, resource: str) -> bool:
    """Whether AWS keeps this to itself. `action` is in lower case."""
    if action in _POLICY:
        return ":iam::aws:policy/" in resource
    if action in _ROLE or action in _LINKED:
        if ":role/aws-service-role/" in resource:
            return action in _ROLE and action not in _LINKED_ALLOWED
        return ":role/aws-reserved/" in resource
    return action in _ALIAS and ":alias/aws/" in resource
