"""LAM751."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Permission, Template, rule


@rule("LAM751", looks_at=Template, severity="error", since="0.1", triggers=("ermission",))
def permission_wildcard_principal(template: Template) -> Iterator[Finding]:
    """Everybody may invoke the function.

    ## Why it matters
    `Principal: "*"` in a function's permission is every AWS account in the world. Whoever learns the function's name
    runs it, with the function's role and on your bill.

    ## Bad
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: orders
          Principal: "*"  # expect: permission-wildcard-principal
    ```

    ## Good
    Everybody in one organization.
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: orders
          Principal: "*"
          PrincipalOrgID: o-a1b2c3d4e5
    ```
    A function URL, which has its own authentication.
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunctionUrl
          FunctionName: orders
          Principal: "*"
          FunctionUrlAuthType: NONE
    ```

    ## When not to fix
    Never; give outsiders an API or a function URL.

    ## See also
    LAM750 permission-no-source, LAM755. AWS: "Viewing resource-based IAM policies in Lambda" in the Lambda Developer
    Guide.
    """
    for permission in template.all(Permission):
        url = permission.action.value == "lambda:InvokeFunctionUrl" or not permission.url_auth.absent
        limits = (permission.organization, permission.source_arn, permission.source_account)
        via_url = permission.resource.value("InvokedViaFunctionUrl")
        if (
            permission.principal.value == "*"
            and not url
            and all(limit.absent for limit in (*limits, via_url))
        ):
            yield Finding(
                "Every AWS account may invoke the function; name who needs it", permission.principal.span
            )
