"""LAM701."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Severity, Template, rule

_OF_KEY_POLICIES = frozenset({"kms:generatedatakey*", "kms:reencrypt*"})
"""https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html writes them so."""


@rule("LAM701", looks_at=Template, severity="warning", since="0.1")
def action_star(template: Template) -> Iterator[Finding]:
    """A policy allows every action, or every action of a service.

    ## Why it matters
    Whoever finds a way to run code in the function, or to make it call the wrong thing,
    gets all that its role may do. With `s3:*` a function that reads one object can also delete buckets; with
    `*` it can make itself an administrator. A wildcard also grants every action that AWS adds to the service
    later.

    `*` is an error, `service:*` a warning. A wildcard inside a name, such as `s3:Get*`, is advice.
    `kms:GenerateDataKey*` and `kms:ReEncrypt*` are left alone: AWS's own key policies write them so.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Policies:
            - Statement:
                - Effect: Allow
                  Action: s3:*  # expect: action-star
                  Resource: !Sub arn:aws:s3:::${Photos}/*
                - Effect: Allow
                  Action:
                    - dynamodb:GetItem
                    - "*"  # expect: action-star
                  Resource: !GetAtt Table.Arn
    ```
    The same in Python.
    ```python file="deploy.py"
    import json

    import boto3

    iam = boto3.client("iam")
    iam.put_role_policy(
        RoleName="thumbnails",
        PolicyName="photos",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "s3:*",  # expect: action-star
                        "Resource": "arn:aws:s3:::photos/*",
                    }
                ],
            }
        ),
    )
    ```

    ## Good
    The actions that the code calls, by name.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Policies:
            - Statement:
                - Effect: Allow
                  Action:
                    - s3:GetObject
                    - s3:PutObject
                  Resource: !Sub arn:aws:s3:::${Photos}/*
    ```
    A Deny takes away, so it may be as broad as it likes.
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
            - PolicyName: never
              PolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - Effect: Deny
                    Action: "*"
                    Resource: "*"
    ```
    A policy on a bucket, queue or key says who may come in; it is not what the function's role may do.
    ```yaml file="template.yaml"
    Resources:
      Key:
        Type: AWS::KMS::Key
        Properties:
          KeyPolicy:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal: {AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root"}
                Action: kms:*
                Resource: "*"
    ```

    ## When not to fix
    A function that manages a whole service for you, such as a clean-up job in a sandbox account.

    ## See also
    LAM702 resource-star. AWS: "Grant least privilege access" in the IAM User Guide.
    """
    for statement in template.statements:
        for action in statement.actions if statement.allows else ():
            if not action.known or not isinstance(action.value, str) or "*" not in action.value:
                continue
            if action.value.lower() not in _OF_KEY_POLICIES:
                yield Finding(_reach(action.value), action.span, severity=_severity(action.value))


def _severity(action: str) -> Severity:
    if _is_everything(action):
        return Severity.ERROR
    return Severity.WARNING if not action.partition(":")[2].strip("*") else Severity.ADVICE


def _reach(action: str) -> str:
    if _is_everything(action):
        return f"`{action}` allows every action of every AWS service; name the actions the code calls"
    service, _, name = action.partition(":")
    if not name.strip("*"):
        return f"`{action}` allows every action of {service}; name the actions the code calls"
    return f"`{action}` also allows actions the code may never call, and those AWS adds later"


def _is_everything(action: str) -> bool:
    return not action.partition(":")[0].strip("*")
