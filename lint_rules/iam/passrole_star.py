"""LAM705."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import Finding, Statement, Template, rule

_PASSES = re.compile(r"iam:(passrole|pass\*|\*role|\*)\Z", re.IGNORECASE)
_EVERY_ROLE = re.compile(r"\*\Z|arn:[^:]*:iam::[^:]*:(\*|role/\*)\Z")


@rule("LAM705", looks_at=Template, severity="error", since="0.1")
def passrole_star(template: Template) -> Iterator[Finding]:
    """A policy allows passing every role of the account.

    ## Why it matters
    With `iam:PassRole` on `*` a function can start something that runs under any role, also an administrator's: a
    Lambda function, an EC2 instance, a task. Whoever gets hold of the function then has that role's permissions, so the
    narrow rest of its own policy protects nothing.

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
                Principal: {Service: lambda.amazonaws.com}
                Action: sts:AssumeRole
          Policies:
            - PolicyName: start
              PolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Effect: Allow
                    Action: iam:PassRole  # expect: passrole-star
                    Resource: !Sub arn:aws:iam::${AWS::AccountId}:role/*
    ```

    ## Good
    The role is named.
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
          Policies:
            - PolicyName: start
              PolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Effect: Allow
                    Action: iam:PassRole
                    Resource: !GetAtt TaskRole.Arn
    ```
    A condition says to which service roles may be passed.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Start:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Policies:
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action: iam:PassRole
                  Resource: "*"
                  Condition:
                    StringEquals:
                      iam:PassedToService: scheduler.amazonaws.com
    ```

    ## When not to fix
    A deployment tool that creates roles whose names nobody knows before; give them a path and name that.

    ## See also
    LAM702 resource-star. AWS: "Grant a user permissions to pass a role to an AWS service" in the IAM User Guide.
    """
    for statement in template.statements:
        if not statement.allows or statement.conditional:
            continue
        if any(
            _is_every_role(value.text if not value.known else value.value) for value in statement.resources
        ):
            yield from _passing(statement)


def _is_every_role(text: object) -> bool:
    if not isinstance(text, str):
        return False
    return _EVERY_ROLE.match(re.sub(r"\$\{AWS::\w+\}", "x", text)) is not None


def _passing(statement: Statement) -> Iterator[Finding]:
    for action in statement.actions:
        if isinstance(action.value, str) and _PASSES.match(action.value):
            what = f"`{action.value}` on every role"
            yield Finding(f"{what}: what it starts can run as an administrator; name the role", action.span)
            return
