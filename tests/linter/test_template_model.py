"""What rules may ask of a template beside its functions: queues, tables, roles, routes and the rest."""

from __future__ import annotations

import textwrap

import pytest

from lint_rules import (
    Alarm,
    Api,
    Bucket,
    Layer,
    LogGroup,
    Permission,
    Queue,
    Role,
    Route,
    Schedule,
    StateMachine,
    Subscription,
    Table,
    Template,
    Topic,
)
from lint_rules.engine.sources.document import Document
from lint_rules.engine.templates.reading import read_template


def template(body: str) -> Template:
    text = textwrap.dedent(body)
    found = read_template(Document("template.yaml", text), text, 0, "template.yaml")
    assert found is not None
    assert found.error is None, found.error
    return found


def resource(kind: str, properties: str = "{}") -> Template:
    return template(f"Resources:\n  It:\n    Type: AWS::{kind}\n    Properties: {properties}\n")


def test_a_queue_tells_its_times_and_where_failures_go() -> None:
    found = template("""
        Resources:
          Work:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 180
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 5}
          Failed:
            Type: AWS::SQS::Queue
    """)
    work, failed = found.all(Queue)
    assert (work.visibility_timeout.value, work.max_receive_count.value) == (180, 5)
    assert found.named(Queue, work.dead_letter) == failed
    assert failed.visibility_timeout.absent
    assert failed.dead_letter.absent
    span = work.visibility_timeout.span
    assert found.text[span.start : span.end] == "180"


def test_a_redrive_policy_that_a_condition_chooses_is_unresolved() -> None:
    found = resource("SQS::Queue", "{RedrivePolicy: !If [Live, {maxReceiveCount: 3}, !Ref AWS::NoValue]}")
    (queue,) = found.all(Queue)
    assert queue.dead_letter.state == "unresolved"


def test_a_subscription_belongs_to_its_topic_wherever_it_is_written() -> None:
    found = template("""
        Resources:
          News:
            Type: AWS::SNS::Topic
            Properties:
              Subscription: [{Protocol: sqs, Endpoint: a}]
          More:
            Type: AWS::SNS::Subscription
            Properties: {TopicArn: !Ref News, Protocol: lambda, Endpoint: b, RawMessageDelivery: true}
    """)
    assert [topic.logical_id for topic in found.all(Topic)] == ["News"]
    assert {(s.topic, s.endpoint.value, s.raw.value) for s in found.all(Subscription)} == {
        ("News", "a", None),
        ("News", "b", True),
    }


def test_the_keys_of_a_table_are_told_for_both_of_its_forms() -> None:
    schema = "[{AttributeName: sk, KeyType: RANGE}, {AttributeName: pk, KeyType: HASH}]"
    (table,) = resource("DynamoDB::Table", f"{{KeySchema: {schema}, BillingMode: PAY_PER_REQUEST}}").all(
        Table
    )
    assert (table.partition_key.value, table.sort_key.value) == ("pk", "sk")
    assert table.stream.absent
    (simple,) = resource("Serverless::SimpleTable", "{PrimaryKey: {Name: id, Type: String}}").all(Table)
    assert (simple.partition_key.value, simple.sort_key.state) == ("id", "absent")


def test_a_bucket_and_a_layer_and_a_log_group() -> None:
    (bucket,) = resource("S3::Bucket", "{VersioningConfiguration: {Status: Enabled}}").all(Bucket)
    assert (bucket.versioning.value, bucket.encryption.state) == ("Enabled", "absent")
    (layer,) = resource(
        "Serverless::LayerVersion", "{ContentUri: layer/, CompatibleRuntimes: [python3.13]}"
    ).all(Layer)
    assert layer.content.value == "layer/"
    assert [value.value for value in layer.runtimes.value] == ["python3.13"]
    (group,) = resource("Logs::LogGroup", "{RetentionInDays: 14}").all(LogGroup)
    assert group.retention.value == 14


def test_an_alarm_tells_its_metric() -> None:
    text = "{MetricName: Errors, Namespace: AWS/Lambda, Dimensions: [{Name: FunctionName, Value: f}], Period: 60}"
    (alarm,) = resource("CloudWatch::Alarm", text).all(Alarm)
    assert (alarm.metric.value, alarm.period.value) == ("Errors", 60)
    assert alarm.dimensions["FunctionName"].value == "f"
    assert alarm.actions == ()


def test_a_state_machine_holds_its_definition_or_names_the_file() -> None:
    (inside,) = resource("Serverless::StateMachine", "{Definition: {StartAt: A}, Type: EXPRESS}").all(
        StateMachine
    )
    assert inside.definition.value["StartAt"].value == "A"
    assert inside.type.value == "EXPRESS"
    (outside,) = resource("Serverless::StateMachine", "{DefinitionUri: flow.asl.json}").all(StateMachine)
    assert outside.definition.absent
    assert outside.file.value == "flow.asl.json"


@pytest.mark.parametrize(
    ("way", "kind"), [("rate(5 minutes)", "rule"), ("at(2026-12-01T00:00:00)", "scheduler")]
)
def test_schedules_stand_alone_or_in_a_function(way: str, kind: str) -> None:
    event = "Schedule" if kind == "rule" else "ScheduleV2"
    name = "Schedule" if kind == "rule" else "ScheduleExpression"
    found = template(f"""
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events: {{E: {{Type: {event}, Properties: {{{name}: {way}}}}}}}
          Alone:
            Type: AWS::Events::Rule
            Properties: {{ScheduleExpression: rate(1 day), Targets: [{{Arn: !GetAtt F.Arn}}]}}
    """)
    inside, alone = found.all(Schedule)
    assert (inside.expression.value, inside.functions, inside.kind) == (way, ("F",), kind)
    assert (alone.expression.value, alone.functions, alone.kind) == ("rate(1 day)", ("F",), "rule")


def test_a_permission_names_the_functions_it_opens() -> None:
    found = template("""
        Resources:
          F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
          P:
            Type: AWS::Lambda::Permission
            Properties: {FunctionName: !GetAtt F.Arn, Principal: s3.amazonaws.com, Action: lambda:InvokeFunction}
    """)
    (permission,) = found.all(Permission)
    assert permission.functions == ("F",)
    assert (permission.principal.value, permission.source_arn.state) == ("s3.amazonaws.com", "absent")


def test_a_role_gathers_the_policies_that_name_it_and_who_has_it() -> None:
    found = template("""
        Resources:
          F: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Role: !GetAtt R.Arn}}
          R:
            Type: AWS::IAM::Role
            Properties:
              ManagedPolicyArns: [arn:aws:iam::aws:policy/X, !Ref Kept]
              AssumeRolePolicyDocument:
                Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
              Policies:
                - PolicyDocument: {Statement: [{Effect: Allow, Action: s3:GetObject, Resource: a}]}
          P:
            Type: AWS::IAM::Policy
            Properties:
              Roles: [!Ref R]
              PolicyDocument: {Statement: [{Effect: Allow, Action: s3:PutObject, Resource: a}]}
          Kept:
            Type: AWS::IAM::ManagedPolicy
            Properties:
              PolicyDocument: {Statement: [{Effect: Allow, Action: sqs:SendMessage, Resource: a}]}
          Other:
            Type: AWS::IAM::Policy
            Properties:
              Roles: [else]
              PolicyDocument: {Statement: [{Effect: Allow, Action: s3:DeleteObject, Resource: a}]}
    """)
    (role,) = found.all(Role)
    actions = [action.value for part in role.statements for action in part.actions]
    assert actions == ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]
    assert role.functions == ("F",)
    assert role.trust[0].principal.value["Service"].value == "lambda.amazonaws.com"
    assert not role.implied
    assert [value.value for value in role.managed] == ["arn:aws:iam::aws:policy/X", None]


def test_sam_implies_a_role_for_a_function_without_one() -> None:
    found = template("""
        Globals: {Function: {Policies: [AWSXrayWriteOnlyAccess]}}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Handler: a.b
              Policies:
                - SQSPollerPolicy: {QueueName: q}
                - Statement: {Effect: Allow, Action: s3:GetObject, Resource: a}
    """)
    (role,) = found.all(Role)
    assert role.implied
    assert role.functions == ("F",)
    assert [value.value for value in role.managed] == ["AWSXrayWriteOnlyAccess"]
    assert [name for name, _ in role.policy_templates] == ["SQSPollerPolicy"]
    assert [part.actions[0].value for part in role.statements] == ["s3:GetObject"]


def test_routes_of_every_kind_of_api_read_alike() -> None:
    found = template("""
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                Get: {Type: HttpApi, Properties: {Path: /orders, Method: get, ApiId: !Ref Web}}
                All: {Type: HttpApi}
          Web: {Type: AWS::Serverless::HttpApi}
          G: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}
          Two: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}
          Join: {Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationUri: !GetAtt G.Arn}}
          Put:
            Type: AWS::ApiGatewayV2::Route
            Properties: {ApiId: !Ref Two, RouteKey: PUT /a, Target: !Sub "integrations/${Join}"}
          One: {Type: AWS::ApiGateway::RestApi}
          A: {Type: AWS::ApiGateway::Resource, Properties: {ParentId: !GetAtt One.RootResourceId, PathPart: a}}
          B: {Type: AWS::ApiGateway::Resource, Properties: {ParentId: !Ref A, PathPart: "{id}"}}
          Delete:
            Type: AWS::ApiGateway::Method
            Properties:
              RestApiId: !Ref One
              ResourceId: !Ref B
              HttpMethod: DELETE
              Integration:
                Uri: !Sub arn:aws:apigateway:x:lambda:path/2015-03-31/functions/${G.Arn}/invocations
    """)
    routes = {(r.method.value, r.path.value, r.function, r.api) for r in found.all(Route)}
    assert routes == {
        ("GET", "/orders", "F", "Web"),
        ("ANY", "/$default", "F", ""),
        ("PUT", "/a", "G", "Two"),
        ("DELETE", "/a/{id}", "G", "One"),
    }
    assert {(api.logical_id, api.kind) for api in found.all(Api)} == {
        ("Web", "http"),
        ("Two", "http"),
        ("One", "rest"),
    }


def test_a_function_url_is_an_api() -> None:
    (api,) = resource("Serverless::Function", "{FunctionUrlConfig: {AuthType: NONE}}").all(Api)
    assert (api.kind, api.auth.value) == ("url", "NONE")


def test_globals_reach_apis_too() -> None:
    found = template("""
        Globals: {HttpApi: {Auth: {DefaultAuthorizer: Tokens}}}
        Resources: {Web: {Type: AWS::Serverless::HttpApi}}
    """)
    (api,) = found.all(Api)
    assert api.auth.value == "Tokens"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("!GetAtt Q.Arn", "SQS"),
        ("arn:aws:kinesis:eu-west-1:123456789012:stream/s", "Kinesis"),
        ("!GetAtt T.StreamArn", "DynamoDB"),
        ("!Ref Parameter", "EventSourceMapping"),
    ],
)
def test_a_mapping_tells_what_it_reads(source: str, kind: str) -> None:
    found = template(f"""
        Resources:
          F: {{Type: AWS::Lambda::Function, Properties: {{Handler: a.b}}}}
          Q: {{Type: AWS::SQS::Queue}}
          T: {{Type: AWS::DynamoDB::Table}}
          M:
            Type: AWS::Lambda::EventSourceMapping
            Properties: {{FunctionName: !Ref F, EventSourceArn: {source}, BatchSize: 25}}
    """)
    (event,) = found.functions[0].events
    assert event.kind == kind
    assert event.settings.value("BatchSize").value == 25
