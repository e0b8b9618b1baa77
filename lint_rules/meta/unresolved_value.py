"""LAM991."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lint_rules import Finding, FunctionSpec, Project, Related, Span, Template, Value, rule


@rule("LAM991", looks_at=Project, severity="advice", since="0.2", profile="strict")
def unresolved_value(project: Project) -> Iterable[Finding]:
    """Values of a template, or the code of its functions, could not be seen; rules say nothing about them.

    ## Why it matters
    A rule that does not know does not accuse. So a report without findings may mean that all is well, or that a
    parameter without a default, an import of another stack or a module of elsewhere hid what matters. This says how
    much that is.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Seconds: {Type: Number}
    Resources:
      Orders:  # expect: unresolved-value
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: !Ref Seconds
          Role: !ImportValue orders-role
    ```
    ```python file="src/app.py"
    def handler(event, context):
        return {}
    ```

    ## Good
    Defaults of parameters count, and references within the template are understood.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Seconds: {Type: Number, Default: 10}
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: !Ref Seconds
          Role: !GetAtt OrdersRole.Arn
      OrdersRole:
        Type: AWS::IAM::Role
        Properties:
          ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
    ```
    ```python file="src/app.py"
    def handler(event, context):
        return {}
    ```

    ## When not to fix
    The value differs from stage to stage, as it should. Give its parameter a default that is typical, and rules will
    judge that.

    ## See also
    `lambdalint check --select LAM991` shows how much is not seen in each template. It never fails a run.
    """
    without_code = {id(found.spec): found.name for found in project.deployments if found.handler is None}
    for template in project.templates:
        hidden = list(_hidden(template))
        lost = [spec for spec in template.functions if id(spec) in without_code and _is_python(spec)]
        if hidden or lost:
            parts = [f"{len(hidden)} value{'s' * (len(hidden) > 1)}"] if hidden else []
            parts += [f"the code of {len(lost)} function{'s' * (len(lost) > 1)}"] if lost else []
            named = [f"{name} of {spec.logical_id}" for spec, name, _ in hidden]
            named += [f"the code of {spec.logical_id}" for spec in lost]
            first = (hidden[0][0] if hidden else lost[0]).span
            yield Finding(
                f"{' and '.join(parts)} could not be seen here, and rules say nothing about them: {_listed(named)}",
                first,
                related=tuple(Related(f"{name} of {spec.logical_id}", at) for spec, name, at in hidden[:3]),
            )


def _hidden(template: Template) -> Iterator[tuple[FunctionSpec, str, Span]]:
    """What only a deployment knows of the functions of a template."""
    for spec in template.functions:
        values: dict[str, Value] = {
            "Handler": spec.handler,
            "Runtime": spec.runtime,
            "Timeout": spec.timeout,
            "MemorySize": spec.memory,
            "Role": spec.role,
            "Environment": spec.environment,
            **{f"the source of event {event.name}": event.source for event in spec.events},
        }
        for name, value in values.items():
            own = any(logical_id in template.resources for logical_id in value.names)
            if value.state == "unresolved" and not own:
                yield spec, name, value.span


def _is_python(spec: FunctionSpec) -> bool:
    runtime = spec.runtime.value
    return isinstance(runtime, str) and runtime.startswith("python") and spec.inline_code.absent


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
