"""Constructs of the AWS CDK for Python under CloudFormation's names: tables, and nothing that decides.

https://docs.aws.amazon.com/cdk/api/v2/python/
"""

from __future__ import annotations

CONSTRUCTS: dict[str, tuple[str, str]] = {
    "aws_lambda.Function": (
        "AWS::Lambda::Function",
        """
        function_name FunctionName; runtime Runtime; handler Handler; timeout Timeout; memory_size MemorySize
        role Role; code Code; environment Environment.Variables; dead_letter_queue DeadLetterConfig.TargetArn
        dead_letter_topic DeadLetterConfig.TargetArn; tracing TracingConfig.Mode; layers Layers
        architecture Architectures; reserved_concurrent_executions ReservedConcurrentExecutions
        ephemeral_storage_size EphemeralStorage.Size; snap_start SnapStart.ApplyOn; description Description
        vpc VpcConfig.SubnetIds; environment_encryption KmsKeyArn; log_group LoggingConfig.LogGroup
        dead_letter_queue_enabled DeadLetterConfig.Enabled
        """,
    ),
    "aws_lambda.LayerVersion": (
        "AWS::Lambda::LayerVersion",
        """
        layer_version_name LayerName; code Content; compatible_runtimes CompatibleRuntimes
        compatible_architectures CompatibleArchitectures
        """,
    ),
    "aws_lambda.EventSourceMapping": (
        "AWS::Lambda::EventSourceMapping",
        """
        target FunctionName; event_source_arn EventSourceArn; batch_size BatchSize; enabled Enabled
        max_batching_window MaximumBatchingWindowInSeconds; starting_position StartingPosition
        bisect_batch_on_error BisectBatchOnFunctionError; retry_attempts MaximumRetryAttempts
        parallelization_factor ParallelizationFactor; max_concurrency ScalingConfig.MaximumConcurrency
        """,
    ),
    "aws_lambda.Alias": ("AWS::Lambda::Alias", "alias_name Name; version FunctionName"),
    "aws_sqs.Queue": (
        "AWS::SQS::Queue",
        """
        queue_name QueueName; fifo FifoQueue; visibility_timeout VisibilityTimeout
        retention_period MessageRetentionPeriod; dead_letter_queue RedrivePolicy; delivery_delay DelaySeconds
        encryption_master_key KmsMasterKeyId; content_based_deduplication ContentBasedDeduplication
        receive_message_wait_time ReceiveMessageWaitTimeSeconds
        """,
    ),
    "aws_sns.Topic": ("AWS::SNS::Topic", "topic_name TopicName; fifo FifoTopic; master_key KmsMasterKeyId"),
    "aws_dynamodb.Table": (
        "AWS::DynamoDB::Table",
        """
        table_name TableName; billing_mode BillingMode; stream StreamSpecification.StreamViewType
        time_to_live_attribute TimeToLiveSpecification.AttributeName
        point_in_time_recovery PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled
        encryption_key SSESpecification.KMSMasterKeyId; deletion_protection DeletionProtectionEnabled
        """,
    ),
    "aws_kinesis.Stream": ("AWS::Kinesis::Stream", "stream_name Name; shard_count ShardCount"),
    "aws_s3.Bucket": (
        "AWS::S3::Bucket",
        """
        bucket_name BucketName; versioned VersioningConfiguration.Status
        block_public_access PublicAccessBlockConfiguration
        encryption BucketEncryption.ServerSideEncryptionConfiguration
        """,
    ),
    "aws_logs.LogGroup": (
        "AWS::Logs::LogGroup",
        "log_group_name LogGroupName; retention RetentionInDays; encryption_key KmsKeyId",
    ),
    "aws_events.Rule": (
        "AWS::Events::Rule",
        """
        rule_name Name; schedule ScheduleExpression; event_pattern EventPattern; enabled State
        event_bus EventBusName; targets Targets
        """,
    ),
    "aws_iam.Role": (
        "AWS::IAM::Role",
        """
        role_name RoleName; assumed_by AssumeRolePolicyDocument; managed_policies ManagedPolicyArns
        permissions_boundary PermissionsBoundary; inline_policies Policies
        """,
    ),
    "aws_iam.Policy": ("AWS::IAM::Policy", "statements PolicyDocument; document PolicyDocument; roles Roles"),
    "aws_iam.ManagedPolicy": (
        "AWS::IAM::ManagedPolicy",
        "statements PolicyDocument; document PolicyDocument; roles Roles",
    ),
    "aws_cloudwatch.CfnAlarm": ("AWS::CloudWatch::Alarm", "alarm_name AlarmName"),
    "aws_stepfunctions.StateMachine": (
        "AWS::StepFunctions::StateMachine",
        "state_machine_name StateMachineName; role RoleArn; tracing_enabled TracingConfiguration.Enabled",
    ),
}
"""By the construct's name below `aws_cdk`: CloudFormation's type, and pairs of an argument and a property."""

SAME = {
    "aws_lambda_python_alpha.PythonFunction": "aws_lambda.Function",
    "aws_lambda_python.PythonFunction": "aws_lambda.Function",
    "aws_lambda.SingletonFunction": "aws_lambda.Function",
    "aws_dynamodb.TableV2": "aws_dynamodb.Table",
}
"""Constructs with the arguments of another one."""

WORDS = {
    "aws_lambda.Tracing.ACTIVE": "Active",
    "aws_lambda.Tracing.PASS_THROUGH": "PassThrough",
    "aws_lambda.Tracing.DISABLED": "PassThrough",
    "aws_lambda.Architecture.ARM_64": "arm64",
    "aws_lambda.Architecture.X86_64": "x86_64",
    "aws_iam.Effect.ALLOW": "Allow",
    "aws_iam.Effect.DENY": "Deny",
    "aws_s3.EventType.OBJECT_CREATED": "s3:ObjectCreated:*",
    "aws_s3.EventType.OBJECT_CREATED_PUT": "s3:ObjectCreated:Put",
    "aws_s3.EventType.OBJECT_REMOVED": "s3:ObjectRemoved:*",
}
"""Constants by name."""

DAYS = {
    "ONE_DAY": 1,
    "THREE_DAYS": 3,
    "FIVE_DAYS": 5,
    "ONE_WEEK": 7,
    "TWO_WEEKS": 14,
    "ONE_MONTH": 30,
    "TWO_MONTHS": 60,
    "THREE_MONTHS": 90,
    "FOUR_MONTHS": 120,
    "FIVE_MONTHS": 150,
    "SIX_MONTHS": 180,
    "ONE_YEAR": 365,
    "THIRTEEN_MONTHS": 400,
    "EIGHTEEN_MONTHS": 545,
    "TWO_YEARS": 731,
    "FIVE_YEARS": 1827,
    "TEN_YEARS": 3653,
}
"""aws_logs.RetentionDays."""

_READ_ITEMS = "BatchGetItem Query GetItem Scan ConditionCheckItem DescribeTable GetRecords GetShardIterator"
_WRITE_ITEMS = "BatchWriteItem PutItem UpdateItem DeleteItem DescribeTable"
GRANTS: dict[str, tuple[str, str]] = {
    "AWS::DynamoDB::Table grant_read_data": ("dynamodb", _READ_ITEMS),
    "AWS::DynamoDB::Table grant_write_data": ("dynamodb", _WRITE_ITEMS),
    "AWS::DynamoDB::Table grant_read_write_data": ("dynamodb", f"{_READ_ITEMS} {_WRITE_ITEMS}"),
    "AWS::SQS::Queue grant_send_messages": ("sqs", "SendMessage GetQueueAttributes GetQueueUrl"),
    "AWS::SQS::Queue grant_consume_messages": (
        "sqs",
        "ReceiveMessage ChangeMessageVisibility GetQueueUrl DeleteMessage GetQueueAttributes",
    ),
    "AWS::SNS::Topic grant_publish": ("sns", "Publish"),
    "AWS::Lambda::Function grant_invoke": ("lambda", "InvokeFunction"),
    "AWS::S3::Bucket grant_read": ("s3", "GetObject GetBucketLocation ListBucket"),
    "AWS::S3::Bucket grant_put": ("s3", "PutObject AbortMultipartUpload"),
    "AWS::S3::Bucket grant_write": ("s3", "PutObject DeleteObject AbortMultipartUpload"),
    "AWS::S3::Bucket grant_delete": ("s3", "DeleteObject"),
    "AWS::S3::Bucket grant_read_write": (
        "s3",
        "GetObject GetBucketLocation ListBucket PutObject DeleteObject AbortMultipartUpload",
    ),
    "AWS::StepFunctions::StateMachine grant_start_execution": ("states", "StartExecution"),
}
"""Type and method: the service and the actions, wildcards of CDK written out as the calls of an application."""
