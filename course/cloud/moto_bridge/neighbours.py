"""What our Lambda service asks of moto's IAM, S3 and STS, in process and without HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lint_rules
from course.cloud.errors import InvalidParameterValue
from course.cloud.model import Function
from course.cloud.moto_bridge.identities import compiled, policy_text
from course.cloud.moto_bridge.reliance import relies_on
from course.cloud.moto_bridge.sessions import of_function

relies_on("moto.iam.models", {"Role.__init__": "5aad9afbd86e"})
relies_on("moto.s3.models", {"S3Backend.get_object": "a80723978ebb"})
relies_on("moto.sts.models", {"STSBackend.assume_role": "f32a21bb2eb0"})
relies_on("moto.ec2.models.subnets", {"SubnetBackend.create_subnet": "82496fb64997"})
relies_on(
    "moto.ec2.models.security_groups", {"SecurityGroupBackend.get_security_group_from_id": "987939ba8c60"}
)

_S3_COMPLAINTS = {
    "NoSuchBucket": "The specified bucket does not exist",
    "NoSuchKey": "The specified key does not exist.",
    "NoSuchVersion": "The specified version does not exist.",
}


class MotoNeighbours:
    """The other services of one account and Region."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region

    def check_role(self, arn: str, function_arn: str = "") -> None:
        """The role must exist and let lambda.amazonaws.com assume it for that function."""
        from moto.iam.models import iam_backends

        roles = iam_backends[self._account]["aws"].roles.values()
        role = next((role for role in roles if role.arn == arn), None)
        if role is None or not self._trusts_lambda(role, function_arn):
            raise InvalidParameterValue("The role defined for the function cannot be assumed by Lambda.")

    def _trusts_lambda(self, role: Any, function_arn: str) -> bool:
        context = {"aws:SourceAccount": self._account}
        if function_arn:
            context["aws:SourceArn"] = function_arn
        asked = lint_rules.AccessRequest(
            lint_rules.Principal.service("lambda.amazonaws.com"),
            "sts:AssumeRole",
            role.arn,
            context,
            self._account,
        )
        trust = compiled("trust", role.name, policy_text(role.assume_role_policy_document))
        return lint_rules.evaluate(asked, lint_rules.PolicySet(resource=trust)).allowed

    def read_object(self, bucket: str, key: str, version: str | None) -> bytes:
        from moto.s3.models import s3_backends

        backend = s3_backends[self._account]["aws"]
        if bucket not in backend.buckets:
            raise _s3_error("NoSuchBucket")
        found = backend.get_object(bucket, key, version_id=version)
        if found is None:
            raise _s3_error("NoSuchVersion" if version else "NoSuchKey")
        return bytes(found.value)

    def check_network(self, subnets: list[str], groups: list[str]) -> str:
        """The VPC of the subnets; subnets and groups must exist."""
        from moto.ec2.models import ec2_backends

        backend = ec2_backends[self._account][self._region]
        known = {subnet.id: subnet for zone in backend.subnets.values() for subnet in zone.values()}
        for subnet in subnets:
            if subnet not in known:
                raise InvalidParameterValue(
                    "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error "
                    f"Message: The subnet ID '{subnet}' does not exist"
                )
        for group in groups:
            if backend.get_security_group_from_id(group) is None:
                raise InvalidParameterValue(
                    "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error "
                    f"Message: The security group '{group}' does not exist"
                )
        return str(known[subnets[0]].vpc_id) if subnets else ""

    def credentials(self, function: Function) -> Mapping[str, str]:
        """A session of the function's role, as every environment gets its own."""
        from moto.sts.models import sts_backends

        session = sts_backends[self._account]["aws"].assume_role(
            region_name=self._region,
            role_session_name=function.name,
            role_arn=function.role,
            policy="",
            duration=3600,
            external_id="",
        )
        of_function(session, f"arn:aws:lambda:{self._region}:{self._account}:function:{function.name}")
        return {
            "AWS_ACCESS_KEY_ID": session.access_key_id,
            "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
            "AWS_SESSION_TOKEN": session.session_token,
        }


def _s3_error(code: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {_S3_COMPLAINTS[code]}"
    )
