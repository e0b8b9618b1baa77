"""LAM715."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Access, Finding, Related, rule


@rule("LAM715", looks_at=Access, severity="advice", since="0.1", profile="strict")
def shared_role(access: Access) -> Iterator[Finding]:
    """Functions that do different things share one role.

    ## Why it matters
    Each of them may do what any of them needs: a flaw in the one that resizes pictures opens the table of the one that
    takes orders. And nobody dares to remove a permission, because some other function might need it.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Put:
        Type: AWS::Serverless::Function
        Properties: {Handler: put.handler, Runtime: python3.13, CodeUri: ., Timeout: 10, Role: !GetAtt Role.Arn}
      Send:
        Type: AWS::Serverless::Function
        Properties: {Handler: send.handler, Runtime: python3.13, CodeUri: ., Timeout: 10, Role: !GetAtt Role.Arn}
      Role:  # expect: shared-role
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
          Policies:
            - PolicyName: both
              PolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn}
                  - {Effect: Allow, Action: sqs:SendMessage, Resource: !GetAtt Queue.Arn}
      Table: {Type: AWS::Serverless::SimpleTable}
      Queue: {Type: AWS::SQS::Queue}
    ```
    ```python file="put.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(Item=event)
    ```
    ```python file="send.py"
    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(QueueUrl="jobs", MessageBody="go")
    ```

    ## Good
    Both need the same.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Put:
        Type: AWS::Serverless::Function
        Properties: {Handler: put.handler, Runtime: python3.13, CodeUri: ., Timeout: 10, Role: !GetAtt Role.Arn}
      Again:
        Type: AWS::Serverless::Function
        Properties: {Handler: put.handler, Runtime: python3.13, CodeUri: ., Timeout: 10, Role: !GetAtt Role.Arn}
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
          Policies:
            - PolicyName: both
              PolicyDocument:
                Version: "2012-10-17"
                Statement:
                  - {Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn}
      Table: {Type: AWS::Serverless::SimpleTable}
    ```
    ```python file="put.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(Item=event)
    ```

    ## When not to fix
    The functions are parts of one thing, deployed and trusted together.

    ## See also
    LAM907 iam-action-excess. AWS: "Security best practices in IAM" in the IAM User Guide.
    """
    for one in access.roles:
        needs = {
            function.name: frozenset(need.action for need in function.needs)
            for function in one.functions
            if function.use is not None
        }
        if len(needs) < 2 or len(needs) < len(one.functions):
            continue
        names = list(needs)
        pair = next(
            ((a, b) for a in names for b in names if needs[a] - needs[b] and needs[b] - needs[a]), None
        )
        if pair is None:
            continue
        first, second = pair
        only = sorted(needs[first] - needs[second])[0]
        related = tuple(Related(f"{each.name} has it", each.spec.span) for each in one.functions if each.spec)
        message = f"{len(names)} functions with different needs share {one.role.logical_id}: {second} may do `{only}`"
        yield Finding(f"{message}, which only {first} uses", one.role.resource.span, related=related)
