"""An order service: AWS CDK."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs


class Shop(Stack):
    def __init__(self, scope, name):
        super().__init__(scope, name)
        failed = sqs.Queue(self, "Failed", retention_period=Duration.days(14))
        work = sqs.Queue(
            self,
            "Work",
            visibility_timeout=Duration.minutes(3),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=3, queue=failed),
        )
        news = sns.Topic(self, "News")
        table = dynamodb.Table(
            self,
            "Table",
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
        )
        s3.Bucket(self, "Uploads", versioned=True)
        logs.LogGroup(self, "Logs", retention=logs.RetentionDays.TWO_WEEKS)
        role = iam.Role(self, "OrdersRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=["dynamodb:PutItem"], resources=[table.table_arn]))
        orders = lambda_.Function(
            self,
            "Orders",
            code=lambda_.Code.from_asset("src"),
            handler="app.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            memory_size=256,
            timeout=Duration.seconds(30),
            role=role,
            environment={"STAGE": "test", "TABLE": table.table_name},
            dead_letter_queue=failed,
        )
        orders.add_event_source(sources.SqsEventSource(work, batch_size=5, report_batch_item_failures=True))
        news.add_subscription(subscriptions.LambdaSubscription(orders))
