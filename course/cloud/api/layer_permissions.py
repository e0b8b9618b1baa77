"""Layer permissions: the resource policy of one layer version.

https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
"""

from __future__ import annotations

from course.cloud.api.layers import layer_arn, named
from course.cloud.api.noun import Noun
from course.cloud.api.policy import Policy, added, compact, principal, removed
from course.cloud.api.stored import Parameters
from course.cloud.errors import ResourceNotFound


class LayerPermissions(Noun):
    """Add, remove and read."""

    def add_layer_version_permission(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            arn = self._existing(parameters)
            policies = account.shelf(Policy)
            old = policies.get(arn)
            account.check_revision(
                parameters.get("RevisionId"), old.revision if old else None, "GetLayerPolicy"
            )
            statement: Parameters = {
                "Sid": parameters["StatementId"],
                "Effect": "Allow",
                "Principal": principal(parameters["Principal"]),
                "Action": parameters["Action"],
                "Resource": arn,
            }
            if "OrganizationId" in parameters:
                statement["Condition"] = {
                    "StringEquals": {"aws:PrincipalOrgID": parameters["OrganizationId"]}
                }
            policies[arn] = new = added(old, statement, account.new_id())
        return {"Statement": compact(statement), "RevisionId": new.revision}

    def remove_layer_version_permission(self, parameters: Parameters) -> Parameters:
        account = self._account
        with account.lock:
            arn = self._existing(parameters)
            old = self._policy(arn)
            new = removed(old, parameters["StatementId"], account.new_id())
            account.check_revision(parameters.get("RevisionId"), old.revision, "GetLayerPolicy")
            if new is None:
                del account.shelf(Policy)[arn]
            else:
                account.shelf(Policy)[arn] = new
        return {}

    def get_layer_version_policy(self, parameters: Parameters) -> Parameters:
        with self._account.lock:
            policy = self._policy(self._existing(parameters))
        return {"Policy": policy.document(), "RevisionId": policy.revision}

    def _existing(self, parameters: Parameters) -> str:
        name, number = named(self._account, parameters)
        arn = layer_arn(self._account, name, number)
        if number not in self._account.layers.get(name, {}):
            raise ResourceNotFound(f"Layer version {arn} does not exist.")
        return arn

    def _policy(self, arn: str) -> Policy:
        policy = self._account.shelf(Policy).get(arn)
        if policy is None:
            raise ResourceNotFound("No policy is associated with the given resource.")
        return policy
