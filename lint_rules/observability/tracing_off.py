"""LAM850."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Safety, Template, rule


@rule("LAM850", looks_at=Template, severity="advice", since="0.1", fix="unsafe", profile="strict")
def tracing_off(template: Template) -> Iterator[Finding]:
    """A function sends no traces.

    ## Why it matters
    A trace shows where the time of a request went, through queues and functions. Without `Active` tracing Lambda
    sends one only for requests that somebody in front of it has chosen, which for most sources is nobody.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:  # expect: tracing-off
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Tracing: Active
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Tracing: Active
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```

    ## When not to fix
    Another tool traces the function, such as a layer of OpenTelemetry, or traces cost more than they tell.

    ## See also
    AWS: "Visualize Lambda function invocations using AWS X-Ray" in the Lambda Developer Guide.
    """
    for function in template.functions:
        sam = function.kind == "AWS::Serverless::Function"
        tracing = function.value("Tracing") if sam else function.value("TracingConfig", "Mode")
        if not tracing.absent and tracing.value not in ("PassThrough", "Disabled"):
            continue
        if tracing.absent:
            edit = function.edit_adding(
                ("Tracing",) if sam else ("TracingConfig", "Mode"), "Active", before="Handler"
            )
        else:
            edit = template.edit_replacing(tracing, "Active")
        yield Finding(
            f"{function.logical_id} sends no traces to X-Ray",
            tracing.span if tracing.known else function.span,
            Fix("Send traces", (edit,), Safety.UNSAFE) if edit else None,
        )
