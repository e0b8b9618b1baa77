"""What Python code makes: stacks of the CDK, and calls of boto3. A look at the text tells whether it makes anything."""

from __future__ import annotations

from lint_rules.engine.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_rules.engine.sources.module import Module
    from lint_rules.engine.templates.model import Template

POLICIES = frozenset({"put_role_policy", "create_policy", "create_policy_version"})
"""Methods of boto3 that take a policy."""

NEEDED = {
    "create_function": ("AWS::Lambda::Function", ("FunctionName", "Role", "Code")),
    "create_event_source_mapping": ("AWS::Lambda::EventSourceMapping", ("FunctionName", "EventSourceArn")),
    "add_permission": ("AWS::Lambda::Permission", ("FunctionName", "Principal", "Action", "StatementId")),
    "create_queue": ("AWS::SQS::Queue", ("QueueName",)),
    "subscribe": ("AWS::SNS::Subscription", ("TopicArn", "Protocol")),
    "create_table": ("AWS::DynamoDB::Table", ("TableName", "KeySchema")),
    "create_bucket": ("AWS::S3::Bucket", ("Bucket",)),
    "create_role": ("AWS::IAM::Role", ("RoleName", "AssumeRolePolicyDocument")),
    "put_rule": ("AWS::Events::Rule", ("Name",)),
    "put_targets": ("AWS::Events::Rule", ("Rule", "Targets")),
    "create_schedule": ("AWS::Scheduler::Schedule", ("Name", "ScheduleExpression", "Target")),
    "create_log_group": ("AWS::Logs::LogGroup", ("logGroupName",)),
    "put_metric_alarm": ("AWS::CloudWatch::Alarm", ("AlarmName",)),
    "create_state_machine": ("AWS::StepFunctions::StateMachine", ("name", "definition", "roleArn")),
    "publish_layer_version": ("AWS::Lambda::LayerVersion", ("LayerName", "Content")),
    "put_bucket_notification_configuration": ("AWS::S3::BucketNotification", ("NotificationConfiguration",)),
}
"""By method: the type of what it makes, and the arguments without which it is another service's method."""


def templates_in_module(module: Module) -> list[Template]:
    """The templates in a module."""
    found: list[Template] = []
    if "aws_cdk" in module.text:
        from lint_rules.engine.templates.cdk import stacks_in_module

        found += stacks_in_module(module)
    if makes_resources(module.text) or grants(module.text):
        from lint_rules.engine.templates.boto3_calls import resources_in_module

        found += resources_in_module(module)
    return found


def makes_resources(text: str) -> bool:
    """Whether code may make resources through boto3."""
    return "boto3" in text and any(f"{call}(" in text for call in NEEDED)


def grants(text: str) -> bool:
    """Whether code may hand a policy to AWS."""
    return "PolicyDocument" in text and any(call in text for call in POLICIES)
