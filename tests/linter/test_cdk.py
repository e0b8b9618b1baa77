"""Stacks of the CDK for Python: constructs with their arguments, and the methods that join them."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from lint_rules import (
    Bucket,
    LogGroup,
    Permission,
    Project,
    Queue,
    Role,
    Schedule,
    Subscription,
    Table,
    Template,
)

HEAD = """\
from aws_cdk import Duration, Size, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as _lambda
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as s3n
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subs
from aws_cdk import aws_sqs as sqs


class Shop(Stack):
    def __init__(self, scope, id, **kwargs):
        super().__init__(scope, id, **kwargs)
"""


def template(body: str) -> Template:
    text = HEAD + textwrap.indent(textwrap.dedent(body), "        ")
    project = Project.of({"shop/stack.py": text})
    (found,) = project.templates
    assert project.crashes == []
    assert found.kind == "cdk"
    return found


FUNCTION = """
    fn = _lambda.Function(
        self, "Orders",
        runtime=_lambda.Runtime.PYTHON_3_13,
        handler="app.handler",
        code=_lambda.Code.from_asset("lambda"),
        timeout=Duration.minutes(2),
        memory_size=512,
        architecture=_lambda.Architecture.ARM_64,
        tracing=_lambda.Tracing.ACTIVE,
        ephemeral_storage_size=Size.gibibytes(1),
        environment={"A": "b", "C": compute()},
    )
"""


def test_a_function_is_read_with_its_places() -> None:
    found = template(FUNCTION)
    (spec,) = found.functions
    assert (spec.logical_id, spec.handler.value, spec.runtime.value) == (
        "Orders",
        "app.handler",
        "python3.13",
    )
    assert (spec.timeout.value, spec.memory.value, spec.code_uri.value) == (120, 512, "lambda")
    assert spec.value("TracingConfig", "Mode").value == "Active"
    assert [value.value for value in spec.value("Architectures").value] == ["arm64"]
    assert spec.value("EphemeralStorage", "Size").value == 1024
    assert (spec.environment.value["A"].value, spec.environment.value["C"].state) == ("b", "unresolved")
    assert found.text[spec.span.start : spec.span.end] == '"Orders"'
    assert found.text[spec.timeout.span.start : spec.timeout.span.end] == "Duration.minutes(2)"
    assert spec.dead_letter.absent


@pytest.mark.parametrize(
    "more", ["fn.node.default_child.add_property_override('X', 1)", "Aspects.of(self).add(Something())"]
)
def test_code_that_reaches_behind_constructs_leaves_the_rest_open(more: str) -> None:
    (spec,) = template(FUNCTION + f"    {more}\n").functions
    assert spec.dead_letter.state == "unresolved"


def test_arguments_in_a_mapping_leave_the_rest_open() -> None:
    (spec,) = template('_lambda.Function(self, "F", handler="a.b", **common)').functions
    assert spec.timeout.state == "unresolved"
    assert spec.handler.value == "a.b"


JOINS: list[tuple[str, str, str]] = [
    ('fn.add_event_source(sources.SqsEventSource(queue, batch_size=5))', "SQS", "poll"),
    ('fn.add_event_source(sources.DynamoEventSource(table))', "DynamoDB", "poll"),
    ('fn.add_event_source(sources.SnsEventSource(topic))', "SNS", "async"),
    ('source = sources.S3EventSource(bucket, events=[])\nfn.add_event_source(source)', "S3", "async"),
    ('topic.add_subscription(subs.LambdaSubscription(fn))', "SNS", "async"),
    ('bucket.add_event_notification(s3.EventType.OBJECT_CREATED, s3n.LambdaDestination(fn))', "S3", "async"),
    ('events.Rule(self, "R", targets=[targets.LambdaFunction(fn)])', "EventBridgeRule", "async"),
    ('rule = events.Rule(self, "R", schedule=events.Schedule.rate(Duration.hours(1)))\n'
     'rule.add_target(targets.LambdaFunction(fn))', "Schedule", "async"),
]  # fmt: skip
THINGS = """
    queue = sqs.Queue(self, "Queue")
    table = dynamodb.Table(self, "Table", partition_key=dynamodb.Attribute(name="pk", type=T))
    topic = sns.Topic(self, "Topic")
    bucket = s3.Bucket(self, "Bucket", versioned=True)
"""


@pytest.mark.parametrize(("join", "kind", "how"), JOINS)
def test_what_invokes_a_function_is_found(join: str, kind: str, how: str) -> None:
    found = template(FUNCTION + THINGS + textwrap.indent(join, "    "))
    assert [(event.kind, event.how) for event in found.functions[0].events] == [(kind, how)]


def test_a_queue_for_failures_is_followed() -> None:
    found = template("""
        self.failed = sqs.Queue(self, "Failed", retention_period=Duration.days(14))
        queue = sqs.Queue(
            self, "Work",
            visibility_timeout=Duration.seconds(90),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=3, queue=self.failed),
        )
        _lambda.Function(self, "F", dead_letter_queue=self.failed, on_failure=dest)
    """)
    failed, work = found.all(Queue)
    assert (work.visibility_timeout.value, work.max_receive_count.value) == (90, 3)
    assert found.named(Queue, work.dead_letter) == failed
    assert failed.retention.value == 14 * 86400
    (spec,) = found.functions
    assert found.named(Queue, spec.dead_letter) == failed
    assert spec.on_failure.state == "known"


def test_grants_and_statements_reach_the_role_of_a_function() -> None:
    found = template(
        FUNCTION
        + THINGS
        + """
    table.grant_read_data(fn)
    queue.grant_something_new(fn)
    fn.add_to_role_policy(iam.PolicyStatement(actions=["s3:PutObject"], resources=["*"]))
"""
    )
    (role,) = found.all(Role)
    assert role.functions == ("Orders",)
    actions = {action.value for part in role.statements for action in part.actions if action.known}
    assert {"dynamodb:GetItem", "s3:PutObject"} <= actions
    assert any(not action.known for part in role.statements for action in part.actions)


def test_a_role_of_its_own() -> None:
    found = template("""
        role = iam.Role(
            self, "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("service-role/X")],
            inline_policies={"p": iam.PolicyDocument(statements=[
                iam.PolicyStatement(effect=iam.Effect.ALLOW, actions=["sqs:*"], resources=["*"])])},
        )
        role.add_to_policy(iam.PolicyStatement(actions=["sns:Publish"], resources=["*"]))
        _lambda.Function(self, "F", role=role)
    """)
    (role,) = found.all(Role)
    assert role.trust[0].principal.value["Service"].value == "lambda.amazonaws.com"
    assert [part.actions[0].value for part in role.statements] == ["sqs:*", "sns:Publish"]
    assert [value.value for value in role.managed] == ["arn:aws:iam::aws:policy/service-role/X"]
    assert role.functions == ("F",)


def test_the_other_things() -> None:
    found = template(
        FUNCTION
        + THINGS
        + """
    fn.add_permission("p", principal=iam.ServicePrincipal("s3.amazonaws.com"))
    fn.add_environment("LATER", "x")
    logs.LogGroup(self, "Logs", retention=logs.RetentionDays.TWO_WEEKS)
    topic.add_subscription(subs.SqsSubscription(queue))
    events.Rule(self, "R", schedule=events.Schedule.rate(Duration.minutes(5)), targets=[targets.LambdaFunction(fn)])
"""
    )
    assert found.all(Table)[0].partition_key.value == "pk"
    assert found.all(Bucket)[0].versioning.value == "Enabled"
    assert found.all(LogGroup)[0].retention.value == 14
    assert found.all(Permission)[0].functions == ("Orders",)
    assert found.functions[0].environment.value["LATER"].value == "x"
    assert [(sub.protocol.value, sub.topic) for sub in found.all(Subscription)] == [("sqs", "Topic")]
    (schedule,) = found.all(Schedule)
    assert (schedule.expression.value, schedule.functions) == ("rate(5 minutes)", ("Orders",))


def test_a_name_bound_twice_stands_for_nothing() -> None:
    found = template("""
        q = sqs.Queue(self, "A")
        q = sqs.Queue(self, "B")
        _lambda.Function(self, "F", dead_letter_queue=q)
    """)
    assert found.functions[0].dead_letter.names == ()


def test_a_statement_that_allows_everything_is_found_where_it_is_written(findings: Any) -> None:
    body = (
        FUNCTION + '    fn.add_to_role_policy(iam.PolicyStatement(actions=["*"], resources=["*"]))  # here\n'
    )
    text = HEAD + textwrap.indent(textwrap.dedent(body), "        ")
    row = next(number for number, line in enumerate(text.splitlines(), 1) if "# here" in line)
    assert findings({"stack.py": text}, "action-star") == [("action-star", row)]
    assert findings({"stack.py": text.replace("# here", "# noqa: LAM701")}, "action-star") == []


def test_what_a_grant_gives_is_nobodys_wildcard(findings: Any) -> None:
    text = HEAD + textwrap.indent(
        textwrap.dedent(FUNCTION + THINGS + "    bucket.grant_read_write(fn)\n"), "        "
    )
    assert findings({"stack.py": text}, "action-star") == []
    assert findings({"stack.py": text}, "resource-star") == []


def test_the_handler_of_a_stack_is_found_from_where_the_application_starts(findings: Any) -> None:
    text = HEAD + textwrap.indent(textwrap.dedent(FUNCTION), "        ").replace("app.handler", "code.run")
    code = "import boto3\n\ndef run(a, b):\n    s3 = boto3.client('s3')\n    return s3.list_buckets()\n"
    files = {"cdk/shop/stack.py": text, "cdk/lambda/code.py": code, "other/code.py": code}
    found = findings(files, "client-init-in-handler", paths=True)
    assert found == [("client-init-in-handler", 4, "cdk/lambda/code.py")]


def test_a_module_that_builds_no_stack_is_no_template() -> None:
    assert Project.of({"a.py": "import aws_cdk\nprint(aws_cdk)\n"}).templates == []
