"""What SAM's own translator makes of a template is what we read from the template itself.

A check of development: it runs where `aws-sam-translator` is installed. More templates to compare can be named
in LAMBDALINT_ORACLE, a folder.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lint_rules import Project, Template, Value

pytest.importorskip("samtranslator", reason="the oracle, aws-sam-translator, is not installed")

HERE = Path(__file__).parent
MORE = os.environ.get("LAMBDALINT_ORACLE", "")
BROAD = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Seconds: {Type: Number, Default: 12}
Globals:
  Function:
    Runtime: python3.13
    Timeout: !Ref Seconds
    Environment: {Variables: {A: common, B: common}}
    Layers: [arn:aws:lambda:eu-west-1:123456789012:layer:one:1]
Resources:
  Everything:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      MemorySize: 512
      Tracing: Active
      Environment: {Variables: {B: own}}
      Layers: [arn:aws:lambda:eu-west-1:123456789012:layer:two:2]
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Failed.Arn}
      Policies:
        - AWSXrayWriteOnlyAccess
        - Statement: {Effect: Allow, Action: s3:GetObject, Resource: arn:aws:s3:::x/*}
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Failed.Arn, BatchSize: 3}}
        Stream:
          Type: Kinesis
          Properties:
            Stream: arn:aws:kinesis:eu-west-1:123456789012:stream/s
            StartingPosition: LATEST
        Night: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Rule: {Type: EventBridgeRule, Properties: {Pattern: {source: [a]}}}
        News: {Type: SNS, Properties: {Topic: !Ref Topic}}
        Photos: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: "s3:ObjectCreated:*"}}
  Plain:
    Type: AWS::Serverless::Function
    IgnoreGlobals: [Timeout]
    Properties: {CodeUri: src, Handler: app.other, Runtime: python3.12}
  Failed: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
  Bucket: {Type: AWS::S3::Bucket}
"""


class _Policies:
    def load(self) -> dict[str, str]:
        return {"AWSXrayWriteOnlyAccess": "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"}


def translated(text: str, monkeypatch: pytest.MonkeyPatch) -> Template | None:
    """The template after SAM's translator, read as CloudFormation; None where it refuses."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse

    document = yaml_parse(text)
    for resource in document["Resources"].values():
        properties = resource.get("Properties") or {}
        for name in ("CodeUri", "ContentUri", "DefinitionUri"):
            if name in properties:
                properties[name] = "s3://bucket/key"
        if resource.get("Type") == "AWS::Serverless::Function" and "InlineCode" not in properties:
            properties.setdefault("CodeUri", "s3://bucket/key")
    try:
        made = transform(document, {}, _Policies())
    except (InvalidDocumentException, AttributeError, KeyError, TypeError, ValueError):
        return None
    return _read(json.dumps(made, default=str), "made.json")


def _read(text: str, name: str) -> Template | None:
    found = Project.of({name: text}).templates
    return found[0] if len(found) == 1 else None


def plain(value: Value) -> Any:
    if not value.known:
        return None if value.absent else "unresolved"
    if isinstance(value.value, dict):
        return {key: plain(item) for key, item in value.value.items()}
    return [plain(item) for item in value.value] if isinstance(value.value, list) else str(value.value)


def facts(template: Template) -> dict[str, Any]:
    found = {}
    for spec in template.functions:
        polled = [event for event in spec.events if event.how == "poll"]
        found[spec.logical_id] = {
            "settings": [plain(v) for v in (spec.handler, spec.runtime, spec.timeout, spec.memory)],
            "environment": plain(spec.environment),
            "layers": plain(spec.value("Layers")),
            "dead_letter": spec.dead_letter.state,
            "polled": len(polled),
            "batches": Counter(str(plain(event.settings.value("BatchSize"))) for event in polled),
        }
    return found


@pytest.mark.parametrize("text", [BROAD, (HERE / "same_app" / "template.yaml").read_text(encoding="utf-8")])
def test_what_sam_makes_is_what_we_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, ours = translated(text, monkeypatch), _read(text, "template.yaml")
    assert theirs is not None
    assert ours is not None
    assert facts(ours) == facts(theirs)


def test_the_statements_and_asynchronous_events_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs, ours = translated(BROAD, monkeypatch), _read(BROAD, "template.yaml")
    assert theirs is not None
    assert ours is not None
    for template in (ours, theirs):
        said = {plain(action) for part in template.statements for action in part.actions}
        # The translator also lets the function send to its dead-letter queue.
        assert said - {"sqs:SendMessage"} == {"s3:GetObject"}
        kinds = Counter(event.kind for event in template.functions[0].events if event.how == "async")
        assert kinds == Counter(["Schedule", "EventBridgeRule", "SNS", "S3"])


def test_a_different_reading_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = translated(BROAD, monkeypatch)
    ours = _read(BROAD.replace("IgnoreGlobals: [Timeout]", "IgnoreGlobals: [MemorySize]"), "template.yaml")
    assert theirs is not None
    assert ours is not None
    assert facts(ours) != facts(theirs)


@pytest.mark.skipif(not MORE, reason="LAMBDALINT_ORACLE names no folder of templates")
def test_the_templates_of_a_folder_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    compared, differing = 0, {}
    for path in sorted(Path(MORE).rglob("*.y*ml")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "AWS::Serverless-2016-10-31" not in text or "Fn::Transform" in text or "ApplicationId" in text:
            continue
        ours = _read(text, "template.yaml")
        try:
            theirs = translated(text, monkeypatch)
        except Exception:  # It raises whatever YAML and its own models do.
            continue
        if ours is None or theirs is None or ours.error is not None:
            continue
        compared += 1
        one, other = facts(ours), facts(theirs)
        if one != other:
            differing[str(path)] = {
                k: (one.get(k), other.get(k)) for k in {*one, *other} if one.get(k) != other.get(k)
            }
    assert compared
    assert differing == {}, f"{len(differing)} of {compared}"
