"""Whether a request is allowed: kinds of policies, accounts and sessions, and what the decision says."""

from __future__ import annotations

import pytest

from lint_rules import AccessRequest, PolicySet, Principal, evaluate, parse_policy

ACCOUNT, OTHER = "111122223333", "444455556666"
USER = Principal.of(f"arn:aws:iam::{ACCOUNT}:user/team/ann")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = Principal.of(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one")
FEDERATED = Principal.of(f"arn:aws:sts::{ACCOUNT}:federated-user/ann", USER.arn)
ROOT = Principal.of(f"arn:aws:iam::{ACCOUNT}:root")
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"
OBJECT = "arn:aws:s3:::logs/2026/a.txt"
ALL = {"Action": "*", "Resource": "*"}


def policy(*statements, kind="identity", version="2012-10-17", **names):
    filled = [
        {
            "Effect": "Allow",
            **({"Resource": "*"} if kind != "trust" and "NotResource" not in one else {}),
            **one,
        }
        for one in statements
    ]
    return parse_policy({"Version": version, "Statement": filled}, kind, **names)


def decide(principal, action, on="*", context=None, account="", **policies):
    for kind in ("identity", "session"):
        if kind in policies:
            policies[kind] = tuple(policies[kind])
    return evaluate(AccessRequest(principal, action, on, context or {}, account), PolicySet(**policies))


def allowed(*statements, action="dynamodb:PutItem", resource=TABLE, context=None, version="2012-10-17"):
    """Whether the statements of one identity policy allow a user to do this."""
    return decide(USER, action, resource, context, identity=[policy(*statements, version=version)]).allowed


def test_a_deny_beats_every_allow_wherever_it_stands():
    allow, deny = policy(ALL), policy({"Effect": "Deny", "Sid": "No", "Action": "dynamodb:Put*"}, name="hard")
    for identity in ([allow, deny], [deny, allow]):
        decision = decide(USER, "dynamodb:PutItem", TABLE, identity=identity)
        assert (decision.allowed, decision.reason, decision.kind) == (False, "explicit deny", "identity")
        assert (decision.policy, decision.sid, decision.position) == ("hard", "No", 0)
    assert decide(USER, "dynamodb:GetItem", TABLE, identity=[allow, deny]).allowed


def test_a_deny_with_not_action_or_not_resource_spares_what_it_names():
    spare = {"Effect": "Deny", "NotAction": "dynamodb:*"}
    assert allowed(ALL, spare)
    assert not allowed(ALL, spare, action="s3:GetObject", resource=OBJECT)
    rest = {"Effect": "Deny", "Action": "*", "NotResource": f"{TABLE}*"}
    assert allowed(ALL, rest)
    assert not allowed(ALL, rest, resource=TABLE.replace("orders", "users"))


def naming(principal, kind="resource", **more):
    return policy({"Action": "*", "Principal": principal, **more}, kind=kind)


@pytest.mark.parametrize(
    ("caller", "named", "identity", "bounded", "expected"),
    [
        (USER, {"AWS": USER.arn}, False, False, True),
        (USER, {"AWS": USER.arn}, False, True, True),
        (USER, {"AWS": ACCOUNT}, False, False, False),
        (USER, {"AWS": ACCOUNT}, True, False, True),
        (USER, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, False, False, False),
        (USER, "*", False, True, True),
        (USER, {"AWS": ROLE}, False, False, False),
        (SESSION, {"AWS": SESSION.arn}, False, True, True),
        (SESSION, {"AWS": ROLE}, False, False, True),
        (SESSION, {"AWS": ROLE}, False, True, False),
        (SESSION, {"AWS": ROLE}, True, True, False),
        (FEDERATED, {"AWS": FEDERATED.arn}, False, False, True),
        (FEDERATED, {"AWS": USER.arn}, False, False, False),
        (FEDERATED, {"AWS": USER.arn}, True, False, False),
        (ROOT, {"AWS": USER.arn}, False, False, True),
    ],
)
def test_whom_a_resource_policy_of_the_same_account_lets_in(caller, named, identity, bounded, expected):
    policies = {"resource": naming(named), "identity": [policy(ALL)] if identity else []}
    if bounded:
        policies["boundary"] = policy({"Action": "s3:*"}, kind="boundary")
    assert decide(caller, "dynamodb:PutItem", TABLE, **policies).allowed is expected


def test_a_session_policy_limits_what_the_role_was_given_but_not_what_the_session_was():
    limit = [policy({"Action": "s3:*"}, kind="session")]
    identity = [policy(ALL)]
    assert decide(SESSION, "dynamodb:PutItem", TABLE, identity=identity).allowed
    limited = decide(SESSION, "dynamodb:PutItem", TABLE, identity=identity, session=limit)
    assert (limited.allowed, limited.kind) == (False, "session")
    by_role = decide(SESSION, "dynamodb:PutItem", TABLE, session=limit, resource=naming({"AWS": ROLE}))
    assert not by_role.allowed
    direct = decide(SESSION, "dynamodb:PutItem", TABLE, session=limit, resource=naming({"AWS": SESSION.arn}))
    assert direct.allowed


def test_a_federated_session_may_do_only_what_its_session_policy_allows():
    identity, session = [policy(ALL)], [policy({"Action": "dynamodb:*"}, kind="session")]
    assert not decide(FEDERATED, "dynamodb:PutItem", TABLE, identity=identity).allowed
    assert decide(FEDERATED, "dynamodb:PutItem", TABLE, identity=identity, session=session).allowed
    assert not decide(FEDERATED, "dynamodb:PutItem", TABLE, identity=[], session=session).allowed


@pytest.mark.parametrize("caller", [USER, SESSION, FEDERATED])
def test_across_accounts_both_sides_must_allow(caller):
    table = TABLE.replace(ACCOUNT, OTHER)
    resource = naming({"AWS": ACCOUNT})
    session = {"session": [policy(ALL, kind="session")]} if caller is FEDERATED else {}
    both = decide(caller, "dynamodb:PutItem", table, identity=[policy(ALL)], resource=resource, **session)
    assert both.allowed
    alone = decide(caller, "dynamodb:PutItem", table, identity=[policy(ALL)], **session)
    assert (alone.allowed, alone.kind) == (False, "resource")
    given = decide(caller, "dynamodb:PutItem", table, resource=resource, **session)
    assert (given.allowed, given.kind) == (False, "identity")


def test_the_owner_of_a_bucket_is_told_since_its_arn_does_not_say_it():
    identity = [policy(ALL)]
    assert decide(USER, "s3:GetObject", OBJECT, identity=identity).allowed
    assert not decide(USER, "s3:GetObject", OBJECT, identity=identity, account=OTHER).allowed


@pytest.mark.parametrize("kind", ["trust", "key"])
def test_without_a_trust_or_key_policy_nobody_gets_in(kind):
    resource = ROLE if kind == "trust" else f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    action = "sts:AssumeRole" if kind == "trust" else "kms:Decrypt"
    identity = [policy(ALL)]
    nobody = policy({"Action": action, "Principal": {"AWS": OTHER}}, kind=kind)
    assert not decide(USER, action, resource, identity=identity, resource=nobody).allowed
    delegated = policy({"Action": action, "Principal": {"AWS": ACCOUNT}}, kind=kind)
    assert decide(USER, action, resource, identity=identity, resource=delegated).allowed
    assert not decide(USER, action, resource, resource=delegated).allowed
    named = policy({"Action": action, "Principal": {"AWS": USER.arn}}, kind=kind)
    assert decide(USER, action, resource, resource=named).allowed


def test_lambda_may_assume_a_role_only_when_its_trust_policy_says_so():
    trust = policy(
        {"Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}, kind="trust"
    )
    assert decide(Principal.service("lambda.amazonaws.com"), "sts:AssumeRole", ROLE, resource=trust).allowed
    other = decide(Principal.service("ec2.amazonaws.com"), "sts:AssumeRole", ROLE, resource=trust)
    assert (other.allowed, other.kind) == (False, "trust")


def test_a_service_gets_in_by_the_resource_policy_and_its_conditions():
    function = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:app"
    permission = naming(
        {"Service": "s3.amazonaws.com"},
        Resource=function,
        Condition={
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::uploads"},
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
        },
    )
    bucket = Principal.service("s3.amazonaws.com")
    source = {"aws:SourceArn": "arn:aws:s3:::uploads", "aws:SourceAccount": ACCOUNT}
    assert decide(bucket, "lambda:InvokeFunction", function, source, resource=permission).allowed
    assert not decide(bucket, "lambda:InvokeFunction", function, resource=permission).allowed
    assert not decide(bucket, "lambda:InvokeFunction", function, source).allowed
    topic = Principal.service("sns.amazonaws.com")
    assert not decide(topic, "lambda:InvokeFunction", function, source, resource=permission).allowed


def test_anybody_gets_in_where_the_policy_names_everybody():
    public = naming("*")
    assert decide(Principal.anonymous(), "s3:GetObject", OBJECT, resource=public, account=ACCOUNT).allowed
    assert not decide(Principal.anonymous(), "s3:GetObject", OBJECT, account=ACCOUNT).allowed
    owned = naming({"AWS": ACCOUNT})
    assert not decide(Principal.anonymous(), "s3:GetObject", OBJECT, resource=owned, account=ACCOUNT).allowed


def test_a_web_identity_needs_its_provider_in_the_trust_policy():
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"
    trust = policy(
        {
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": provider},
            "Condition": {"StringLike": {"token.example.com:sub": "repo:me/*"}},
        },
        kind="trust",
    )
    caller, action = Principal.web(provider), "sts:AssumeRoleWithWebIdentity"
    assert decide(caller, action, ROLE, {"token.example.com:sub": "repo:me/x"}, resource=trust).allowed
    assert not decide(caller, action, ROLE, {"token.example.com:sub": "repo:you/x"}, resource=trust).allowed


def test_a_deny_for_all_but_some_spares_the_named_and_nobody_else():
    def but(*arns):
        return policy({"Effect": "Deny", "Action": "*", "NotPrincipal": {"AWS": list(arns)}}, kind="resource")

    identity = [policy(ALL)]
    assert decide(USER, "s3:GetObject", OBJECT, identity=identity, resource=but(USER.arn, ACCOUNT)).allowed
    assert not decide(
        SESSION, "s3:GetObject", OBJECT, identity=identity, resource=but(USER.arn, ACCOUNT)
    ).allowed
    assert decide(ROOT, "s3:GetObject", OBJECT, resource=but(ACCOUNT)).allowed
    bounded = {"identity": identity, "boundary": policy(ALL, kind="boundary")}
    assert not decide(USER, "s3:GetObject", OBJECT, resource=but(USER.arn), **bounded).allowed


def test_every_level_of_an_organization_must_allow():
    full, some = policy(ALL, kind="scp"), policy({"Action": "s3:*"}, kind="scp")
    identity = [policy(ALL)]
    assert decide(USER, "s3:GetObject", OBJECT, identity=identity, scps=((full,), (some, full))).allowed
    refused = decide(USER, "dynamodb:PutItem", TABLE, identity=identity, scps=((full,), (some,)))
    assert (refused.allowed, refused.reason, refused.kind) == (False, "implicit deny", "scp")
    assert not decide(ROOT, "dynamodb:PutItem", TABLE, scps=((some,),)).allowed
    service = Principal.service("s3.amazonaws.com")
    assert decide(service, "dynamodb:PutItem", TABLE, resource=naming("*"), scps=((some,),)).allowed


def test_resource_control_policies_and_endpoints_bind_everybody():
    rcp = policy({"Effect": "Deny", "Action": "s3:*", "Principal": "*"}, kind="rcp")
    full = policy({"Action": "*", "Principal": "*"}, kind="rcp")
    refused = decide(USER, "s3:GetObject", OBJECT, identity=[policy(ALL)], rcps=((full, rcp),))
    assert (refused.reason, refused.kind) == ("explicit deny", "rcp")
    narrow = policy({"Action": "dynamodb:*", "Principal": "*"}, kind="endpoint")
    through = decide(USER, "s3:GetObject", OBJECT, identity=[policy(ALL)], endpoint=narrow)
    assert (through.allowed, through.kind) == (False, "endpoint")


def test_everybody_may_ask_who_they_are():
    deny = [policy({"Effect": "Deny", "Action": "*"})]
    assert decide(USER, "sts:GetCallerIdentity", identity=deny).allowed


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("iam:DeletePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", False),
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", True),
        ("iam:DeletePolicy", f"arn:aws:iam::{ACCOUNT}:policy/mine", True),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/X", False),
        (
            "iam:CreateServiceLinkedRole",
            f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/X",
            True,
        ),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso/Admin", False),
        ("kms:DeleteAlias", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/aws/s3", False),
        ("kms:DeleteAlias", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/mine", True),
    ],
)
def test_what_belongs_to_aws_cannot_be_changed(action, resource, expected):
    assert decide(USER, action, resource, identity=[policy(ALL)], account=ACCOUNT).allowed is expected
