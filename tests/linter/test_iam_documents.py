"""Policy documents that IAM refuses, and the sentences of decisions."""

from __future__ import annotations

import json

import pytest

from lint_rules import (
    AccessRequest,
    MalformedPolicy,
    PolicySet,
    Principal,
    check_policy,
    evaluate,
    parse_policy,
)

GOOD = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
SYNTAX = "Syntax errors in policy."


def document(*statements, **more):
    return {"Version": "2012-10-17", "Statement": list(statements), **more}


def without(statement, *keys, **more):
    return {**{key: value for key, value in statement.items() if key not in keys}, **more}


@pytest.mark.parametrize(
    "given",
    [
        document(GOOD),
        document(GOOD, Id="mine"),
        {"Version": "2012-10-17", "Statement": GOOD},
        document(without(GOOD, "Action", NotAction=["iam:*"])),
        document(without(GOOD, "Resource", NotResource="arn:aws:s3:::c")),
        document({**GOOD, "Sid": "A1"}, {**GOOD, "Sid": ""}, {**GOOD, "Sid": ""}),
        document({**GOOD, "Action": "*"}),
        document({**GOOD, "Resource": "arn:aws-cn:s3:::b/*"}),
        document({**GOOD, "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["a"]}}}),
    ],
)
def test_what_iam_stores_as_an_identity_policy(given):
    check_policy(given)
    check_policy(json.dumps(given))
    assert parse_policy(given).statements


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("no json", SYNTAX),
        ("[]", SYNTAX),
        ("null", SYNTAX),
        ({}, "Policy document must be version 2012-10-17 or greater."),
        ({"Version": "2012-10-17"}, SYNTAX),
        (document(), SYNTAX),
        (document(GOOD, Extra=1), SYNTAX),
        (document({**GOOD, "Extra": 1}), SYNTAX),
        (document("text"), SYNTAX),
        ({**document(GOOD), "Version": "2019-01-01"}, SYNTAX),
        (
            {**document(GOOD), "Version": "2008-10-17"},
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (document(without(GOOD, "Effect")), SYNTAX),
        (document({**GOOD, "Effect": "allow"}), SYNTAX),
        (document({**GOOD, "NotAction": "s3:*"}), SYNTAX),
        (document({**GOOD, "Action": 1}), SYNTAX),
        (document({**GOOD, "Condition": {"StringEquals": "x"}}), SYNTAX),
        (document(without(GOOD, "Action")), "Policy statement must contain actions."),
        (document({**GOOD, "Action": []}), "Policy statement must contain actions."),
        (document(without(GOOD, "Resource")), "Policy statement must contain resources."),
        (document({**GOOD, "Resource": []}), "Policy statement must contain resources."),
        (document({**GOOD, "Principal": "*"}), "Policy document should not specify a principal."),
        (
            document({**GOOD, "Sid": "A"}, {**GOOD, "Sid": "A"}),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (document({**GOOD, "Sid": "with space"}), "Statement IDs (SID) must be alpha-numeric."),
        (document({**GOOD, "Action": "GetObject"}), "Actions/Conditions must be prefaced by a vendor"),
        (document({**GOOD, "Action": "s3:Get:Object"}), "Actions/Condition can contain only one colon."),
        (document({**GOOD, "Action": "s*:GetObject"}), "Vendor s* is not valid"),
        (document({**GOOD, "Resource": "bucket"}), 'Resource bucket must be in ARN format or "*".'),
        (
            document({**GOOD, "Resource": "arn:${P}:s3:::b"}),
            'Partition "${P}" is not valid for resource "arn:${P}:s3:::b".',
        ),
        (document({**GOOD, "Resource": "arn:aws:s*:::b"}), "Resource vendor must be fully qualified"),
        (
            document({**GOOD, "Resource": "arn:aws:iam:eu-west-1:1:role/x"}),
            "IAM resource arn:aws:iam:eu-west-1:1:role/x cannot contain region information.",
        ),
        (document({**GOOD, "Condition": {"StringIs": {"a:b": "c"}}}), "Invalid Condition type : StringIs"),
    ],
)
def test_what_iam_refuses_as_an_identity_policy(given, said):
    with pytest.raises(MalformedPolicy) as caught:
        check_policy(given)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (TRUST, None),
        ({**TRUST, "Action": ["sts:AssumeRole", "sts:TagSession"]}, None),
        ({**TRUST, "Action": "sts:*"}, None),
        ({**TRUST, "Action": "*"}, "AssumeRole policy may only specify STS AssumeRole actions."),
        ({**TRUST, "Action": "s3:GetObject"}, "AssumeRole policy may only specify STS AssumeRole actions."),
        ({**TRUST, "Resource": "*"}, "Has prohibited field Resource"),
        (without(TRUST, "Principal"), "Missing required field Principal"),
        (
            without(TRUST, "Principal", NotPrincipal={"AWS": "*"}),
            "AssumeRole policy must not contain NotPrincipal field.",
        ),
        ({**TRUST, "Principal": "lambda.amazonaws.com"}, SYNTAX),
    ],
)
def test_trust_policies(statement, said):
    if said is None:
        check_policy(document(statement), "trust")
        return
    with pytest.raises(MalformedPolicy) as caught:
        check_policy(document(statement), "trust")
    assert str(caught.value) == said


def test_a_resource_policy_may_be_of_the_old_version_and_names_a_principal():
    old = {"Version": "2008-10-17", "Statement": {**GOOD, "Principal": "*"}}
    check_policy(old, "resource")
    with pytest.raises(MalformedPolicy, match="Missing required field Principal"):
        check_policy(document(GOOD), "resource")


USER = "arn:aws:iam::111122223333:user/ann"
SESSION = "arn:aws:sts::111122223333:assumed-role/app/one"
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def sentence(caller, action, target, **policies):
    return evaluate(AccessRequest(Principal.of(caller), action, target), PolicySet(**policies)).sentence


def test_the_sentence_of_a_role_that_was_not_given_the_action():
    assert sentence(SESSION, "dynamodb:PutItem", TABLE) == (
        f"User: {SESSION} is not authorized to perform: dynamodb:PutItem on resource: {TABLE} because no "
        "identity-based policy allows the dynamodb:PutItem action"
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("identity", "with an explicit deny in an identity-based policy"),
        ("resource", "with an explicit deny in a resource-based policy"),
        ("key", "with an explicit deny in a resource-based policy"),
        ("trust", "with an explicit deny in the role trust policy"),
        ("boundary", "with an explicit deny in a permissions boundary"),
        ("session", "with an explicit deny in a session policy"),
        ("scp", "with an explicit deny in a service control policy"),
        ("rcp", "with an explicit deny in a resource control policy"),
        ("endpoint", "with an explicit deny in a VPC endpoint policy"),
    ],
)
def test_the_sentence_of_an_explicit_deny_names_the_kind_of_policy(kind, said):
    statement = DENY if kind in ("identity", "boundary", "session", "scp") else {**DENY, "Principal": "*"}
    denying = parse_policy(document(statement), kind)
    allowing = parse_policy(document(ALLOW))
    place = {"trust": "resource", "key": "resource"}.get(kind, kind)
    given = {
        "identity": (denying,),
        "session": (denying,),
        "scp": ((denying,),),
        "rcp": ((denying,),),
    }.get(kind, denying)
    policies = {"identity": (allowing,), f"{place}s" if kind in ("scp", "rcp") else place: given}
    assert sentence(USER, "dynamodb:PutItem", TABLE, **policies).endswith(f"on resource: {TABLE} {said}")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("boundary", "because no permissions boundary allows the dynamodb:PutItem action"),
        ("session", "because no session policy allows the dynamodb:PutItem action"),
        ("scps", "because no service control policy allows the dynamodb:PutItem action"),
        ("rcps", "because no resource control policy allows the dynamodb:PutItem action"),
        ("endpoint", "because no VPC endpoint policy allows the dynamodb:PutItem action"),
    ],
)
def test_the_sentence_of_an_implicit_deny_names_the_kind_that_lacks_it(kind, said):
    other = parse_policy(
        document({**ALLOW, "Action": "s3:*"}), kind.rstrip("s") if kind[-2:] == "ps" else kind
    )
    given = {"session": (other,), "scps": ((other,),), "rcps": ((other,),)}.get(kind, other)
    policies = {"identity": (parse_policy(document(ALLOW)),), kind: given}
    assert sentence(USER, "dynamodb:PutItem", TABLE, **policies).endswith(said)


def test_a_managed_policy_that_denies_is_named_within_its_account():
    arn = "arn:aws:iam::111122223333:policy/guard"
    denying = parse_policy(document(DENY), name="guard", arn=arn)
    assert sentence(USER, "dynamodb:PutItem", TABLE, identity=(denying,)).endswith(
        f"with an explicit deny in an identity-based policy: {arn}"
    )
    elsewhere = TABLE.replace("111122223333", "444455556666")
    assert sentence(USER, "dynamodb:PutItem", elsewhere, identity=(denying,)).endswith(
        "identity-based policy"
    )


def test_an_allowed_request_says_which_statement_allows_it():
    policy = parse_policy(document(without(DENY, Action="s3:*"), {**ALLOW, "Sid": "All"}), name="work")
    decision = evaluate(
        AccessRequest(Principal.of(USER), "dynamodb:PutItem", TABLE), PolicySet(identity=(policy,))
    )
    assert (decision.policy, decision.sid, decision.position) == ("work", "All", 1)
    assert decision.sentence == f"{USER} may perform dynamodb:PutItem on {TABLE} by statement All of work"


@pytest.mark.parametrize("arn", ["", "ann", "arn:aws:s3:::bucket", "arn:aws:iam::1:group/g"])
def test_who_calls_must_be_somebody(arn):
    with pytest.raises(ValueError, match="is not the ARN of a user"):
        Principal.of(arn)
