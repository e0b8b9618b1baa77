"""Policies that IAM refuses to store, in its own words: moto finds fewer of them, and says other things.

What moto alone finds it still refuses. https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
"""

from __future__ import annotations

from typing import Any

import lint_rules
from course.cloud.moto_bridge.patches import Function, patch

MODULE = "moto.iam.policy_validation"


@patch(MODULE, "IAMPolicyDocumentValidator.validate", "3198fe202eac")
def _identity(original: Function) -> Function:
    return _checked(original, "identity")


@patch(MODULE, "IAMTrustPolicyDocumentValidator.validate", "be3ae1f3489c")
def _trust(original: Function) -> Function:
    return _checked(original, "trust")


def _checked(original: Function, kind: str) -> Function:
    def validate(self: Any) -> None:
        from moto.iam.exceptions import MalformedPolicyDocument

        try:
            lint_rules.check_policy(self._policy_document, kind)
        except lint_rules.MalformedPolicy as error:
            raise MalformedPolicyDocument(str(error)) from None
        original(self)

    return validate


@patch("moto.iam.models", "IAMBackend.create_role", "0c617708d315")
def _create_role(original: Function) -> Function:
    def create_role(
        self: Any, role_name: str, assume_role_policy_document: Any, *more: Any, **members: Any
    ) -> Any:
        from moto.iam.exceptions import MalformedPolicyDocument

        try:
            lint_rules.check_policy(assume_role_policy_document, "trust")
        except lint_rules.MalformedPolicy as error:
            raise MalformedPolicyDocument(str(error)) from None
        return original(self, role_name, assume_role_policy_document, *more, **members)

    return create_role
