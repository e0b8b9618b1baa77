"""LAM717."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Safety, Statement, Template, Value, rule, unfitting_actions


@rule("LAM717", looks_at=Template, severity="error", since="0.1", fix="safe")
def action_resource_mismatch(template: Template) -> Iterator[Finding]:
    """A policy allows an action on something that the action can never be used on.

    ## Why it matters
    The statement grants nothing. `s3:GetObject` is asked for objects, `bucket/key`, so a statement that names the
    bucket alone never matches, and the call ends in AccessDenied although the policy seems to allow it. The same holds
    for `s3:ListBucket` on `bucket/*`, and for an action of one service on the resource of another.

    Which resources an action takes comes from AWS's Service Authorization Reference. An action is only reported when
    none of the statement's resources fits.

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
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action:
                    - s3:GetObject  # expect: action-resource-mismatch
                  Resource: !GetAtt Photos.Arn
      Photos:
        Type: AWS::S3::Bucket
    ```

    ## Fixed
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
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action:
                    - s3:GetObject
                  Resource: !Sub "${Photos.Arn}/*"
      Photos:
        Type: AWS::S3::Bucket
    ```

    ## Good
    Actions on the bucket and on its objects, and both as resources.
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
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action: [s3:GetObject, s3:ListBucket]
                  Resource:
                    - !GetAtt Photos.Arn
                    - !Sub "${Photos.Arn}/*"
      Photos:
        Type: AWS::S3::Bucket
    ```

    ## When not to fix
    Never; the statement has no effect as it is.

    ## See also
    LAM702 resource-star, LAM908 iam-resource-mismatch. AWS: "Actions, resources, and condition keys for AWS services"
    in the Service Authorization Reference.
    """
    for statement in template.statements:
        found = list(unfitting_actions(statement, template)) if statement.allows else []
        fix = _mended(statement, [action for action, _ in found], template)
        for action, reason in found:
            yield Finding(
                f"`{action.value}` never applies to what the statement names: {reason}", action.span, fix
            )


def _mended(statement: Statement, unfitting: list[Value], template: Template) -> Fix | None:
    """`/*` behind a bucket of the template, where all actions are about objects."""
    if len(unfitting) != len(statement.actions) or len(statement.resources) != 1:
        return None
    resource = statement.resources[0]
    if len(resource.names) != 1:
        return None
    if not all(str(action.value).lower().startswith("s3:") for action in unfitting):
        return None
    edit = template.edit_of_arn(resource, resource.names[0], "/*")
    return Fix("Name the objects of the bucket", (edit,), Safety.SAFE) if edit else None
