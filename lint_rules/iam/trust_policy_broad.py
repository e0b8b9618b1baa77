"""LAM712."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Role, Severity, Statement, Template, Value, rule, said


@rule("LAM712", looks_at=Template, severity="error", since="0.1")
def trust_policy_broad(template: Template) -> Iterator[Finding]:
    """The trust policy of a role lets anybody take it.

    ## Why it matters
    A trust policy says who may take a role. `Principal: "*"` without a condition is every AWS account in the world;
    the account's root is every user and role of the account that may call `sts:AssumeRole`. A role for functions needs
    one principal, the Lambda service.

    `*` is an error. The root of an account is a warning, and only for roles that functions have.

    ## Bad
    ```yaml file="template.yaml"
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal: "*"  # expect: trust-policy-broad
                Action: sts:AssumeRole
    ```

    ## Good
    ```yaml file="template.yaml"
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal: {Service: lambda.amazonaws.com}
                Action: sts:AssumeRole
    ```
    A condition narrows who may come.
    ```yaml file="template.yaml"
    Resources:
      Reader:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal: {AWS: "*"}
                Action: sts:AssumeRole
                Condition:
                  StringEquals:
                    aws:PrincipalOrgID: o-a1b2c3d4e5
    ```

    ## When not to fix
    Never without a condition.

    ## See also
    LAM713 trust-lacks-lambda. AWS: "How to use trust policies with IAM roles" in the IAM User Guide.
    """
    for role in template.all(Role):
        for statement in role.trust:
            if statement.allows and not statement.conditional:
                yield from _judged(role, statement)


def _judged(role: Role, statement: Statement) -> Iterator[Finding]:
    principal = statement.principal
    if principal.value == "*":
        yield Finding(f"Every AWS account may take {role.logical_id}; name who needs it", principal.span)
    elif isinstance(principal.value, dict):
        who = principal.value.get("AWS")
        for one in _listed(who) if who is not None else ():
            if one.value == "*":
                yield Finding(f"Every AWS account may take {role.logical_id}; name who needs it", one.span)
                return
            if role.functions and said(one).endswith(":root"):
                message = f"Whoever may assume roles in the account may take {role.logical_id}, which functions have"
                yield Finding(message, one.span, severity=Severity.WARNING)
                return


def _listed(value: Value) -> list[Value]:
    return value.value if isinstance(value.value, list) else [value]
