"""Permissions: the resource policy of a function, a version or an alias.

https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
"""

from __future__ import annotations

from course.cloud.api.account import Account
from course.cloud.api.noun import Noun
from course.cloud.api.policy import Policy, added, compact, principal, removed
from course.cloud.api.stored import LATEST, Parameters
from course.cloud.api.targets import check_qualifier
from course.cloud.errors import InvalidParameterValue, ResourceNotFound


class Permissions(Noun):
    """Add, remove and read."""

    def add_permission(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = self._resource(parameters)
        if qualifier == LATEST:
            raise InvalidParameterValue("We currently do not support adding policies for $LATEST.")
        if "FunctionUrlAuthType" in parameters and parameters["Action"] != "lambda:InvokeFunctionUrl":
            raise InvalidParameterValue(
                "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action"
            )
        who = principal(parameters["Principal"])
        with account.lock:
            stored = account.function(name)
            if qualifier is not None:
                check_qualifier(account, name, qualifier)
            policies = stored.shelf(Policy)
            old = policies.get(qualifier or LATEST)
            account.check_revision(parameters.get("RevisionId"), old.revision if old else None, "GetPolicy")
            statement: Parameters = {
                "Sid": parameters["StatementId"],
                "Effect": "Allow",
                "Principal": who,
                "Action": parameters["Action"],
                "Resource": account.arn(name, qualifier),
            }
            if conditions := _conditions(parameters):
                statement["Condition"] = conditions
            policies[qualifier or LATEST] = added(old, statement, account.new_id())
        return {"Statement": compact(statement)}

    def remove_permission(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = self._resource(parameters)
        with account.lock:
            stored = account.functions.get(name)
            if stored is None:
                raise ResourceNotFound(f"No policy found for: {account.arn(name, qualifier)}")
            if qualifier is not None:
                check_qualifier(account, name, qualifier)
            policies = stored.shelf(Policy)
            old = policies.get(qualifier or LATEST)
            if old is None:
                raise ResourceNotFound("No policy is associated with the given resource.")
            new = removed(old, parameters["StatementId"], account.new_id())
            account.check_revision(parameters.get("RevisionId"), old.revision, "GetPolicy")
            if new is None:
                del policies[qualifier or LATEST]
            else:
                policies[qualifier or LATEST] = new
        return {}

    def get_policy(self, parameters: Parameters) -> Parameters:
        account = self._account
        name, qualifier = self._resource(parameters)
        with account.lock:
            stored = account.functions.get(name)
            policy = stored.shelf(Policy).get(qualifier or LATEST) if stored else None
        if policy is None:
            raise ResourceNotFound("The resource you requested does not exist.")
        return {"Policy": policy.document(), "RevisionId": policy.revision}

    def _resource(self, parameters: Parameters) -> tuple[str, str | None]:
        return self._account.resolve(parameters)


def document(account: Account, arn: str) -> str | None:
    """The policy of a function, a version or an alias, by its ARN, as JSON; None if it has none.

    Of the function itself the unqualified ARN is asked: a policy for it says nothing of its versions.
    """
    parts = arn.split(":", 7)
    with account.lock:
        stored = account.functions.get(parts[6]) if len(parts) > 6 else None
        policy = stored.shelf(Policy).get(parts[7] if len(parts) > 7 else LATEST) if stored else None
    return policy.document() if policy else None


def _conditions(parameters: Parameters) -> Parameters:
    equals = {
        key: parameters[member]
        for member, key in (
            ("SourceAccount", "AWS:SourceAccount"),
            ("FunctionUrlAuthType", "lambda:FunctionUrlAuthType"),
            ("PrincipalOrgID", "aws:PrincipalOrgID"),
            ("EventSourceToken", "lambda:EventSourceToken"),
        )
        if member in parameters
    }
    conditions: Parameters = {"StringEquals": equals} if equals else {}
    if "SourceArn" in parameters:
        conditions["ArnLike"] = {"AWS:SourceArn": parameters["SourceArn"]}
    if parameters.get("InvokedViaFunctionUrl"):
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
    return conditions
