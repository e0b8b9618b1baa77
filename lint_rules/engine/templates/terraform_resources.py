"""Terraform's resources and arguments under CloudFormation's names: tables, and nothing that decides.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

RESOURCES: dict[str, tuple[str, str]] = {
    "aws_lambda_function": (
        "AWS::Lambda::Function",
        """
        function_name FunctionName; handler Handler; runtime Runtime; timeout Timeout; memory_size MemorySize
        role Role; filename Code; s3_bucket Code.S3Bucket; image_uri Code.ImageUri; package_type PackageType
        environment.variables Environment.Variables; dead_letter_config.target_arn DeadLetterConfig.TargetArn
        tracing_config.mode TracingConfig.Mode; vpc_config.subnet_ids VpcConfig.SubnetIds
        vpc_config.security_group_ids VpcConfig.SecurityGroupIds; layers Layers; architectures Architectures
        reserved_concurrent_executions ReservedConcurrentExecutions; ephemeral_storage.size EphemeralStorage.Size
        kms_key_arn KmsKeyArn; snap_start.apply_on SnapStart.ApplyOn; description Description; tags Tags
        logging_config.log_format LoggingConfig.LogFormat; logging_config.log_group LoggingConfig.LogGroup
        code_signing_config_arn CodeSigningConfigArn
        """,
    ),
    "aws_lambda_event_source_mapping": (
        "AWS::Lambda::EventSourceMapping",
        """
        event_source_arn EventSourceArn; function_name FunctionName; batch_size BatchSize; enabled Enabled
        maximum_batching_window_in_seconds MaximumBatchingWindowInSeconds
        function_response_types FunctionResponseTypes; starting_position StartingPosition
        bisect_batch_on_function_error BisectBatchOnFunctionError; maximum_retry_attempts MaximumRetryAttempts
        maximum_record_age_in_seconds MaximumRecordAgeInSeconds; parallelization_factor ParallelizationFactor
        tumbling_window_in_seconds TumblingWindowInSeconds; topics Topics; queues Queues
        destination_config.on_failure.destination_arn DestinationConfig.OnFailure.Destination
        scaling_config.maximum_concurrency ScalingConfig.MaximumConcurrency
        filter_criteria.filter FilterCriteria.Filters; self_managed_event_source SelfManagedEventSource
        """,
    ),
    "aws_lambda_permission": (
        "AWS::Lambda::Permission",
        """
        action Action; function_name FunctionName; principal Principal; source_arn SourceArn
        source_account SourceAccount; principal_org_id PrincipalOrgID; function_url_auth_type FunctionUrlAuthType
        """,
    ),
    "aws_lambda_function_event_invoke_config": (
        "AWS::Lambda::EventInvokeConfig",
        """
        function_name FunctionName; maximum_retry_attempts MaximumRetryAttempts
        maximum_event_age_in_seconds MaximumEventAgeInSeconds
        destination_config.on_failure.destination DestinationConfig.OnFailure.Destination
        destination_config.on_success.destination DestinationConfig.OnSuccess.Destination
        """,
    ),
    "aws_lambda_function_url": (
        "AWS::Lambda::Url",
        "function_name TargetFunctionArn; authorization_type AuthType; cors Cors; invoke_mode InvokeMode",
    ),
    "aws_lambda_alias": ("AWS::Lambda::Alias", "name Name; function_name FunctionName"),
    "aws_lambda_layer_version": (
        "AWS::Lambda::LayerVersion",
        """
        layer_name LayerName; filename Content; compatible_runtimes CompatibleRuntimes
        compatible_architectures CompatibleArchitectures
        """,
    ),
    "aws_iam_role": (
        "AWS::IAM::Role",
        """
        name RoleName; assume_role_policy AssumeRolePolicyDocument; managed_policy_arns ManagedPolicyArns
        permissions_boundary PermissionsBoundary; inline_policy Policies
        """,
    ),
    "aws_iam_role_policy": ("AWS::IAM::Policy", "name PolicyName; role Roles; policy PolicyDocument"),
    "aws_iam_policy": ("AWS::IAM::ManagedPolicy", "name ManagedPolicyName; policy PolicyDocument"),
    "aws_sqs_queue": (
        "AWS::SQS::Queue",
        """
        name QueueName; fifo_queue FifoQueue; visibility_timeout_seconds VisibilityTimeout
        message_retention_seconds MessageRetentionPeriod; redrive_policy RedrivePolicy; delay_seconds DelaySeconds
        kms_master_key_id KmsMasterKeyId; content_based_deduplication ContentBasedDeduplication
        sqs_managed_sse_enabled SqsManagedSseEnabled; receive_wait_time_seconds ReceiveMessageWaitTimeSeconds
        """,
    ),
    "aws_sqs_queue_policy": ("AWS::SQS::QueuePolicy", "queue_url Queues; policy PolicyDocument"),
    "aws_sns_topic": (
        "AWS::SNS::Topic",
        "name TopicName; fifo_topic FifoTopic; kms_master_key_id KmsMasterKeyId",
    ),
    "aws_sns_topic_policy": ("AWS::SNS::TopicPolicy", "arn Topics; policy PolicyDocument"),
    "aws_sns_topic_subscription": (
        "AWS::SNS::Subscription",
        """
        topic_arn TopicArn; protocol Protocol; endpoint Endpoint; filter_policy FilterPolicy
        raw_message_delivery RawMessageDelivery; redrive_policy RedrivePolicy
        """,
    ),
    "aws_dynamodb_table": (
        "AWS::DynamoDB::Table",
        """
        name TableName; billing_mode BillingMode; stream_view_type StreamSpecification.StreamViewType
        ttl.attribute_name TimeToLiveSpecification.AttributeName
        point_in_time_recovery.enabled PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled
        server_side_encryption.enabled SSESpecification.SSEEnabled
        server_side_encryption.kms_key_arn SSESpecification.KMSMasterKeyId
        deletion_protection_enabled DeletionProtectionEnabled
        """,
    ),
    "aws_kinesis_stream": ("AWS::Kinesis::Stream", "name Name; shard_count ShardCount"),
    "aws_s3_bucket": (
        "AWS::S3::Bucket",
        """
        bucket BucketName; versioning VersioningConfiguration
        server_side_encryption_configuration.rule BucketEncryption.ServerSideEncryptionConfiguration
        """,
    ),
    "aws_s3_bucket_policy": ("AWS::S3::BucketPolicy", "bucket Bucket; policy PolicyDocument"),
    "aws_cloudwatch_log_group": (
        "AWS::Logs::LogGroup",
        "name LogGroupName; retention_in_days RetentionInDays; kms_key_id KmsKeyId",
    ),
    "aws_cloudwatch_log_subscription_filter": (
        "AWS::Logs::SubscriptionFilter",
        "destination_arn DestinationArn; log_group_name LogGroupName; filter_pattern FilterPattern",
    ),
    "aws_cloudwatch_metric_alarm": (
        "AWS::CloudWatch::Alarm",
        """
        alarm_name AlarmName; namespace Namespace; metric_name MetricName; dimensions Dimensions
        statistic Statistic; extended_statistic ExtendedStatistic; threshold Threshold; period Period
        comparison_operator ComparisonOperator; evaluation_periods EvaluationPeriods
        treat_missing_data TreatMissingData; alarm_actions AlarmActions
        """,
    ),
    "aws_cloudwatch_event_rule": (
        "AWS::Events::Rule",
        """
        name Name; schedule_expression ScheduleExpression; event_pattern EventPattern; state State
        event_bus_name EventBusName
        """,
    ),
    "aws_scheduler_schedule": (
        "AWS::Scheduler::Schedule",
        """
        name Name; schedule_expression ScheduleExpression; state State; target.arn Target.Arn
        schedule_expression_timezone ScheduleExpressionTimezone; target.role_arn Target.RoleArn
        target.dead_letter_config.arn Target.DeadLetterConfig.Arn; target.retry_policy Target.RetryPolicy
        """,
    ),
    "aws_sfn_state_machine": (
        "AWS::StepFunctions::StateMachine",
        """
        name StateMachineName; definition Definition; role_arn RoleArn; type StateMachineType
        logging_configuration LoggingConfiguration; tracing_configuration.enabled TracingConfiguration.Enabled
        """,
    ),
    "aws_apigatewayv2_api": (
        "AWS::ApiGatewayV2::Api",
        "name Name; protocol_type ProtocolType; cors_configuration CorsConfiguration; target Target",
    ),
    "aws_apigatewayv2_route": (
        "AWS::ApiGatewayV2::Route",
        """
        api_id ApiId; route_key RouteKey; target Target; authorization_type AuthorizationType
        authorizer_id AuthorizerId
        """,
    ),
    "aws_apigatewayv2_integration": (
        "AWS::ApiGatewayV2::Integration",
        "api_id ApiId; integration_uri IntegrationUri; payload_format_version PayloadFormatVersion",
    ),
    "aws_api_gateway_rest_api": ("AWS::ApiGateway::RestApi", "name Name; body Body"),
    "aws_api_gateway_resource": (
        "AWS::ApiGateway::Resource",
        "rest_api_id RestApiId; parent_id ParentId; path_part PathPart",
    ),
    "aws_api_gateway_method": (
        "AWS::ApiGateway::Method",
        """
        rest_api_id RestApiId; resource_id ResourceId; http_method HttpMethod; authorization AuthorizationType
        authorizer_id AuthorizerId
        """,
    ),
    "aws_secretsmanager_secret": ("AWS::SecretsManager::Secret", "name Name; kms_key_id KmsKeyId"),
    "aws_ssm_parameter": ("AWS::SSM::Parameter", "name Name; type Type; value Value"),
}
"""By type: CloudFormation's type, and pairs of an argument and a property. Dots lead into blocks and maps."""


def pairs(table: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The pairs of a table as paths."""
    found = []
    for line in table.replace(";", "\n").splitlines():
        if line.strip():
            old, new = line.split()
            found.append((tuple(old.split(".")), tuple(new.split("."))))
    return found
