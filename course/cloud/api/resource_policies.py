"""The resource policy of a function, a version or an alias as one document, which replaces what there was.

Lambda's API of 2026-07-09, as its model in botocore 1.44.5 describes it: PutResourcePolicy also replaces what
AddPermission made, and GetPolicy shows what it wrote. Whether a document opens a function to everybody is not checked.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import json

import lint_rules
from course.cloud.api.noun import Noun
from course.cloud.api.policy import Policy, fitting
from course.cloud.api.stored import LATEST, Parameters, Stored
from course.cloud.api.targets import check_qualifier
from course.cloud.errors import InvalidParameterValue, ResourceNotFound


class ResourcePolicies(Noun):
    """Write, read and delete as a whole. Each takes a complete ARN."""

    def put_resource_policy(self, parameters: Parameters) -> Parameters:
        statements = _statements(parameters["Policy"])
        with self._account.lock:
            stored, place, old = self._found(parameters)
            self._account.check_revision(
                parameters.get("RevisionId"), old.revision if old else None, "GetResourcePolicy"
            )
            made = fitting(Policy(statements, self._account.new_id()))
            stored.shelf(Policy)[place] = made
        return {"Policy": made.document(), "RevisionId": made.revision}

    def get_resource_policy(self, parameters: Parameters) -> Parameters:
        with self._account.lock:
            policy = self._existing(parameters)[2]
        return {"Policy": policy.document(), "RevisionId": policy.revision}

    def delete_resource_policy(self, parameters: Parameters) -> Parameters:
        with self._account.lock:
            stored, place, policy = self._existing(parameters)
            self._account.check_revision(parameters.get("RevisionId"), policy.revision, "GetResourcePolicy")
            del stored.shelf(Policy)[place]
        return {}

    def _existing(self, parameters: Parameters) -> tuple[Stored, str, Policy]:
        stored, place, policy = self._found(parameters)
        if policy is None:
            raise ResourceNotFound("The resource you requested does not exist.")
        return stored, place, policy

    def _found(self, parameters: Parameters) -> tuple[Stored, str, Policy | None]:
        arn = parameters["ResourceArn"]
        name, qualifier = self._account.resolve({"FunctionName": arn})
        stored = self._account.function(name)
        if qualifier is not None:
            check_qualifier(self._account, name, qualifier)
        place = qualifier or LATEST
        return stored, place, stored.shelf(Policy).get(place)


def _statements(text: str) -> tuple[Parameters, ...]:
    """The statements of a document. Raises InvalidParameterValue for what is none."""
    try:
        lint_rules.parse_policy(text, "resource", "Policy")
        found = json.loads(text)["Statement"]
    except (lint_rules.MalformedPolicy, ValueError, KeyError, TypeError) as error:
        raise InvalidParameterValue(f"The policy document is not valid: {error}") from None
    return tuple(found if isinstance(found, list) else [found])
