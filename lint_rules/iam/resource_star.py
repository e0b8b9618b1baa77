"""LAM702."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import Finding, Severity, Statement, Template, rule

_OWN = frozenset(
    {
        "lambda:checkpointdurableexecution",
        "lambda:getdurableexecutionstate",
        "logs:createlogstream",
        "logs:describelogstreams",
        "logs:putlogevents",
    }
)
_DELIVERY = frozenset({"logs:createlogdelivery", "logs:updatelogdelivery"})
_TOPIC = re.compile(r"AWS::SNS::|topic_?(?:arn|name)", re.IGNORECASE)


@rule("LAM702", looks_at=Template, severity="warning", since="0.1")
def resource_star(template: Template) -> Iterator[Finding]:
    """A policy allows an action on every resource although it could name the resources.

    ## Why it matters
    `Resource: "*"` on `dynamodb:GetItem` opens every table of the account, those of other
    applications and those that do not exist yet. One leaked credential or one injected table name then
    reaches all of them.

    Some actions take no resource, for instance `xray:PutTraceSegments`, `cloudwatch:PutMetricData` and most
    that list or describe; for those `*` is right. Which ones they are comes from AWS's Service Authorization
    Reference. Writing the function's own log (`logs:CreateLogStream`, `logs:PutLogEvents`) or its own
    durable state on `*` is only advice, since AWS's own basic execution roles do it, and next to
    `logs:CreateLogDelivery` nothing at all: so AWS documents the logs of Step Functions. `sns:Publish` is
    left alone where no topic is in sight: a text message goes to a phone number, which a policy cannot name.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Policies:
            - Statement:
                - Effect: Allow
                  Action:
                    - dynamodb:GetItem
                    - dynamodb:PutItem
                  Resource: "*"  # expect: resource-star
    ```
    The same in Python.
    ```python file="deploy.py"
    import json

    import boto3

    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": ["sqs:SendMessage"],
            "Resource": "*",  # expect: resource-star
        },
    }
    boto3.client("iam").create_policy(PolicyName="send", PolicyDocument=json.dumps(policy))
    ```

    ## Good
    The table is named.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Policies:
            - Statement:
                - Effect: Allow
                  Action:
                    - dynamodb:GetItem
                    - dynamodb:PutItem
                  Resource: !GetAtt Table.Arn
    ```
    These actions take no resource.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Policies:
            - Statement:
                - Effect: Allow
                  Action:
                    - cloudwatch:PutMetricData
                    - xray:PutTraceSegments
                    - ec2:DescribeNetworkInterfaces
                  Resource: "*"
    ```
    A condition narrows the grant.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Policies:
            - Statement:
                - Effect: Allow
                  Action: ec2:StopInstances
                  Resource: "*"
                  Condition:
                    StringEquals:
                      aws:ResourceTag/stage: test
    ```

    ## When not to fix
    The resources are not known when the role is written, such as the tables of tenants to
    come; then narrow with a name prefix or a condition where one fits.

    ## See also
    LAM701 action-star. AWS: "Actions, resources, and condition keys for AWS services" in the Service
    Authorization Reference.
    """
    for statement in template.statements:
        star = next((value for value in statement.resources if value.known and value.value == "*"), None)
        if star is None or not statement.allows or statement.conditional or _allows_everything(statement):
            continue
        actions = [
            action for action in statement.actions_with_resources() if not _to_phones(action, template)
        ]
        own = all(action.lower() in _OWN for action in actions)
        if actions and not (own and _delivers_logs(statement)):
            yield Finding(
                f"{_listed(actions)} on every resource (`*`); name the resources that are used",
                star.span,
                severity=Severity.ADVICE if own else None,
            )


def _allows_everything(statement: Statement) -> bool:
    # LAM701 reports it as an error: resources cannot be chosen before the actions are.
    return any(action.known and action.value in ("*", "*:*") for action in statement.actions)


def _delivers_logs(statement: Statement) -> bool:
    # https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
    return any(
        isinstance(action.value, str) and action.value.lower() in _DELIVERY for action in statement.actions
    )


def _to_phones(action: str, template: Template) -> bool:
    return action.lower() == "sns:publish" and not _TOPIC.search(template.text)


def _listed(actions: list[str]) -> str:
    shown = ", ".join(f"`{action}`" for action in actions[:3])
    more = f" and {len(actions) - 3} more" if len(actions) > 3 else ""
    return f"Allows {shown}{more}"
