"""LAM752."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Edit, Finding, Fix, Permission, Safety, Template, rule

_RIGHT = "lambda:InvokeFunction"
_INVOKES = frozenset({"lambda:invokefunction", "lambda:invokefunctionurl", "lambda:invokeasync"})


@rule("LAM752", looks_at=Template, severity="warning", since="0.1", fix="safe", triggers=("ermission",))
def permission_action_not_invoke(template: Template) -> Iterator[Finding]:
    """A permission lets a service do more, or something else, than invoke the function.

    ## Why it matters
    Event sources invoke functions and do nothing else. `lambda:*` also lets the principal read the function's code and
    environment variables, change them, and delete the function. An action without the prefix `lambda:` fails the
    deployment.

    ## Bad
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:*  # expect: permission-action-not-invoke
          FunctionName: orders
          Principal: sns.amazonaws.com
          SourceArn: arn:aws:sns:eu-west-1:111122223333:orders
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: orders
          Principal: sns.amazonaws.com
          SourceArn: arn:aws:sns:eu-west-1:111122223333:orders
    ```

    ## Good
    ```yaml file="template.yaml"
    Resources:
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunctionUrl
          FunctionName: orders
          Principal: "111122223333"
          FunctionUrlAuthType: AWS_IAM
    ```

    ## When not to fix
    Another account that shall read the function's configuration; then allow `lambda:GetFunctionConfiguration` alone.

    ## See also
    LAM750 permission-no-source. AWS: "AddPermission" in the Lambda API Reference.
    """
    for permission in template.all(Permission):
        action, principal = permission.action, permission.principal.value
        if not isinstance(action.value, str) or action.value.lower() in _INVOKES:
            continue
        if "*" not in action.value and ":" in action.value and not _is_service(principal):
            continue  # Another account may be meant to do something else.
        message = f"`{action.value}` is not what an event source does; allow `{_RIGHT}`"
        yield Finding(message, action.span, _narrowed(permission) if _is_service(principal) else None)


def _is_service(principal: object) -> bool:
    return isinstance(principal, str) and principal.endswith((".amazonaws.com", ".amazon.com"))


def _narrowed(permission: Permission) -> Fix | None:
    template, action = permission.resource.template, permission.action
    text = template.written(action.span)
    if action.value not in text:
        return None
    edit = Edit(action.span, text.replace(action.value, _RIGHT))
    return Fix("Allow it to invoke the function", (edit,), Safety.SAFE)
