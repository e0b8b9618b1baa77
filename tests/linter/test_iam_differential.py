"""The evaluator against a second one, written from AWS's pages alone and as plainly as they read.

It shares no code with the first, and goes by the flow chart. Random policies and requests must come out alike.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lint_rules import AccessRequest, PolicySet, Principal, evaluate, parse_policy

HOME, AWAY = "111111111111", "222222222222"
USER = f"arn:aws:iam::{HOME}:user/ann"
ROLE = f"arn:aws:iam::{HOME}:role/app"
SESSION = f"arn:aws:sts::{HOME}:assumed-role/app/s"


def glob(pattern, text):
    """`*` is any run of characters, `?` is one."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return glob(pattern[1:], text) or (bool(text) and glob(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and glob(pattern[1:], text[1:])


def arn_glob(pattern, text):
    if pattern == "*":
        return True
    if text.count(":") < 5:
        return False
    left, right = pattern.split(":", 5), text.split(":", 5)
    return all(glob(one, other) for one, other in zip(left + ["*"] * (6 - len(left)), right, strict=True))


def as_list(value):
    return value if isinstance(value, list) else [value]


def filled(text, context):
    """The text with its variables replaced, or None; no value here holds a wildcard."""
    while "${" in text:
        before, _, rest = text.partition("${")
        inside, _, after = rest.partition("}")
        key, _, default = inside.partition(", ")
        value = context.get(key.lower(), default.strip("'") or None)
        if value is None or isinstance(value, list):
            return None
        text = before + value + after
    return text


def one_matches(operator, wanted, value, context):
    if operator.startswith("String"):
        wanted = filled(wanted, context)
        if wanted is None:
            return False
        return glob(wanted, value) if operator == "StringLike" else wanted == value
    if operator == "ArnLike":
        wanted = filled(wanted, context)
        return wanted is not None and arn_glob(wanted, value)
    if operator == "NumericLessThan":
        return value.isdigit() and int(value) < int(wanted)
    if operator == "Bool":
        return value == wanted
    raise AssertionError(operator)


def condition_holds(condition, context):
    for name, keys in condition.items():
        for key, wanted in keys.items():
            given_value = context.get(key.lower())
            present = given_value is not None and given_value != []
            quantifier, _, operator = name.rpartition(":")
            if operator == "Null":
                if (as_list(wanted)[0] == "true") == present:
                    return False
                continue
            if_exists = operator.endswith("IfExists")
            operator = operator.removesuffix("IfExists")
            negated = "Not" in operator
            operator = operator.replace("Not", "")
            if not present:
                fine = if_exists or quantifier == "ForAllValues" or (negated and quantifier != "ForAnyValue")
            else:
                verdicts = [
                    any(one_matches(operator, each, value, context) for each in as_list(wanted)) != negated
                    for value in as_list(given_value)
                ]
                if quantifier == "ForAnyValue":
                    fine = any(verdicts)
                elif quantifier == "ForAllValues" or negated:
                    fine = all(verdicts)
                else:
                    fine = any(verdicts)
            if not fine:
                return False
    return True


def principal_names(element, caller):
    """The strongest way in which the element names the caller."""
    if element == "*":
        return "self"
    ways = set()
    for name in as_list(element["AWS"]):
        if name == "*" or (name == caller and caller != ROLE):
            ways.add("self")
        elif name == ROLE and caller == SESSION:
            ways.add("role")
        elif name in (HOME, f"arn:aws:iam::{HOME}:root"):
            ways.add("account")
    return next((way for way in ("self", "role", "account") if way in ways), "")


def matching(policy, effect, action, resource, context, caller=None):
    """How each matching statement names the caller."""
    for statement in policy["Statement"]:
        if "Action" in statement:
            hit = any(glob(each.lower(), action.lower()) for each in as_list(statement["Action"]))
        else:
            hit = not any(glob(each.lower(), action.lower()) for each in as_list(statement["NotAction"]))
        inverted = "NotResource" in statement
        texts = [
            filled(each, context) for each in as_list(statement["NotResource" if inverted else "Resource"])
        ]
        there = any(text is not None and arn_glob(text, resource) for text in texts)
        way = principal_names(statement["Principal"], caller) if "Principal" in statement else "self"
        hit = hit and statement["Effect"] == effect
        if hit and there != inverted and way and condition_holds(statement.get("Condition", {}), context):
            yield way


def naive(caller, action, resource, owner, context, sets):
    """Allowed or not, by the flow chart."""
    context = {key.lower(): value for key, value in context.items()}
    context["aws:principalarn"] = ROLE if caller == SESSION else caller
    context["aws:principalaccount"] = HOME
    context["aws:resourceaccount"] = owner
    context.update({"aws:username": "ann"} if caller == USER else {})

    def allows(policies):
        return any(any(matching(each, "Allow", action, resource, context)) for each in policies)

    everything = sets["identity"] + sets["boundary"] + sets["session"] + sets["scp"]
    if any(any(matching(each, "Deny", action, resource, context)) for each in everything):
        return False
    if any(any(matching(each, "Deny", action, resource, context, caller)) for each in sets["resource"]):
        return False
    if sets["scp"] and not allows(sets["scp"]):
        return False
    ways = {
        way for each in sets["resource"] for way in matching(each, "Allow", action, resource, context, caller)
    }
    within = (not sets["boundary"] or allows(sets["boundary"])) and (
        not sets["session"] or allows(sets["session"])
    )
    by_identity = allows(sets["identity"]) and within
    if owner != HOME:
        return bool(ways) and by_identity
    return "self" in ways or ("role" in ways and within) or by_identity


ACTIONS = ["s3:GetObject", "S3:getobject", "s3:PutObject"]
ACTION_PATTERNS = ["*", "s3:*", "s3:Get*", "s3:?etObject", "sqs:SendMessage", "S3:GETOBJECT", "s3:Get"]
RESOURCES = ["arn:aws:s3:::b/ann/x", "arn:aws:s3:::b/x:y", f"arn:aws:sqs:eu-west-1:{HOME}:q", "*"]
RESOURCE_PATTERNS = [
    *("*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${aws:username, 'x'}*"),
    *("arn:aws:sqs:*:*:q", "arn:aws:sqs:*", "arn:aws:s3::*:y", "arn:aws:s3:::b/?:y", "arn:aws:s3:*:*:*x"),
]
PRINCIPALS = ["*", {"AWS": ROLE}, {"AWS": USER}, {"AWS": [ROLE, AWAY]}, {"AWS": HOME}, {"AWS": SESSION}]
STRINGS = [
    *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists"),
    *(
        "StringNotEqualsIfExists",
        "ForAllValues:StringLike",
        "ForAnyValue:StringLike",
        "ArnLike",
        "ArnNotLike",
    ),
    *("ForAnyValue:StringNotEquals", "ForAllValues:StringNotLike", "ForAnyValue:StringEqualsIfExists"),
]
KEYS = ["my:key", "MY:other", "aws:PrincipalArn", "aws:username"]
TEXTS = st.sampled_from(["a", "a*", "?", "ann", "${aws:username}", "arn:aws:iam::*:role/*", ROLE, "*"])
VALUES = st.sampled_from(["a", "ab", "ann", "true", "7", ROLE])
CONTEXTS = st.dictionaries(
    st.sampled_from(["my:key", "my:other", "aws:PrincipalTag/team"]),
    st.one_of(VALUES, st.lists(VALUES, max_size=3)),
    max_size=3,
)
TESTS = st.one_of(
    st.tuples(st.sampled_from(STRINGS), st.one_of(TEXTS, st.lists(TEXTS, min_size=1, max_size=3))),
    st.tuples(st.sampled_from(["Null", "Bool", "BoolIfExists"]), st.sampled_from(["true", "false"])),
    st.tuples(st.just("NumericLessThan"), st.sampled_from(["5", "10"])),
)
RUN = settings(max_examples=600, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def both(caller, action, target, owner, context, **sets):
    """What the two evaluators say."""
    sets = {kind: sets.get(kind, []) for kind in ("identity", "resource", "boundary", "session", "scp")}
    compiled = {kind: tuple(parse_policy(each, kind) for each in each_) for kind, each_ in sets.items()}
    decision = evaluate(
        AccessRequest(Principal.of(caller), action, target, context, owner),
        PolicySet(
            identity=compiled["identity"],
            resource=next(iter(compiled["resource"]), None),
            boundary=next(iter(compiled["boundary"]), None),
            session=compiled["session"] or None,
            scps=(compiled["scp"],) if compiled["scp"] else (),
        ),
    )
    return naive(caller, action, target, owner, context, sets), decision.allowed


@RUN
@given(
    caller=st.sampled_from([USER, SESSION]),
    key=st.sampled_from(KEYS),
    test=TESTS,
    context=CONTEXTS,
    effect=st.sampled_from(["Allow", "Deny"]),
)
def test_they_agree_on_conditions(caller, key, test, context, effect):
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    conditional = {**everything, "Effect": effect, "Condition": {test[0]: {key: test[1]}}}
    identity = [document(conditional, *([everything] if effect == "Deny" else []))]
    expected, got = both(caller, "s3:GetObject", "*", HOME, context, identity=identity)
    assert got is expected


@RUN
@given(
    caller=st.sampled_from([USER, SESSION]),
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    actions=st.just(["*"]) | st.lists(st.sampled_from(ACTION_PATTERNS), min_size=1, max_size=2),
    resources=st.lists(st.sampled_from(RESOURCE_PATTERNS), min_size=1, max_size=1),
    elements=st.sampled_from([("Action", "Resource"), ("Action", "NotResource"), ("NotAction", "Resource")]),
)
def test_they_agree_on_actions_and_resources(caller, action, resource, actions, resources, elements):
    statement = {"Effect": "Allow", elements[0]: actions, elements[1]: resources}
    expected, got = both(caller, action, resource, HOME, {}, identity=[document(statement)])
    assert got is expected


SIMPLE = st.builds(
    lambda effect, action, resource: {"Effect": effect, "Action": action, "Resource": resource},
    st.sampled_from(["Allow"] * 12 + ["Deny"]),
    st.sampled_from(["*", "*", "s3:GetObject", "s3:Put*"]),
    st.sampled_from(["*", "*", "arn:aws:s3:::b/*", "arn:aws:s3:::c/*"]),
)
GRANTS = st.builds(
    lambda statement, principal: {**statement, "Principal": principal}, SIMPLE, st.sampled_from(PRINCIPALS)
)
POLICIES = st.builds(document, SIMPLE) | st.builds(document, SIMPLE, SIMPLE)
SOMETIMES = st.lists(POLICIES, max_size=1)


@settings(RUN, max_examples=1500)
@given(
    caller=st.sampled_from([USER, SESSION, SESSION]),
    owner=st.sampled_from([HOME, HOME, AWAY]),
    identity=SOMETIMES,
    resource=st.lists(st.builds(document, GRANTS) | st.builds(document, GRANTS, GRANTS), max_size=1),
    boundary=SOMETIMES,
    session=SOMETIMES,
    scp=SOMETIMES,
)
def test_they_agree_on_kinds_of_policies(caller, owner, identity, resource, boundary, session, scp):
    sets = {"identity": identity, "resource": resource, "boundary": boundary, "scp": scp}
    sets["session"] = session if caller == SESSION else []
    expected, got = both(caller, "s3:GetObject", "arn:aws:s3:::b/ann/x", owner, {}, **sets)
    assert got is expected


@RUN
@given(
    context=CONTEXTS,
    statements=st.lists(
        st.builds(
            lambda statement, test, key: {**statement, "Condition": {test[0]: {key: test[1]}}},
            SIMPLE,
            TESTS,
            st.sampled_from(KEYS),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_they_agree_on_policies_of_several_conditional_statements(context, statements):
    identity = [document(*statements)]
    expected, got = both(USER, "s3:GetObject", "arn:aws:s3:::b/ann/x", HOME, context, identity=identity)
    assert got is expected
