"""LAM851."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import Finding, Fix, FunctionSpec, LogGroup, Safety, Template, rule


@rule("LAM851", looks_at=Template, severity="warning", since="0.1", fix="unsafe", profile="strict")
def log_retention_unset(template: Template) -> Iterator[Finding]:
    """The logs of a function are kept for ever.

    ## Why it matters
    Lambda makes a log group at the first invocation, and that keeps everything for good. The bill for storage only
    grows, and what is personal in the logs stays longer than anybody may keep it. A log group in the template, with
    a number of days, ends both; it also goes away with the stack.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Pay:  # expect: log-retention-unset
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
      PayLogs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub "/aws/lambda/${Pay}", RetentionInDays: 30}}
      Pay:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
    ```

    ## Good
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Pay:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          LoggingConfig:
            LogGroup: !Ref Logs
      Logs:
        Type: AWS::Logs::LogGroup
        Properties:
          RetentionInDays: 14
    ```

    ## When not to fix
    Something outside the template sets the retention of all log groups of the account.

    ## See also
    AWS: "Log retention" in the Amazon CloudWatch Logs User Guide.
    """
    groups = template.all(LogGroup)
    for function in template.functions:
        chosen = function.value("LoggingConfig", "LogGroup")
        if chosen.known or (chosen.state == "unresolved" and not template.named(LogGroup, chosen)):
            continue  # A group that others made.
        group = template.named(LogGroup, chosen) or next((g for g in groups if _is_of(g, function)), None)
        if group is None:
            if not _has_open_names(groups):
                yield Finding(_message(function), function.span, _group(template, function))
        elif group.retention.absent:
            edit = group.resource.edit_adding(("RetentionInDays",), "30")
            fix = Fix("Keep logs for 30 days", (edit,), Safety.UNSAFE) if edit else None
            yield Finding(_message(function), group.resource.span, fix)


def _is_of(group: LogGroup, function: FunctionSpec) -> bool:
    if function.logical_id in group.name.names:
        return True
    called = function.value("FunctionName")
    own, name = called.value or called.text, group.name.value or group.name.text
    return isinstance(own, str) and isinstance(name, str) and name.rpartition("/")[2] == own


def _has_open_names(groups: tuple[LogGroup, ...]) -> bool:
    """Whether some group could be that of any function."""
    return any(
        group.name.state == "unresolved" and not group.name.names and not group.name.text for group in groups
    )


def _message(function: FunctionSpec) -> str:
    return f"The logs of {function.logical_id} are kept for ever; give it a log group with RetentionInDays"


def _group(template: Template, function: FunctionSpec) -> Fix | None:
    name = f'!Sub "/aws/lambda/${{{function.logical_id}}}"'
    value = f"{{Type: AWS::Logs::LogGroup, Properties: {{LogGroupName: {name}, RetentionInDays: 30}}}}"
    edit = template.edit_beside(function.resource, f"{function.logical_id}Logs", value)
    return Fix("Keep logs for 30 days", (edit,), Safety.UNSAFE) if edit else None
