"""LAM907."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Access, Finding, Fix, Safety, rule


@rule("LAM907", looks_at=Access, severity="warning", since="0.1", fix="unsafe")
def iam_action_excess(access: Access) -> Iterator[Finding]:
    """A role allows actions of a service that no code with this role calls.

    ## Why it matters
    What the function does not need, only an attacker will use: a role that may delete objects makes a flaw in a
    function that never deletes any a way to delete them all. Permissions are left over when code moves on.

    Reported are whole services of which nothing is called. What Lambda itself, event sources, tracing, networks,
    extensions, libraries that call AWS by themselves and services acting for the caller may need is left out, and so
    are roles of which not all code is here. `lambdalint iam` also lists single actions.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: .
          Timeout: 10
          Policies:
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow  # expect: iam-action-excess
                  Action:
                    - dynamodb:PutItem
                    - sns:Publish
                  Resource: [!GetAtt Table.Arn, !Ref Topic]
      Table: {Type: AWS::Serverless::SimpleTable}
      Topic: {Type: AWS::SNS::Topic}
    ```
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(Item=event)
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: .
          Timeout: 10
          Policies:
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action:
                    - dynamodb:PutItem
                  Resource: [!GetAtt Table.Arn, !Ref Topic]
      Table: {Type: AWS::Serverless::SimpleTable}
      Topic: {Type: AWS::SNS::Topic}
    ```
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(Item=event)
    ```

    ## Good
    A single action of a service that is used.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: .
          Timeout: 10
          Policies:
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action: [dynamodb:PutItem, dynamodb:GetItem]
                  Resource: !GetAtt Table.Arn
      Table: {Type: AWS::Serverless::SimpleTable}
    ```
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(Item=event)
    ```
    A program that the code starts may call anything.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Export:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: .
          Timeout: 10
          Policies:
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action: s3:PutObject
                  Resource: arn:aws:s3:::exports/*
    ```
    ```python file="app.py"
    import subprocess

    def handler(event, context):
        subprocess.run(["/opt/bin/export", event["name"]], check=True)
    ```

    ## When not to fix
    The permission is for something that is not in this project, such as an extension or generated code.

    ## See also
    LAM701 action-star, LAM906 iam-action-missing, LAM715 shared-role. AWS: "Grant least privilege access" in the IAM
    User Guide.
    """
    for role in access.roles:
        chosen = [
            each
            for each in role.excess
            if each.service and each.confidence == "high" and each.grant.origin != "managed"
        ]
        for span, service in dict.fromkeys((each.grant.span, _service(each.what)) for each in chosen):
            whole = [each for each in chosen if each.grant.span == span]
            listed = [each for each in whole if _service(each.what) == service]
            shown = ", ".join(f"`{each.what}`" for each in listed[:3]) + (", ..." if len(listed) > 3 else "")
            names = ", ".join(function.name for function in role.functions[:3])
            what = f"calls anything of {service}" if service else "uses it"
            edits = role.edits_dropping(listed[0].grant, [each.what for each in listed])
            left = role.edits_dropping(listed[0].grant, [each.what for each in whole])
            fix = Fix("Do not allow it", edits, Safety.UNSAFE) if edits and left else None
            yield Finding(f"{shown} is allowed, but no code of {names} {what}", span, fix)


def _service(what: str) -> str:
    return what.partition(":")[0] if ":" in what else ""
