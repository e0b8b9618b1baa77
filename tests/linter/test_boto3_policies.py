"""Policy documents are followed from a boto3 call to the literal they were written as."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import Project

ALLOW = '{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}'


def actions(code: str) -> list[str]:
    """The text that stands at each action found."""
    project = Project.of({"deploy.py": textwrap.dedent(code)})
    text = project.documents["deploy.py"].text
    return [
        text[action.span.start : action.span.end]
        for template in project.templates
        for statement in template.statements
        for action in statement.actions
        if action.known
    ]


@pytest.mark.parametrize(
    "code",
    [
        f"iam.put_role_policy(PolicyDocument=json.dumps({{'Statement': [{ALLOW}]}}))",
        f"iam.put_role_policy(PolicyDocument=json.dumps({{'Statement': {ALLOW}}}))",
        f"iam.create_policy(PolicyDocument=dumps({{'Statement': [{ALLOW}]}}, indent=2))",
        f"iam.create_policy_version(PolicyDocument=json.dumps({{'Statement': ({ALLOW},)}}))",
        f"p = {{'Statement': [{ALLOW}]}}\niam.create_policy(PolicyDocument=json.dumps(p))",
        f"p = json.dumps({{'Statement': [{ALLOW}]}})\niam.create_policy(PolicyDocument=p)",
        f"s = {ALLOW}\np = {{'Statement': [s]}}\niam.create_policy(PolicyDocument=json.dumps(p))",
        f"P: d = {{'Statement': [{ALLOW}]}}\ndef f():\n    iam.create_policy(PolicyDocument=json.dumps(P))",
        f"def f():\n    p = {{'Statement': [{ALLOW}]}}\n    iam.create_policy(PolicyDocument=json.dumps(p))",
        f"async def f():\n    await iam.create_policy(PolicyDocument=json.dumps({{'Statement': [{ALLOW}]}}))",
    ],
)
def test_a_document_is_found(code: str) -> None:
    assert actions("# é ü 漢\n" + code) == ['"s3:*"']


def test_an_action_that_is_a_constant_stands_where_it_is_written() -> None:
    code = """
        ALL = "s3:*"
        iam.create_policy(PolicyDocument=json.dumps({"Statement": [{"Effect": "Allow", "Action": [ALL]}]}))
    """
    assert actions(code) == ['"s3:*"']


def test_json_in_a_string_has_places() -> None:
    code = """
        DOCUMENT = '''
        {"Statement": [{"Effect": "Allow", "Action": ["s3:*", "sqs:*"]}]}
        '''
        iam.create_policy(PolicyDocument=DOCUMENT)
    """
    assert actions(code) == ['"s3:*"', '"sqs:*"']


def test_a_document_that_a_function_of_the_module_returns_is_found() -> None:
    code = f"""
        def policy(bucket):
            statement = {ALLOW}
            return {{"Statement": [statement]}}

        def deploy(iam):
            iam.put_role_policy(PolicyDocument=json.dumps(policy("photos")))
    """
    assert actions(code) == ['"s3:*"']


def test_a_document_used_twice_is_read_once() -> None:
    code = f"""
        P = json.dumps({{"Statement": [{ALLOW}]}})
        iam.put_role_policy(RoleName="a", PolicyDocument=P)
        iam.put_role_policy(RoleName="b", PolicyDocument=P)
    """
    assert actions(code) == ['"s3:*"']


def test_names_cannot_be_multiplied_without_bound() -> None:
    lines = [f"a0 = {ALLOW}", *(f"a{n} = [{', '.join([f'a{n - 1}'] * 10)}]" for n in range(1, 30))]
    assert actions("\n".join([*lines, "iam.create_policy(PolicyDocument={'Statement': a29})"])) == []


@pytest.mark.parametrize(
    "code",
    [
        f"iam.create_role(AssumeRolePolicyDocument=json.dumps({{'Statement': [{ALLOW}]}}))",
        f"iam.put_user_policy(PolicyDocument=json.dumps({{'Statement': [{ALLOW}]}}))",
        f"s3.put_bucket_policy(Policy=json.dumps({{'Statement': [{ALLOW}]}}))",
        f"iam.create_policy(PolicyDocument=build({{'Statement': [{ALLOW}]}}))",
        f"p = {{'Statement': [{ALLOW}]}}\np = other()\niam.create_policy(PolicyDocument=json.dumps(p))",
        f"p = {{'Statement': [{ALLOW}]}}\np['Id'] = x\niam.create_policy(PolicyDocument=json.dumps(p))",
        f"p = {{'Statement': [{ALLOW}]}}\np.update(x)\niam.create_policy(PolicyDocument=json.dumps(p))",
        f"p = {{'Statement': [{ALLOW}]}}\nfor p in q:\n    iam.create_policy(PolicyDocument=json.dumps(p))",
        f"p = {{'Statement': [{ALLOW}]}}\ndef f(p):\n    iam.create_policy(PolicyDocument=json.dumps(p))",
        f"p = {{'Statement': [{ALLOW}], **x}}\niam.create_policy(PolicyDocument=json.dumps(p))",
        "iam.create_policy(PolicyDocument=f'{{\"Statement\": [{x}]}}')",
        "iam.create_policy(PolicyDocument=json.dumps(p))",
        "p = p\niam.create_policy(PolicyDocument=json.dumps(p))",
        "iam.create_policy(PolicyDocument='not json')",
        "def f():\n    return f()\niam.create_policy(PolicyDocument=json.dumps(f()))",
        f"def f(a):\n    if a:\n        return a\n    return {ALLOW}\niam.create_policy(PolicyDocument=f(1))",
        "iam.create_policy(PolicyDocument='{\"Statement\": [')",
        "iam.create_policy(**arguments)  # PolicyDocument",
        "def broken(:\n    iam.create_policy(PolicyDocument=1)",
    ],
)
def test_what_is_not_certain_is_left_alone(code: str) -> None:
    assert actions(code) == []
