"""LAM906."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Access, Finding, Fix, FunctionSpec, Related, Safety, policies_of, rule


@rule("LAM906", looks_at=Access, severity="error", since="0.1", fix="unsafe")
def iam_action_missing(access: Access) -> Iterator[Finding]:
    """The code calls AWS, and the function's role does not allow it.

    ## Why it matters
    The call fails with AccessDenied, at the first invocation that comes to this line. Tests with mocks or under a
    developer's own credentials do not show it.

    The calls are those that the handler can reach, through the project's modules, helpers and classes. Only certain
    ones count: the type of the client is known, the role and all its policies are in the template, and no policy of the
    resource may allow the call instead. Calls with other credentials than the role's are left out.

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
              TABLE: !Ref Table
      Table:
        Type: AWS::Serverless::SimpleTable
    ```
    ```python file="app.py"
    import os

    import boto3

    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

    def handler(event, context):
        table.put_item(Item=event)  # expect: iam-action-missing
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Policies: [{Statement: [{Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Table.Arn}]}]
          Handler: app.handler
          Runtime: python3.13
          CodeUri: .
          Timeout: 10
          Environment:
            Variables:
              TABLE: !Ref Table
      Table:
        Type: AWS::Serverless::SimpleTable
    ```
    ```python file="app.py"
    import os

    import boto3

    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

    def handler(event, context):
        table.put_item(Item=event)
    ```

    ## Good
    A policy template of SAM allows it.
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
            - DynamoDBWritePolicy: {TableName: !Ref Table}
      Table:
        Type: AWS::Serverless::SimpleTable
    ```
    ```python file="app.py"
    import boto3

    table = boto3.resource("dynamodb").Table("orders")

    def handler(event, context):
        table.put_item(Item=event)
    ```
    The call is made with the credentials of another role.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties: {Handler: app.handler, Runtime: python3.13, CodeUri: ., Timeout: 10}
    ```
    ```python file="app.py"
    import boto3

    def handler(event, context):
        session = boto3.Session(aws_access_key_id=event["key"], aws_secret_access_key=event["secret"])
        session.client("s3").delete_object(Bucket="b", Key="k")
    ```

    ## When not to fix
    A policy from outside this project allows it; then allow the finding with a comment.

    ## See also
    LAM907 iam-action-excess, LAM908 iam-resource-mismatch; `lambdalint iam` shows all that a function needs, and writes
    the policy.
    """
    for function in access.functions:
        sure = [need for need in function.missing if need.sure]
        for call in dict.fromkeys(need.call.node for need in sure):
            needs = [need for need in sure if need.call.node is call]
            listed = ", ".join(dict.fromkeys(f"`{need.action}`" for need in needs))
            spec = function.spec
            assert spec is not None
            related = (Related(f"{function.name} has no policy that allows it", spec.span),)
            message = (
                f"The role of {function.name} does not allow {listed}: this call fails with AccessDenied"
            )
            alone = len(function.missing) == 1
            fix = _granting(spec, needs[0].action, needs[0].resource) if alone else None
            yield Finding(message, needs[0].call.span, fix, related)


def _granting(spec: FunctionSpec, action: str, resource: str) -> Fix | None:
    """A policy for a function that has none."""
    if spec.kind != "AWS::Serverless::Function" or not spec.role.absent or not spec.value("Policies").absent:
        return None
    policies = policies_of(action, resource, spec.template)
    edit = spec.edit_adding(("Policies",), policies) if policies else None
    return Fix(f"Allow {action}", (edit,), Safety.UNSAFE) if edit else None
