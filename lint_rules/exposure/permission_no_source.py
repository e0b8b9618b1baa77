"""LAM750."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Permission, Safety, Template, rule

_FIRST_OF_ITS_KIND = frozenset({"elasticloadbalancing.amazonaws.com", "alexa-appkit.amazon.com"})
"""A load balancer's target group cannot exist before the permission, so its ARN cannot be named; Alexa's skills are
told apart by a token.
https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html"""


@rule("LAM750", looks_at=Template, severity="warning", since="0.1", fix="unsafe", triggers=("ermission",))
def permission_no_source(template: Template) -> Iterator[Finding]:
    """A service may invoke the function on behalf of anybody.

    ## Why it matters
    `Principal: s3.amazonaws.com` alone lets the S3 service invoke the function whichever bucket the event is from, also
    one in a stranger's account: whoever learns the function's ARN can point a bucket, a topic or a rule at it. This is
    the confused deputy. `SourceArn`, or `SourceAccount` where the source cannot be named yet, says for whom.

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
          EventInvokeConfig:
            DestinationConfig:
              OnFailure:
                Type: SQS
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: !Ref Thumbnails
          Principal: s3.amazonaws.com  # expect: permission-no-source
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
          EventInvokeConfig:
            DestinationConfig:
              OnFailure:
                Type: SQS
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          SourceAccount: !Ref AWS::AccountId
          Action: lambda:InvokeFunction
          FunctionName: !Ref Thumbnails
          Principal: s3.amazonaws.com
    ```

    ## Good
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: thumbnails
          Principal: sns.amazonaws.com
          SourceArn: !Ref Topic
      Topic:
        Type: AWS::SNS::Topic
    ```
    A load balancer's target group does not exist yet.
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: pages
          Principal: elasticloadbalancing.amazonaws.com
    ```
    Another account is named, not a service.
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: pages
          Principal: "111122223333"
    ```

    ## When not to fix
    The source is made later and by others; then name the account.

    ## See also
    LAM751 permission-wildcard-principal. AWS: "The confused deputy problem" in the IAM User Guide.
    """
    for permission in template.all(Permission):
        principal = permission.principal.value
        if not isinstance(principal, str) or not principal.endswith((".amazonaws.com", ".amazon.com")):
            continue
        limits = (
            permission.source_arn,
            permission.source_account,
            permission.organization,
            permission.url_auth,
        )
        token = permission.resource.value("EventSourceToken")
        if principal in _FIRST_OF_ITS_KIND or not all(limit.absent for limit in (*limits, token)):
            continue
        service = principal.partition(".")[0]
        message = f"Any {service} source of any account may invoke the function; name it by SourceArn"
        yield Finding(message, permission.principal.span, _limited(permission, principal))


def _limited(permission: Permission, principal: str) -> Fix | None:
    """Only S3 tells the account as surely as the source: a bucket's ARN holds none."""
    if principal != "s3.amazonaws.com":
        return None
    edit = permission.resource.edit_adding(("SourceAccount",), "!Ref AWS::AccountId")
    return Fix("Only for buckets of this account", (edit,), Safety.UNSAFE) if edit else None
