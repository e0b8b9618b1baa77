"""LAM713."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Edit, Finding, Fix, Role, Safety, Template, Value, rule

_LAMBDA = frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com", "*"})


@rule("LAM713", looks_at=Template, severity="error", since="0.1", fix="safe")
def trust_lacks_lambda(template: Template) -> Iterator[Finding]:
    """A function has a role that Lambda may not take.

    ## Why it matters
    Lambda runs a function under its role, so the trust policy must name `lambda.amazonaws.com`. Else the deployment
    fails: "The role defined for the function cannot be assumed by Lambda."

    ## Bad
    ```yaml file="template.yaml"
    Resources:
      Orders:
        Type: AWS::Lambda::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          Code: src/
          Role: !GetAtt Role.Arn
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal:
                  Service: states.amazonaws.com  # expect: trust-lacks-lambda
                Action: sts:AssumeRole
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Resources:
      Orders:
        Type: AWS::Lambda::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          Code: src/
          Role: !GetAtt Role.Arn
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal:
                  Service: [states.amazonaws.com, lambda.amazonaws.com]
                Action: sts:AssumeRole
    ```

    ## Good
    No function has this role.
    ```yaml file="template.yaml"
    Resources:
      Role:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal: {Service: states.amazonaws.com}
                Action: sts:AssumeRole
    ```

    ## When not to fix
    Never; a function without such a role cannot be made.

    ## See also
    AWS: "Defining Lambda function permissions with an execution role" in the Lambda Developer Guide.
    """
    for role in template.all(Role):
        if role.implied or not role.functions or not role.trust:
            continue
        services = [
            service
            for statement in role.trust
            if statement.allows
            for service in _services(statement.principal)
        ]
        if services and all(isinstance(one.value, str) and one.value not in _LAMBDA for one in services):
            what = f"Lambda may not take {role.logical_id}, the role of {role.functions[0]}"
            first = services[0]
            yield Finding(
                f"{what}: its trust policy does not name lambda.amazonaws.com",
                first.span,
                _added(role, first),
            )


def _services(principal: Value) -> list[Value]:
    """The services that a principal names; of anything else the principal itself, which is then not judged."""
    if not isinstance(principal.value, dict) or "Service" not in principal.value or len(principal.value) > 1:
        return [principal._replace(value=None)]
    found = principal.value["Service"]
    return found.value if isinstance(found.value, list) else [found]


def _added(role: Role, service: Value) -> Fix | None:
    template = role.resource.template
    text = template.written(service.span)
    trust = role.trust[0].principal.value
    alone = len(role.trust) == 1 and not isinstance(trust["Service"].value, list)
    known = template.kind in ("sam", "cloudformation", "terraform")
    if not known or not alone or text.strip("\"'") != service.value:
        return None
    quote = text[0] if text[0] in "\"'" else ""
    both = f"{text}, {quote}lambda.amazonaws.com{quote}"
    edit = Edit(service.span, both if template.in_list(service.span) else f"[{both}]")
    return Fix("Let Lambda take the role", (edit,), Safety.SAFE)
