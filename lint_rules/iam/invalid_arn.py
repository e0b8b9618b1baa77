"""LAM718."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lint_rules import Finding, Template, Value, fault_of_arn, rule

_LAYER = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:layer:[\w-]+:\d+\Z")
_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/\S+\Z")


@rule("LAM718", looks_at=Template, severity="error", since="0.1")
def invalid_arn(template: Template) -> Iterator[Finding]:
    """An ARN is malformed.

    ## Why it matters
    IAM refuses some malformed ARNs when the stack is deployed, and takes others, which then match nothing: a bucket's
    ARN with a region and an account in it is a policy that allows nothing. A layer without its version, or a role by a
    wrong account, fails the deployment.

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
          Layers:
            - arn:aws:lambda:eu-west-1:111122223333:layer:shared  # expect: invalid-arn
          Policies:
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action: s3:GetObject
                  Resource: arn:aws:s3:eu-west-1:111122223333:photos/*  # expect: invalid-arn
                - Effect: Allow
                  Action: dynamodb:GetItem
                  Resource: arn:aws:dynamodb:eu-west-1:1111:table/orders  # expect: invalid-arn
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
          Layers:
            - arn:aws:lambda:eu-west-1:111122223333:layer:shared:7
          Policies:
            - Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Action: s3:GetObject
                  Resource: arn:aws:s3:::photos/*
                - Effect: Allow
                  Action: dynamodb:GetItem
                  Resource: !Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders
    ```
    Wildcards may stand for any part.
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
                Resource: arn:*:sqs:*:*:jobs-*
    ```
    In serverless.yml a role may be a name.
    ```yaml file="serverless.yml"
    service: orders
    provider: {name: aws, runtime: python3.13}
    functions:
      orders: {handler: app.handler, role: OrdersRole}
    ```

    ## When not to fix
    Never.

    ## See also
    LAM717 action-resource-mismatch. AWS: "Identify AWS resources with Amazon Resource Names" in the IAM User Guide.
    """
    for statement in template.statements:
        for value in (*statement.resources, *statement.not_resources):
            text = value.value if value.known else value.text
            fault = fault_of_arn(text) if isinstance(text, str) and text else ""
            if fault and (str(text).startswith("arn:") or _is_written(template, value, str(text))):
                yield Finding(f"`{text}` is no ARN: {fault}", value.span)
    if template.kind in ("sam", "cloudformation"):
        for function in template.functions:
            layers = function.value("Layers").value
            for layer in layers if isinstance(layers, list) else ():
                if _is_wrong(layer, _LAYER):
                    yield Finding(
                        f"`{layer.value}` is no ARN of a layer's version: it ends in `:` and a number",
                        layer.span,
                    )
            if _is_wrong(function.role, _ROLE):
                yield Finding(f"`{function.role.value}` is no ARN of a role", function.role.span)


def _is_written(template: Template, value: Value, text: str) -> bool:
    """Whether a text stands where it is used; the default of a parameter often only holds its place."""
    return text in template.document.text[value.span.start : value.span.end]


def _is_wrong(value: Value, shape: re.Pattern[str]) -> bool:
    text = value.value
    return isinstance(text, str) and "$" not in text and "{{" not in text and not shape.match(text)
