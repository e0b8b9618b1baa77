"""What Lambda and SAM do on a function's behalf, and so must be or is allowed without a call in its code.

SAM gives a role that it makes what the function's events, destinations, network and tracing need.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lint_rules.engine.finding import Span
from lint_rules.engine.iam.managed import managed_policy
from lint_rules.engine.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lint_rules.engine.templates.model import FunctionSpec

_POLLED = {
    "SQS": "AWSLambdaSQSQueueExecutionRole",
    "Kinesis": "AWSLambdaKinesisExecutionRole",
    "DynamoDB": "AWSLambdaDynamoDBExecutionRole",
    "MSK": "AWSLambdaMSKExecutionRole",
}
"""Policies that SAM attaches for event sources."""

_POLLING = {
    "SQS": "sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility sqs:GetQueueUrl",
    "Kinesis": "kinesis:",
    "DynamoDB": "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams"
    " dynamodb:ListShards",
    "MSK": "kafka: kafka-cluster: ec2: secretsmanager:GetSecretValue kms:Decrypt",
    "SelfManagedKafka": "ec2: secretsmanager:GetSecretValue kms:Decrypt kafka-cluster:",
    "MQ": "mq: ec2: secretsmanager:GetSecretValue",
    "DocumentDB": "rds:DescribeDBClusters rds:DescribeDBClusterParameters rds:DescribeDBSubnetGroups ec2:"
    " secretsmanager:GetSecretValue",
}
"""What polling needs; a name that ends in a colon is a whole service.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html"""

ALWAYS = (
    *("logs:Create*", "logs:Put*", "logs:Describe*"),
    "xray:",
    "cloudwatch:PutMetricData",
    "ec2:CreateNetworkInterface",
)
"""What may be for the runtime itself: logs, traces, metrics, network."""
_NETWORK = ("ec2:",)
_EXTENSION = ("ssm:", "secretsmanager:", "appconfig:", "kms:", "cloudwatch:", "lambda:", "s3:")

SIDES: dict[str, tuple[str, ...]] = {
    "athena": ("s3:", "glue:", "kms:", "lakeformation:", "lambda:"),
    "rekognition": ("s3:", "iam:PassRole", "kinesis:", "kinesisvideo:", "sns:"),
    "textract": ("s3:", "iam:PassRole", "sns:"),
    "transcribe": ("s3:", "iam:PassRole", "kms:"),
    "comprehend": ("s3:", "iam:PassRole"),
    "translate": ("s3:", "iam:PassRole"),
    "polly": ("s3:", "sns:"),
    "mediaconvert": ("s3:", "iam:PassRole"),
    "rds-data": ("secretsmanager:", "kms:"),
    "redshift-data": ("secretsmanager:", "redshift:", "redshift-serverless:", "kms:", "sqlworkbench:"),
    "bedrock": ("s3:", "lambda:", "aoss:", "kms:", "aws-marketplace:", "bedrock:"),
    "bedrock-agentcore": ("bedrock:", "s3:", "iam:"),
    "s3": ("kms:", "s3-object-lambda:", "s3express:"),
    "sqs": ("kms:",),
    "sns": ("kms:",),
    "dynamodb": ("kms:",),
    "kinesis": ("kms:",),
    "firehose": ("kms:", "kinesis:", "s3:"),
    "secretsmanager": ("kms:", "lambda:"),
    "ssm": ("kms:", "secretsmanager:", "ec2:", "iam:PassRole", "s3:"),
    "lambda": ("kms:", "s3:", "ec2:", "iam:PassRole", "ecr:"),
    "states": ("iam:PassRole", "lambda:", "events:"),
    "cloudformation": ("*",),
    "servicecatalog": ("*",),
    "codebuild": ("iam:PassRole", "s3:"),
    "glue": ("s3:", "iam:PassRole", "kms:"),
    "sagemaker": ("s3:", "iam:PassRole", "ecr:", "kms:"),
    "ecs": ("iam:PassRole", "ecr:"),
    "batch": ("iam:PassRole", "ecs:"),
    "elasticmapreduce": ("iam:PassRole", "s3:", "ec2:"),
    "events": ("iam:PassRole",),
    "scheduler": ("iam:PassRole",),
    "cognito-idp": ("ses:", "sns:", "iam:PassRole", "lambda:"),
    "ses": ("kms:",),
    "ec2": ("iam:PassRole", "kms:", "ssm:"),
    "fsx": ("ec2:", "kms:", "s3:"),
    "backup": ("iam:PassRole", "kms:"),
    "config": ("*",),
    "tag": ("*",),
    "resource-groups": ("tag:",),
    "organizations": ("iam:CreateServiceLinkedRole",),
    "quicksight": ("s3:", "athena:", "ds:"),
    "kendra": ("iam:PassRole", "s3:"),
    "guardduty": ("iam:CreateServiceLinkedRole", "s3:"),
    "route53": ("ec2:DescribeVpcs",),
    "apigateway": ("iam:PassRole", "acm:"),
    "elasticfilesystem": ("ec2:",),
    "iot": ("iam:PassRole",),
    "dms": ("iam:PassRole", "ec2:"),
    "rds": ("kms:", "secretsmanager:", "ec2:", "iam:PassRole"),
    "logs": ("iam:PassRole", "s3:", "kms:", "lambda:", "firehose:", "kinesis:"),
    "cloudfront": ("s3:", "acm:", "wafv2:"),
    "wafv2": ("apigateway:", "elasticloadbalancing:", "appsync:", "cloudfront:"),
    "pipes": ("iam:PassRole",),
    "transfer": ("iam:PassRole", "s3:"),
    "datasync": ("iam:PassRole", "s3:", "ec2:"),
    "appsync": ("iam:PassRole",),
    "connect": ("*",),
}
"""By the service that is called: what it does with the caller's permissions, or what its documentation asks the
caller to have besides; "*" for anything."""


def implied_by(spec: FunctionSpec, by_sam: bool) -> Iterator[tuple[Mapping[str, Any], Span]]:
    """The policies that SAM adds to a role of its own for this function."""
    if not by_sam:
        return
    names = ["AWSLambdaBasicExecutionRole"]
    if not spec.value("VpcConfig").absent:
        names.append("AWSLambdaVPCAccessExecutionRole")
    if not spec.value("Tracing").absent:
        names.append("AWSXRayDaemonWriteAccess")
    if not spec.value("DurableConfig").absent:
        names.append("AWSLambdaBasicDurableExecutionRolePolicy")
    names += [_POLLED[event.kind] for event in spec.events if event.kind in _POLLED]
    for name in names:
        document = managed_policy(name)
        if document is not None:
            yield document, spec.span
    if (
        not spec.dead_letter.absent
        or not spec.on_failure.absent
        or not spec.value("EventInvokeConfig").absent
    ):
        actions = [
            "sqs:SendMessage",
            "sns:Publish",
            "lambda:InvokeFunction",
            "events:PutEvents",
            "s3:PutObject",
        ]
        yield {"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "${}"}]}, spec.span


def explained(spec: FunctionSpec) -> Iterator[str]:
    """Actions, or beginnings of them, that the function's settings need although no code calls them."""
    yield from ALWAYS
    if not spec.value("VpcConfig").absent or not spec.value("FileSystemConfigs").absent:
        yield from (*_NETWORK, "elasticfilesystem:", "s3:", "s3files:")
    for event in spec.events:
        yield from _POLLING.get(event.kind, "").split()
        if event.kind == "EventSourceMapping":
            yield from " ".join(_POLLING.values()).split()
        if not event.settings.value("DestinationConfig").absent:
            yield from ("sqs:SendMessage", "sns:Publish", "s3:", "kafka-cluster:")
    targets = (spec.dead_letter, spec.on_failure, spec.value("EventInvokeConfig"))
    if spec.invoke_config is not None or not all(target.absent for target in targets):
        yield from ("sqs:SendMessage", "sns:Publish", "lambda:InvokeFunction", "events:PutEvents", "s3:")
    if not spec.value("DeadLetterConfig").absent or not spec.value("DeadLetterQueue").absent:
        yield from ("sqs:SendMessage", "sns:Publish")
    if not spec.value("DurableConfig").absent:
        yield "lambda:"
    if not spec.value("KmsKeyArn").absent:
        yield "kms:"
    if not spec.value("Layers").absent and spec.value("Layers").value != []:
        yield from _EXTENSION
