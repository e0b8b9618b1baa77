"""LAM670."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Template, rule

_MOST = 5


@rule("LAM670", looks_at=Template, severity="error", since="0.1", triggers=("ayer",))
def layers_over_5(template: Template) -> Iterator[Finding]:
    """A function has more than five layers.

    ## Why it matters
    Lambda takes five layers and refuses the sixth, so the deployment fails. SAM's Globals add theirs to those of
    the function.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function:
        Layers:
          - !ImportValue layer-tracing
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Layers:  # expect: layers-over-5
            - !ImportValue layer-numpy
            - !ImportValue layer-pandas
            - !ImportValue layer-common
            - !ImportValue layer-pdf
            - !ImportValue layer-fonts
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Layers:
            - !ImportValue layer-numpy
            - !ImportValue layer-pandas
            - !ImportValue layer-common
            - !ImportValue layer-pdf
            - !ImportValue layer-fonts
    ```

    ## When not to fix
    Never: the deployment fails.

    ## See also
    AWS: "Managing Lambda dependencies with layers" in the Lambda Developer Guide.
    """
    for function in template.functions:
        layers = function.resource.certain_count("Layers")
        if layers > _MOST:
            own = function.own_properties.key("Layers")
            yield Finding(
                f"{function.logical_id} has {layers} layers; Lambda takes no more than {_MOST}",
                own.span if own else function.span,
            )
