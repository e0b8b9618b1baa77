"""LAM720."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import Edit, Finding, Fix, PolicyDocument, Safety, Statement, Template, rule

_VARIABLE = re.compile(r"\$\{!?(aws|s3|sts|dynamodb|cognito-identity|saml|www|iam|ec2|kms):[a-zA-Z/]")
_OLD, _NEW = "2008-10-17", "2012-10-17"


@rule("LAM720", looks_at=Template, severity="warning", since="0.1", fix="safe")
def policy_version(template: Template) -> Iterator[Finding]:
    """A policy is written in the old version of the policy language.

    ## Why it matters
    `Version` is the version of the language, not of the policy. In `2008-10-17` policy variables such as
    `${aws:username}` are plain text, so a statement that uses them matches nothing; later features do not work either.
    A policy without `Version` has the old one; this is reported where such variables are in it.

    ## Bad
    ```yaml file="template.yaml"
    Resources:
      Policy:
        Type: AWS::IAM::ManagedPolicy
        Properties:
          PolicyDocument:
            Version: "2008-10-17"  # expect: policy-version
            Statement:
              - Effect: Allow
                Action: sqs:SendMessage
                Resource: arn:aws:sqs:eu-west-1:111122223333:jobs
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Resources:
      Policy:
        Type: AWS::IAM::ManagedPolicy
        Properties:
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: sqs:SendMessage
                Resource: arn:aws:sqs:eu-west-1:111122223333:jobs
    ```

    ## Good
    Without a version, and without anything that needs the new one.
    ```yaml file="template.yaml"
    Resources:
      Policy:
        Type: AWS::IAM::ManagedPolicy
        Properties:
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: sqs:SendMessage
                Resource: arn:aws:sqs:eu-west-1:111122223333:jobs
    ```

    ## When not to fix
    A policy that means the text `${...}` literally.

    ## See also
    AWS: "IAM JSON policy elements: Version" in the IAM User Guide.
    """
    for policy in template.all(PolicyDocument):
        variables = any(_has_variable(statement, template) for statement in policy.statements)
        if str(policy.version.value) == _OLD:
            span = policy.version.span
            text = template.written(span)
            fix = None
            if _OLD in text and not variables:  # Else the statements would begin to mean something else.
                edit = Edit(span, text.replace(_OLD, _NEW))
                fix = Fix(f"Use version {_NEW}", (edit,), Safety.SAFE)
            yield Finding(f"`{_OLD}` is the old version of the policy language; write `{_NEW}`", span, fix)
        elif policy.version.absent and variables and template.kind != "serverless":  # The framework adds it.
            message = (
                f"Without `Version: {_NEW}` the variables in this policy are plain text and match nothing"
            )
            yield Finding(message, policy.statements[0].span)


def _has_variable(statement: Statement, template: Template) -> bool:
    """Whether a statement names a policy variable in a resource or condition."""
    values = (*statement.resources, *statement.not_resources)
    texts = [str(value.value if value.known else value.text or "") for value in values]
    if statement.condition.known:
        texts.append(str(statement.condition.value))
    return any(_VARIABLE.search(text) for text in texts)
