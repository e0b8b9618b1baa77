"""LAM640: how bad it is to lose an event depends on what sends it."""

from __future__ import annotations

import pytest

from lint_rules import Config, Project, Severity, lint

SAM = """Transform: AWS::Serverless-2016-10-31
Resources:
  Sweep:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: src/
      Events:
"""
OFTEN = "        Often: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}\n"
RESOURCE = """Resources:
  Sweep:
    Type: AWS::Lambda::Function
    Properties: {Handler: app.handler, Runtime: python3.13, Code: src/}
  Timer:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: %s
      Targets: [{Id: sweep, Arn: !GetAtt Sweep.Arn}]
"""
PERMISSION = """  May:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Sweep
      Principal: events.amazonaws.com
      SourceArn: %s
  Other:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [shop]}}
"""


def severities(text: str) -> list[Severity | None]:
    project = Project.of({"template.yaml": text})
    return [finding.severity for finding in lint(project, Config(select=("LAM640",)))]


@pytest.mark.parametrize(
    "text",
    [
        SAM + OFTEN,
        SAM + "        Often: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}\n",
        RESOURCE % "rate(15 minutes)",
        RESOURCE % "rate(15 minutes)" + PERMISSION % "!GetAtt Timer.Arn",
    ],
)
def test_a_schedule_that_comes_again_within_minutes_is_advice(text: str) -> None:
    assert severities(text) == [Severity.ADVICE]


@pytest.mark.parametrize(
    "text",
    [
        SAM + "        Night: {Type: Schedule, Properties: {Schedule: rate(1 day)}}\n",
        SAM + "        Hourly: {Type: Schedule, Properties: {Schedule: rate(60 minutes)}}\n",
        SAM + "        Any: {Type: Schedule, Properties: {Schedule: !Ref Often}}\n",
        SAM + OFTEN + "        Word: {Type: SNS, Properties: {Topic: !Ref Topic}}\n",
        RESOURCE % "rate(6 hours)",
        RESOURCE % "rate(15 minutes)" + PERMISSION % "!GetAtt Other.Arn",
        RESOURCE % "cron(0 3 * * ? *)",
    ],
)
def test_an_event_that_does_not_come_again_soon_is_a_warning(text: str) -> None:
    assert severities(text) == [Severity.WARNING]
