"""LAM908."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Access, Finding, Related, rule


@rule("LAM908", looks_at=Access, severity="error", since="0.1")
def iam_resource_mismatch(access: Access) -> Iterator[Finding]:
    """The role allows the action, but on another resource than the code uses.

    ## Why it matters
    The call fails with AccessDenied although the policy seems to allow it: it names one table, and the environment
    variable that the code reads holds another. This happens when a variable or a policy is copied from the function
    beside it.

    Reported is only what is certain: both are resources of the template, or names known in full.

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
          Environment:
            Variables:
              TABLE: !Ref Orders2
          Policies:
            - DynamoDBWritePolicy: {TableName: !Ref Customers}
      Orders2: {Type: AWS::Serverless::SimpleTable}
      Customers: {Type: AWS::Serverless::SimpleTable}
    ```
    ```python file="app.py"
    import os

    import boto3

    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

    def handler(event, context):
        table.put_item(Item=event)  # expect: iam-resource-mismatch
    ```

    ## Good
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
          Environment:
            Variables:
              TABLE: !Ref Table
          Policies:
            - DynamoDBWritePolicy: {TableName: !Ref Table}
      Table: {Type: AWS::Serverless::SimpleTable}
    ```
    ```python file="app.py"
    import os

    import boto3

    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

    def handler(event, context):
        table.put_item(Item=event)
    ```
    Which table it is, only the deployment knows.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      TableName: {Type: String}
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: .
          Timeout: 10
          Environment:
            Variables:
              TABLE: !Ref TableName
          Policies:
            - DynamoDBWritePolicy: {TableName: !Ref Table}
      Table: {Type: AWS::Serverless::SimpleTable}
    ```
    ```python file="app.py"
    import os

    import boto3

    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

    def handler(event, context):
        table.put_item(Item=event)
    ```

    ## When not to fix
    Never; either the variable or the policy is wrong.

    ## See also
    LAM717 action-resource-mismatch, LAM906 iam-action-missing.
    """
    for function in access.functions:
        for need, grant in function.elsewhere:
            if need.sure:
                name = need.resource.split(":", 5)[-1].replace("${", "").replace("}", "")
                message = f"The role of {function.name} allows `{need.action}`, but not on {name}, which this call uses"
                related = (Related("It is allowed here, on something else", grant.span),)
                yield Finding(message, need.call.span, related=related)
