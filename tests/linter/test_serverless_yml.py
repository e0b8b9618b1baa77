"""serverless.yml: the provider merged into functions, variables filled in, events in SAM's words, one role."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from lint_rules import LogGroup, Project, Queue, Role, Route, Template, Value

HEAD = """
    service: shop
    provider:
      name: aws
      runtime: python3.13
"""


def template(text: str, **others: str) -> Template:
    files = {name.replace("__", "."): textwrap.dedent(other) for name, other in others.items()}
    (found,) = Project.of({"serverless.yml": textwrap.dedent(text), **files}).templates_of("serverless.yml")
    assert found.kind == "serverless"
    return found


def plain(value: Value) -> Any:
    if not value.known:
        return value.state
    if isinstance(value.value, dict):
        return {key: plain(item) for key, item in value.value.items()}
    return [plain(item) for item in value.value] if isinstance(value.value, list) else value.value


def test_a_function_inherits_from_the_provider_and_from_the_framework() -> None:
    found = template("""
        service: shop
        provider:
          name: aws
          runtime: python3.13
          memorySize: 512
          environment: {A: common, B: common}
        functions:
          order:
            handler: src/app.handler
            timeout: 20
            environment: {B: own}
          other: {handler: app.other}
    """)
    order, other = found.functions
    assert (order.handler.value, order.runtime.value) == ("src/app.handler", "python3.13")
    assert (order.timeout.value, order.memory.value) == (20, 512)
    assert plain(order.environment) == {"A": "common", "B": "own"}
    assert other.timeout.value == 6
    assert found.text[order.memory.span.start : order.memory.span.end] == "512"
    assert other.value("FunctionName").value == "shop-dev-other"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${self:custom.name}", "orders"),
        ("x-${self:provider.stage}-y", "x-test-y"),
        ("${opt:stage, 'live'}", "live"),
        ("${opt:stage, self:provider.stage}", "test"),
        ("${opt:stage}", "unresolved"),
        ("${self:custom.by.${self:provider.stage}}", 12),
        ("${self:custom.missing, 7}", 7),
        ("${self:custom.missing}", "unresolved"),
        ("${self:custom.list}", ["a", "orders"]),
        ("${self:custom.loop}", "unresolved"),
        ("${sls:stage}", "test"),
        ("${aws:region}", "eu-west-1"),
        ("${env:NAME}", "unresolved"),
        ("${env:NAME, 'fallback'}", "unresolved"),
        ("a-${ssm:/path}", "unresolved"),
        ("${file(more.yml):deep.name}", "from-file"),
        ("${file(./more.yml):deep.stage}", "test"),
        ("${file(gone.yml):x}", "unresolved"),
        ("${file(code.js):x}", "unresolved"),
        ("${AWS::Region}", "${AWS::Region}"),
    ],
)
def test_a_variable_comes_to(written: str, value: object) -> None:
    found = template(
        f"""
        service: shop
        custom:
          name: orders
          loop: ${{self:custom.loop}}
          by: {{test: 12}}
          list: [a, "${{self:custom.name}}"]
        provider: {{name: aws, stage: test, region: eu-west-1}}
        functions:
          f: {{handler: app.f, environment: {{V: "{written}"}}}}
        """,
        more__yml="deep: {name: from-file, stage: '${self:provider.stage}'}",
    )
    assert plain(found.functions[0].environment.value["V"]) == value


def test_variables_that_multiply_end() -> None:
    lines = "".join(
        f"\n  v{n}: ['${{self:custom.v{n - 1}}}', '${{self:custom.v{n - 1}}}']" for n in range(1, 40)
    )
    text = (
        textwrap.dedent(HEAD)
        + f"custom:\n  v0: x{lines}\nfunctions:\n  f: {{handler: '${{self:custom.v39}}'}}\n"
    )
    assert template(text).functions[0].handler.state in ("known", "unresolved")


EVENTS = [
    ("sqs: !GetAtt Q.Arn", "SQS", "poll", {}),
    (
        "sqs: {arn: !GetAtt Q.Arn, batchSize: 5, functionResponseType: ReportBatchItemFailures}",
        "SQS",
        "poll",
        {"BatchSize": 5, "FunctionResponseTypes": ["ReportBatchItemFailures"]},
    ),
    ("stream: !GetAtt T.StreamArn", "DynamoDB", "poll", {}),
    (
        "stream: {type: kinesis, arn: 'arn:aws:kinesis:r:1:stream/s', startingPosition: LATEST, batchWindow: 2}",
        "Kinesis",
        "poll",
        {"StartingPosition": "LATEST", "MaximumBatchingWindowInSeconds": 2},
    ),
    ("s3: photos", "S3", "async", {"Bucket": "photos"}),
    (
        "s3: {bucket: photos, event: 's3:ObjectRemoved:*', rules: [{prefix: in/}]}",
        "S3",
        "async",
        {
            "Bucket": "photos",
            "Events": "s3:ObjectRemoved:*",
            "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}},
        },
    ),
    ("sns: {arn: !Ref Topic, topicName: t}", "SNS", "async", {}),
    ("schedule: rate(5 minutes)", "Schedule", "async", {"Schedule": "rate(5 minutes)"}),
    (
        "schedule: {rate: [cron(0 1 * * ? *)], enabled: false}",
        "Schedule",
        "async",
        {"Schedule": "cron(0 1 * * ? *)", "Enabled": False},
    ),
    (
        "schedule: {method: scheduler, rate: rate(1 hour), timezone: Europe/Berlin}",
        "ScheduleV2",
        "async",
        {"ScheduleExpression": "rate(1 hour)", "ScheduleExpressionTimezone": "Europe/Berlin"},
    ),
    ("eventBridge: {pattern: {source: [a]}}", "EventBridgeRule", "async", {"Pattern": {"source": ["a"]}}),
    ("eventBridge: {schedule: rate(1 day)}", "Schedule", "async", {"Schedule": "rate(1 day)"}),
    ("http: GET orders", "Api", "sync", {"Method": "GET", "Path": "orders"}),
    ("httpApi: {method: post, path: /orders}", "HttpApi", "sync", {"Method": "post", "Path": "/orders"}),
    ("httpApi: '*'", "HttpApi", "sync", {}),
    ("iot: {sql: 'SELECT *'}", "IoTRule", "async", {}),
    ("somethingNew: {a: 1}", "somethingNew", "unknown", {}),
]


@pytest.mark.parametrize(("event", "kind", "how", "settings"), EVENTS)
def test_an_event_takes_sams_form(event: str, kind: str, how: str, settings: dict[str, object]) -> None:
    text = textwrap.dedent(HEAD) + f"functions:\n  f:\n    handler: a.b\n    events:\n      - {event}\n"
    (found,) = template(text).functions[0].events
    assert (found.kind, found.how) == (kind, how)
    assert {name: plain(found.settings.value(name)) for name in settings} == settings


def test_a_queue_of_the_resources_is_what_the_event_reads() -> None:
    found = template(
        textwrap.dedent(HEAD)
        + textwrap.dedent("""
        functions:
          f: {handler: a.b, events: [{sqs: !GetAtt Work.Arn}]}
        resources:
          - Resources:
              Work: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 90}}
          - Resources:
              Rule:
                Type: AWS::Events::Rule
                Properties: {Targets: [{Arn: !GetAtt FLambdaFunction.Arn}]}
    """)
    )
    polled, ruled = found.functions[0].events
    assert polled.source_id == "Work"
    queue = found.named(Queue, polled.source)
    assert queue is not None
    assert queue.visibility_timeout.value == 90
    assert ruled.kind == "EventBridgeRule"


@pytest.mark.parametrize(
    "way",
    [
        "iam: {role: {statements: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]}}",
        "iamRoleStatements: [{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]",
    ],
)
def test_all_functions_share_one_role(way: str) -> None:
    text = textwrap.dedent(HEAD) + f"  {way}\nfunctions:\n  f: {{handler: a.b}}\n  g: {{handler: a.c}}\n"
    found = template(text)
    (role,) = found.all(Role)
    assert role.functions == ("f", "g")
    assert [part.actions[0].value for part in role.statements] == ["s3:GetObject"]


def test_a_function_may_have_a_role_or_statements_of_its_own() -> None:
    found = template(
        textwrap.dedent(HEAD)
        + textwrap.dedent("""
        functions:
          f: {handler: a.b, role: arn:aws:iam::1:role/x}
          g:
            handler: a.c
            iamRoleStatements: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: '*'}]
    """)
    )
    roles = {role.logical_id: role for role in found.all(Role)}
    assert roles["g"].functions == ("g",)
    assert roles["g"].statements[0].actions[0].value == "sqs:SendMessage"
    assert roles["IamRoleLambdaExecution"].functions == ()


def test_failures_and_logs_and_routes() -> None:
    found = template(
        textwrap.dedent(HEAD)
        + textwrap.dedent("""
          logRetentionInDays: 14
        functions:
          f:
            handler: a.b
            onError: !Ref Topic
            destinations: {onFailure: arn:aws:sqs:r:1:q}
            events: [{http: {path: orders, method: get}}]
          quiet: {handler: a.b, disableLogs: true}
    """)
    )
    spec = found.functions[0]
    assert spec.dead_letter.state == "unresolved"
    assert spec.on_failure.value["Destination"].value == "arn:aws:sqs:r:1:q"
    (group,) = found.all(LogGroup)
    assert (group.name.value, group.retention.value) == ("/aws/lambda/shop-dev-f", 14)
    (route,) = found.all(Route)
    assert (route.method.value, route.path.value, route.function) == ("GET", "/orders", "f")


def test_the_handler_of_a_service_is_found(findings: Any) -> None:
    yaml = textwrap.dedent(HEAD) + "functions:\n  f: {handler: src/code.run}\n"
    code = "import boto3\n\ndef run(a, b):\n    s3 = boto3.client('s3')\n    return s3.list_buckets()\n"
    files = {"api/serverless.yml": yaml, "api/src/code.py": code}
    assert findings(files, "client-init-in-handler") == [("client-init-in-handler", 4)]


@pytest.mark.parametrize(
    "text",
    [
        "service: s\nprovider: {name: google}\nfunctions: {f: {handler: a}}\n",
        "service: s\nprovider: {name: aws}\n",
        "functions: [a]\nservice: x\nprovider: y\n",
        "provider: aws\nservice: [\nfunctions:\n",
    ],
)
def test_what_is_no_service_on_aws_is_no_template(text: str) -> None:
    assert Project.of({"serverless.yml": text}).templates == []
