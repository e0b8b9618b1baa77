"""A cloud in which policies are enforced, and people and roles with the statements given."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from course.cloud import Cloud

Statement = dict[str, Any]


@pytest.fixture
def enforced(cloud: Cloud) -> Iterator[Cloud]:
    cloud.guard.enabled = True
    yield cloud
    cloud.guard.enabled = False


@pytest.fixture
def user(enforced: Cloud) -> Callable[..., Callable[[str], Any]]:
    """Clients of a new user with these statements."""

    def made(*statements: dict[str, Any], name: str = "ada", **more: Any) -> Callable[[str], Any]:
        iam = enforced.client("iam")
        iam.create_user(UserName=name, **more)
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return lambda service: enforced.client(
            service,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    return made


@pytest.fixture
def grant(enforced: Cloud) -> Callable[..., None]:
    """Give a role its one policy: statements in place of what it had."""

    def given(*statements: Statement, role: str = "runner") -> None:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam = enforced.client("iam")
        if statements:
            iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=json.dumps(document))
        else:
            iam.delete_role_policy(RoleName=role, PolicyName="own")

    return given


@pytest.fixture
def denials(enforced: Cloud) -> Callable[[], list[tuple[str, str]]]:
    """Action and resource of each denial in the ledger."""
    return lambda: [
        (entry.details["action"], entry.details["resource"])
        for entry in enforced.ledger.entries("access.denied")
    ]
