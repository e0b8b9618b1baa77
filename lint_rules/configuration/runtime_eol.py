"""LAM601."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, Safety, Severity, Template, oldest_python, rule, runtime_named

_SEVERITY = {"blocked": Severity.ERROR, "deprecated": Severity.WARNING, "ending": Severity.ADVICE}


@rule("LAM601", looks_at=Template, severity="warning", since="0.1", fix="unsafe")
def runtime_eol(template: Template) -> Iterator[Finding]:
    """A function runs on a version of Python that AWS does not look after any more.

    ## Why it matters
    A deprecated runtime gets no security patches, and AWS does not help with functions that use it. Some months
    later new functions with it are refused, and then changes of the functions that there are: the day on which a
    bug must be mended is a bad one to find that out.

    A runtime that is refused already is an error, one that ends within 60 days advice. Days are those of AWS's table
    when this version of lambdalint was made.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.9  # expect: runtime-eol
          CodeUri: src/
    ```

    ## Fixed
    The oldest version that AWS looks after is the one that changes least.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.11
          CodeUri: src/
    ```

    ## Good
    Being not the newest is no fault.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.12
          CodeUri: src/
    ```
    An image brings its own Python.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Greet:
        Type: AWS::Serverless::Function
        Properties:
          PackageType: Image
          ImageUri: !Sub ${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/greet:1
    ```

    ## When not to fix
    The function is about to be deleted.

    ## See also
    AWS: "Lambda runtimes" and "Runtime deprecation policy" in the Lambda Developer Guide.
    """
    for function in template.functions:
        name = function.runtime.value
        runtime = runtime_named(name) if isinstance(name, str) and name.startswith("python") else None
        if runtime is None or runtime.stage == "current":
            continue
        later = oldest_python()
        edit = template.edit_replacing(function.runtime, later)
        when = {
            "blocked": f"has been out of support since {runtime.deprecated}, and AWS refuses new functions with it",
            "deprecated": f"has had no security patches since {runtime.deprecated}",
            "ending": f"gets no security patches after {runtime.deprecated}",
        }
        yield Finding(
            f"{runtime.name} {when[runtime.stage]}; move to {later} or newer",
            function.runtime.span,
            Fix(f"Run on {later}", (edit,), Safety.UNSAFE) if edit else None,
            severity=_SEVERITY[runtime.stage],
        )
