"""What a template comes to: what is one, functions with Globals merged, and the events that invoke them."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules.engine.sources.document import Document
from lint_rules.engine.sources.node import Map
from lint_rules.engine.templates.intrinsics import Scope
from lint_rules.engine.templates.model import FunctionSpec, Template
from lint_rules.engine.templates.reading import read_template


def template(text: str, name: str = "template.yaml") -> Template:
    text = textwrap.dedent(text)
    found = read_template(Document(name, text), text, 0, name)
    assert found is not None
    assert found.error is None, found.error
    return found


def function(globals_: str, own: str) -> FunctionSpec:
    head = "Transform: AWS::Serverless-2016-10-31\n"
    common = (
        "Globals:\n  Function:\n" + textwrap.indent(textwrap.dedent(globals_), "    ") + "\n"
        if globals_
        else ""
    )
    body = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    return template(head + common + body + textwrap.indent(textwrap.dedent(own), "      ")).functions[0]


def test_a_function_inherits_from_globals() -> None:
    spec = function("Runtime: python3.13\nTimeout: 30\nMemorySize: 512", "Handler: app.handler\nTimeout: 5")
    assert (spec.runtime.value, spec.timeout.value, spec.memory.value) == ("python3.13", 5, 512)
    text = spec.template.text
    assert text[spec.timeout.span.start : spec.timeout.span.end] == "5"
    assert text[spec.memory.span.start : spec.memory.span.end] == "512"


def test_maps_of_globals_are_merged_key_by_key() -> None:
    spec = function(
        "Environment: {Variables: {A: common, B: common}}", "Environment: {Variables: {B: own, C: own}}"
    )
    values = {name: value.value for name, value in spec.environment.value.items()}
    assert values == {"A": "common", "B": "own", "C": "own"}


def test_lists_of_globals_come_first() -> None:
    spec = function("Layers: [one]", "Layers: [two]")
    layers = Scope(Map({}, spec.span)).value(spec.properties.get("Layers"), spec.span)
    assert [item.value for item in layers.value] == ["one", "two"]


def test_an_intrinsic_in_a_function_replaces_what_globals_say() -> None:
    own = "DeadLetterQueue: !Ref AWS::NoValue"
    assert function("DeadLetterQueue: {Type: SQS, TargetArn: x}", own).dead_letter.absent


def test_a_function_may_ignore_globals() -> None:
    text = """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {Timeout: 30, MemorySize: 512}}
        Resources:
          All: {Type: AWS::Serverless::Function, IgnoreGlobals: "*", Properties: {Handler: a.b}}
          One: {Type: AWS::Serverless::Function, IgnoreGlobals: [Timeout], Properties: {Handler: a.b}}
    """
    every, one = template(text).functions
    assert every.timeout.absent
    assert every.memory.absent
    assert one.timeout.absent
    assert one.memory.value == 512


def test_globals_do_not_reach_plain_cloudformation_functions() -> None:
    text = """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {Timeout: 30}}
        Resources:
          F: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}
    """
    assert template(text).functions[0].timeout.absent


def test_a_macro_leaves_what_it_may_add_unresolved() -> None:
    spec = function("", "Handler: app.handler\nFn::Transform: {Name: AWS::Include}")
    assert spec.handler.value == "app.handler"
    assert spec.timeout.state == "unresolved"


def test_a_value_that_a_parameter_may_switch_on_is_not_absent() -> None:
    text = """
        Transform: AWS::Serverless-2016-10-31
        Parameters: {Queue: {Type: String, Default: ""}}
        Conditions: {HasQueue: !Not [!Equals [!Ref Queue, ""]]}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              DeadLetterQueue: !If [HasQueue, {Type: SQS, TargetArn: !Ref Queue}, !Ref AWS::NoValue]
    """
    assert template(text).functions[0].dead_letter.state == "unresolved"


def test_a_function_stands_on_its_logical_id_and_code_is_code_uri_or_inline() -> None:
    text = template(
        """
        Resources:
          Inline:
            Type: AWS::Lambda::Function
            Properties: {Handler: index.handler, Code: {ZipFile: "def handler(e, c): ..."}}
        """
    )
    spec = text.functions[0]
    assert text.text[spec.span.start : spec.span.end] == "Inline"
    assert spec.inline_code.value == "def handler(e, c): ..."
    assert spec.code_uri.absent


def events(text: str) -> dict[str, list[tuple[str, str]]]:
    return {
        spec.logical_id: [(event.kind, event.how) for event in spec.events]
        for spec in template(text).functions
    }


def test_sam_events_say_how_they_invoke() -> None:
    text = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                A: {Type: S3, Properties: {Bucket: !Ref B, Events: x}}
                B: {Type: SNS, Properties: {Topic: !Ref T}}
                C: {Type: SNS, Properties: {Topic: !Ref T, SqsSubscription: true}}
                D: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}
                E: {Type: HttpApi}
                F: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
                G: {Type: Kinesis, Properties: {Stream: x, StartingPosition: LATEST}}
    """
    assert events(text)["F"] == [
        ("S3", "async"),
        ("SNS", "async"),
        ("SNS", "poll"),
        ("SQS", "poll"),
        ("HttpApi", "sync"),
        ("ScheduleV2", "async"),
        ("Kinesis", "poll"),
    ]


def test_a_queue_for_undelivered_events_is_told_apart() -> None:
    text = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                A: {Type: EventBridgeRule, Properties: {DeadLetterConfig: {Type: SQS}}}
                B: {Type: EventBridgeRule, Properties: {Pattern: {}}}
    """
    spec = template(text).functions[0]
    assert [event.undelivered.absent for event in spec.events] == [False, True]
    assert spec.dead_letter.absent


RULE = "{EventPattern: {}, Targets: [{Id: a, Arn: %s}]}"
PERMISSION = "{FunctionName: !Ref F, Principal: %s.amazonaws.com, SourceArn: !GetAtt B.Arn}"


@pytest.mark.parametrize(
    ("kind", "properties", "expected"),
    [
        ("Events::Rule", "{ScheduleExpression: x, Targets: [{Id: a, Arn: !GetAtt F.Arn}]}", "Schedule"),
        ("Events::Rule", RULE % "!GetAtt F.Arn", "EventBridgeRule"),
        ("Events::Rule", RULE % "!Ref Live", "EventBridgeRule"),
        ("Events::Rule", RULE % "!GetAtt Other.Arn", None),
        ("Scheduler::Schedule", "{Target: {Arn: !GetAtt F.Arn}}", "ScheduleV2"),
        ("SNS::Subscription", "{Protocol: lambda, Endpoint: !GetAtt F.Arn}", "SNS"),
        ("SNS::Subscription", "{Protocol: sqs, Endpoint: !GetAtt F.Arn}", None),
        ("SNS::Topic", "{Subscription: [{Protocol: lambda, Endpoint: !GetAtt F.Arn}]}", "SNS"),
        ("Logs::SubscriptionFilter", "{DestinationArn: !GetAtt F.Arn}", "CloudWatchLogs"),
        (
            "S3::Bucket",
            "{NotificationConfiguration: {LambdaConfigurations: [{Function: !GetAtt F.Arn}]}}",
            "S3",
        ),
        (
            "IoT::TopicRule",
            "{TopicRulePayload: {Actions: [{Lambda: {FunctionArn: !GetAtt F.Arn}}]}}",
            "IoTRule",
        ),
        ("Lambda::EventSourceMapping", "{FunctionName: !Ref F}", "EventSourceMapping"),
        ("Lambda::EventSourceMapping", "{FunctionName: named}", "EventSourceMapping"),
        ("Lambda::EventSourceMapping", "{FunctionName: other}", None),
        ("Lambda::Permission", PERMISSION % "s3", "S3"),
        ("Lambda::Permission", PERMISSION % "apigateway", None),
        ("Lambda::Permission", "{FunctionName: !Ref F, Principal: s3.amazonaws.com}", None),
    ],
)
def test_resources_of_cloudformation_invoke_functions(
    kind: str, properties: str, expected: str | None
) -> None:
    found = events(
        f"""
        Resources:
          F: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: named}}}}
          Live: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref F, Name: live}}}}
          B: {{Type: AWS::S3::Bucket}}
          X: {{Type: AWS::{kind}, Properties: {properties}}}
        """
    )["F"]
    assert [kind for kind, _ in found] == ([expected] if expected else [])


def test_policies_of_globals_belong_to_each_function() -> None:
    spec = function("Policies: [A]", "Policies: [{S3ReadPolicy: {BucketName: b}}]")
    assert [(owner, name) for owner, name, _ in spec.template.policy_templates] == [("F", "S3ReadPolicy")]


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  app: {image: x}\n",
        "resources:\n  Resources:\n    T: {Type: AWS::SNS::Topic}\n",
        '{"kind": "List", "Resources": ["AWS::S3::Bucket"]}',
        "Resources:\n  {{ x }}\n",
        "",
        '{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Principal": "*"}]}',
    ],
)
def test_other_files_are_no_templates(text: str) -> None:
    assert read_template(Document("a.yaml", text), text, 0, "a.yaml") is None


def test_a_policy_document_alone_in_a_file_is_read() -> None:
    found = template(
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}', "p.json"
    )
    assert found.kind == "policy"
    assert len(found.statements) == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"A":1,"Resources":{"F":{"Type":"AWS::Lambda::Function"}}}',
        "{Resources: {F: {Type: AWS::Lambda::Function}}}",
        "'Resources' : {F: {Type: AWS::Lambda::Function}}",
        "# note\nOther: 1\nResources:\n  F: {Type: 'AWS::Lambda::Function'}",
        "---\nOther: 1\n---\nResources:\n  F: {Type: 'AWS::Lambda::Function'}",
    ],
)
def test_a_template_is_found_however_it_is_written(text: str) -> None:
    assert [spec.logical_id for spec in template(text, "anything.yml").functions] == ["F"]


def test_a_broken_template_says_so_and_has_nothing() -> None:
    text = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n\tProperties: {}\n"
    found = read_template(Document("t.yaml", text), text, 0, "t.yaml")
    assert found is not None
    assert found.error is not None
    assert text[found.error.span.start] == "\t"
    assert found.functions == ()


def test_a_template_inside_a_document_has_spans_of_the_document() -> None:
    head = "%%writefile template.yaml\n"
    part = "Resources:\n  F: {Type: AWS::Lambda::Function, Properties: {Timeout: 7}}\n"
    document = Document("lab.ipynb", head + part)
    found = read_template(document, part, len(head), "template.yaml")
    assert found is not None
    span = found.functions[0].timeout.span
    assert document.text[span.start : span.end] == "7"
