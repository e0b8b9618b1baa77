"""LAM703."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Role, Severity, Template, Value, rule

_EVERYTHING = frozenset({"AdministratorAccess", "PowerUserAccess", "IAMFullAccess", "SystemAdministrator"})
"""Who has one of these can give himself the rest, or do nearly everything without.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html"""


@rule(
    "LAM703",
    looks_at=Template,
    severity="warning",
    since="0.2",
    triggers=("FullAccess", "Administrator", "PowerUserAccess"),
)
def admin_or_full_access_policy(template: Template) -> Iterator[Finding]:
    """A function has a managed policy that allows everything, or everything of a service.

    ## Why it matters
    Whoever makes the function do something else than it should, by its input or by one of its packages, gets all that
    its role may do. `AmazonS3FullAccess` lets a function that reads one object delete every bucket of the account;
    with `AdministratorAccess`, which is an error, the account is his. AWS adds new actions to such policies by itself.

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
          Timeout: 30
          Policies:
            - AmazonS3FullAccess  # expect: admin-or-full-access-policy
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Thumbnails:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 30
          Policies:
            - AWSLambdaBasicExecutionRole
            - S3ReadPolicy: {BucketName: photos}
    ```

    The role of something else than a function, such as a pipeline.
    ```yaml file="template.yaml"
    Resources:
      Deploys:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Principal: {Service: codepipeline.amazonaws.com}
                Action: sts:AssumeRole
          ManagedPolicyArns:
            - arn:aws:iam::aws:policy/PowerUserAccess
    ```

    ## When not to fix
    The function manages a whole service for you, such as a clean-up job in an account for trials.

    ## See also
    LAM701 action-star. AWS: "Grant least privilege access" in the IAM User Guide.
    """
    for role in template.all(Role):
        if not role.functions and not _is_for_lambda(role):
            continue
        for policy in role.managed:
            name = _name(policy)
            if name in _EVERYTHING:
                message = (
                    f"`{name}` lets a function do nearly everything in the account; grant what its code calls"
                )
                yield Finding(message, policy.span, severity=Severity.ERROR)
            elif name.endswith("FullAccess"):
                yield Finding(
                    f"`{name}` allows all of a service; grant the actions that the code calls", policy.span
                )


def _name(policy: Value) -> str:
    """The name of a managed policy of AWS, or an empty string."""
    text = policy.value if isinstance(policy.value, str) else policy.text or ""
    if "/" not in text:
        return "" if ":" in text or "$" in text else text
    home, _, name = text.rpartition("/")
    return name if ":aws:policy" in home else ""


def _is_for_lambda(role: Role) -> bool:
    return any("lambda.amazonaws.com" in _services(part.principal) for part in role.trust)


def _services(principal: Value) -> list[object]:
    found = principal.value.get("Service") if isinstance(principal.value, dict) else None
    if found is None:
        return []
    return [item.value for item in found.value] if isinstance(found.value, list) else [found.value]
