"""LAM607."""

from __future__ import annotations

from collections.abc import Iterator

from lint_rules import EventSource, Finding, Fix, FunctionSpec, Related, Safety, Template, rule

_LIMITS = {"Api": 29, "HttpApi": 30}
"""Seconds. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""
_NAMES = {"Api": "A REST API", "HttpApi": "An HTTP API"}


@rule("LAM607", looks_at=Template, severity="warning", since="0.1", fix="unsafe")
def timeout_exceeds_api(template: Template) -> Iterator[Finding]:
    """A function behind an API may take longer than the API waits.

    ## Why it matters
    A REST API waits 29 seconds for its function, where nothing else is set, and an HTTP API never more than 30.
    Then the client gets an error, 504 or 503, and may try again, while the function goes on, is paid for, and finishes
    what the client believes failed. A timeout below the API's ends the work with the answer.

    A function that something else invokes as well may need its time for that, and is left alone.

    ## Bad
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 60  # expect: timeout-exceeds-api
          Events:
            Get:
              Type: Api
              Properties:
                Path: /report
                Method: get
    ```

    ## Fixed
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 29
          Events:
            Get:
              Type: Api
              Properties:
                Path: /report
                Method: get
    ```

    ## Good
    The route itself says how long it waits.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 60
          Events:
            Get:
              Type: Api
              Properties:
                Path: /report
                Method: get
                TimeoutInMillis: 90000
    ```
    A queue gives the same function its long work.
    ```yaml file="template.yaml"
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Report:
        Type: AWS::Serverless::Function
        Properties:
          Handler: app.handler
          Runtime: python3.13
          CodeUri: src/
          Timeout: 300
          Events:
            Get:
              Type: HttpApi
            Nightly:
              Type: SQS
              Properties:
                Queue: !ImportValue reports
    ```

    ## When not to fix
    The function is also invoked from outside the template, or the limit of the account is raised where the template
    does not show it.

    ## See also
    AWS: "Quotas for configuring and running a REST API in API Gateway" and "Quotas for HTTP APIs".
    """
    if "imeoutInMillis" in template.text or "AsyncInvo" in template.text:
        return  # Who sets it knows of it, and may do so for routes that are written elsewhere.
    for function in template.functions:
        seconds = function.seconds
        if (
            seconds is None
            or not function.events
            or any(event.kind not in _LIMITS for event in function.events)
        ):
            continue
        event = min(function.events, key=lambda event: _LIMITS[event.kind])
        limit = _LIMITS[event.kind]
        if seconds > limit:
            own = "Timeout" in function.own_properties.entries
            yield Finding(
                f"{_NAMES[event.kind]} waits {limit} seconds for {function.logical_id}, which may take {seconds:g}: "
                "the client gets an error while it still runs",
                function.timeout.span if own else function.span,
                _lowered(template, function, limit),
                (_told(event),),
            )


def _lowered(template: Template, function: FunctionSpec, limit: int) -> Fix | None:
    edit = template.edit_replacing(function.timeout, str(limit))
    return Fix(f"End after {limit} seconds", (edit,), Safety.UNSAFE) if edit else None


def _told(event: EventSource) -> Related:
    return Related(f"{event.name} lets the API invoke it", event.span)
