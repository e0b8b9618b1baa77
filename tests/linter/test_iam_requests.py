"""From a call to what IAM is asked: actions, resources and condition keys, service by service."""

from __future__ import annotations

import pytest

from lint_rules import Place, authorizations

R, A = "eu-west-1", "111122223333"
PLACE = Place(R, A)
TOPIC = f"arn:aws:sns:{R}:{A}:t"
QUEUE = f"arn:aws:sqs:{R}:{A}:q"
TABLE = f"arn:aws:dynamodb:{R}:{A}:table"
LOGS = f"arn:aws:logs:{R}:{A}:log-group"
FUNCTION = f"arn:aws:lambda:{R}:{A}:function:f"
MACHINE = f"arn:aws:states:{R}:{A}:stateMachine:m"
ROLE = f"arn:aws:iam::{A}:role/app"
POINT = f"arn:aws:s3:{R}:{A}:accesspoint/p"
ALARM = f"arn:aws:cloudwatch:{R}:{A}:alarm"
RULE = f"arn:aws:events:{R}:{A}:rule"
BUS = f"arn:aws:events:{R}:{A}:event-bus"
PARAMETER = f"arn:aws:ssm:{R}:{A}:parameter"
SECRET = f"arn:aws:secretsmanager:{R}:{A}:secret"
KEY = f"arn:aws:kms:{R}:{A}:key"


def asked(call, lookup=None, **parameters):
    """Action and resource of everything a call asks for."""
    service, operation = call.split(".")
    found = authorizations(service, operation, parameters, PLACE, lookup or (lambda kind, said: None))
    return None if found is None else [f"{one.action} {one.resource}" for one in found]


CASES = [
    ("s3.GetObject", {"Bucket": "b", "Key": "a/ü x"}, ["s3:GetObject arn:aws:s3:::b/a/ü x"]),
    ("s3.get_object", {"Bucket": "b", "Key": "k"}, ["s3:GetObject arn:aws:s3:::b/k"]),
    ("s3.GetObject", {"Bucket": "b", "Key": "k", "VersionId": "1"}, ["s3:GetObjectVersion arn:aws:s3:::b/k"]),
    ("s3.HeadObject", {"Bucket": "b", "Key": "k"}, ["s3:GetObject arn:aws:s3:::b/k"]),
    ("s3.GetObject", {"Bucket": POINT, "Key": "k"}, [f"s3:GetObject {POINT}/object/k"]),
    ("s3.ListObjectsV2", {"Bucket": "b", "Prefix": "p"}, ["s3:ListBucket arn:aws:s3:::b"]),
    ("s3.ListObjectsV2", {"Bucket": POINT}, [f"s3:ListBucket {POINT}"]),
    ("s3.ListBuckets", {}, ["s3:ListAllMyBuckets arn:aws:s3:::*"]),
    ("s3.PutObject", {"Bucket": "b", "Key": "k"}, ["s3:PutObject arn:aws:s3:::b/k"]),
    (
        "s3.PutObject",
        {"Bucket": "b", "Key": "k", "ACL": "private", "Tagging": "a=1"},
        [f"s3:{name} arn:aws:s3:::b/k" for name in ("PutObject", "PutObjectTagging", "PutObjectAcl")],
    ),
    ("s3.UploadPart", {"Bucket": "b", "Key": "k"}, ["s3:PutObject arn:aws:s3:::b/k"]),
    (
        "s3.CopyObject",
        {"Bucket": "b", "Key": "k", "CopySource": "c/d%20e"},
        ["s3:PutObject arn:aws:s3:::b/k", "s3:GetObject arn:aws:s3:::c/d e"],
    ),
    (
        "s3.CopyObject",
        {"Bucket": "b", "Key": "k", "CopySource": {"Bucket": "c", "Key": "d", "VersionId": "1"}},
        ["s3:PutObject arn:aws:s3:::b/k", "s3:GetObjectVersion arn:aws:s3:::c/d"],
    ),
    (
        "s3.DeleteObjects",
        {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}, {"Key": "y", "VersionId": "1"}]}},
        ["s3:DeleteObject arn:aws:s3:::b/x", "s3:DeleteObjectVersion arn:aws:s3:::b/y"],
    ),
    ("s3.PutBucketNotificationConfiguration", {"Bucket": "b"}, ["s3:PutBucketNotification arn:aws:s3:::b"]),
    ("dynamodb.PutItem", {"TableName": "t"}, [f"dynamodb:PutItem {TABLE}/t"]),
    ("dynamodb.Query", {"TableName": "t", "IndexName": "i"}, [f"dynamodb:Query {TABLE}/t/index/i"]),
    ("dynamodb.Query", {"TableName": f"{TABLE}/t"}, [f"dynamodb:Query {TABLE}/t"]),
    (
        "dynamodb.BatchWriteItem",
        {"RequestItems": {"t": [], "u": []}},
        [f"dynamodb:BatchWriteItem {TABLE}/t", f"dynamodb:BatchWriteItem {TABLE}/u"],
    ),
    (
        "dynamodb.TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "u"}}]},
        [f"dynamodb:PutItem {TABLE}/t", f"dynamodb:ConditionCheckItem {TABLE}/u"],
    ),
    (
        "dynamodb.TransactGetItems",
        {"TransactItems": [{"Get": {"TableName": "t"}}]},
        [f"dynamodb:GetItem {TABLE}/t"],
    ),
    ("dynamodb.ExecuteStatement", {"Statement": 'select a from "t"'}, [f"dynamodb:PartiQLSelect {TABLE}/t"]),
    (
        "dynamodb.ExecuteStatement",
        {"Statement": 'SELECT * FROM "t"."i" WHERE x=1'},
        [f"dynamodb:PartiQLSelect {TABLE}/t/index/i"],
    ),
    (
        "dynamodb.BatchExecuteStatement",
        {"Statements": [{"Statement": "INSERT INTO t VALUE {}"}, {"Statement": "DELETE FROM t WHERE a=1"}]},
        [f"dynamodb:PartiQLInsert {TABLE}/t", f"dynamodb:PartiQLDelete {TABLE}/t"],
    ),
    ("dynamodb.ListTables", {}, ["dynamodb:ListTables *"]),
    ("dynamodb.DescribeEndpoints", {}, []),
    (
        "dynamodbstreams.GetRecords",
        {"StreamArn": f"{TABLE}/t/stream/2026"},
        [f"dynamodb:GetRecords {TABLE}/t/stream/2026"],
    ),
    ("sqs.SendMessage", {"QueueUrl": f"http://localhost:1/{A}/q"}, [f"sqs:SendMessage {QUEUE}"]),
    (
        "sqs.SendMessageBatch",
        {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/444455556666/q"},
        [f"sqs:SendMessage {QUEUE.replace(A, '444455556666')}"],
    ),
    ("sqs.CreateQueue", {"QueueName": "q"}, [f"sqs:CreateQueue {QUEUE}"]),
    ("sqs.GetQueueUrl", {"QueueName": "q"}, [f"sqs:GetQueueUrl {QUEUE}"]),
    ("sqs.ListQueues", {}, ["sqs:ListQueues *"]),
    ("sns.Publish", {"TopicArn": TOPIC}, [f"sns:Publish {TOPIC}"]),
    ("sns.Publish", {"TargetArn": TOPIC}, [f"sns:Publish {TOPIC}"]),
    ("sns.Publish", {"PhoneNumber": "+4912345"}, ["sns:Publish *"]),
    ("sns.PublishBatch", {"TopicArn": TOPIC}, [f"sns:Publish {TOPIC}"]),
    ("sns.CreateTopic", {"Name": "t"}, [f"sns:CreateTopic {TOPIC}"]),
    (
        "sns.GetSubscriptionAttributes",
        {"SubscriptionArn": f"{TOPIC}:1-2"},
        [f"sns:GetSubscriptionAttributes {TOPIC}"],
    ),
    ("kinesis.PutRecord", {"StreamName": "s"}, [f"kinesis:PutRecord arn:aws:kinesis:{R}:{A}:stream/s"]),
    ("kinesis.GetRecords", {"ShardIterator": "x"}, [f"kinesis:GetRecords arn:aws:kinesis:{R}:{A}:stream/*"]),
    ("logs.CreateLogGroup", {"logGroupName": "/aws/x"}, [f"logs:CreateLogGroup {LOGS}:/aws/x:log-stream:"]),
    (
        "logs.PutLogEvents",
        {"logGroupName": "g", "logStreamName": "s"},
        [f"logs:PutLogEvents {LOGS}:g:log-stream:s"],
    ),
    ("logs.TagResource", {"resourceArn": f"{LOGS}:g", "tags": {}}, [f"logs:TagResource {LOGS}:g"]),
    ("events.PutRule", {"Name": "r"}, [f"events:PutRule {RULE}/r"]),
    ("events.PutRule", {"Name": "r", "EventBusName": "default"}, [f"events:PutRule {RULE}/r"]),
    ("events.PutRule", {"Name": "r", "EventBusName": "b"}, [f"events:PutRule {RULE}/b/r"]),
    ("events.DeleteRule", {"Name": "r", "EventBusName": f"{BUS}/b"}, [f"events:DeleteRule {RULE}/b/r"]),
    (
        "events.PutTargets",
        {"Rule": "r", "Targets": [{"Arn": MACHINE, "RoleArn": ROLE}, {"Arn": FUNCTION}]},
        [f"events:PutTargets {RULE}/r", f"iam:PassRole {ROLE}"],
    ),
    (
        "events.PutEvents",
        {"Entries": [{"Source": "a"}, {"Source": "a", "EventBusName": "b"}]},
        [f"events:PutEvents {BUS}/default", f"events:PutEvents {BUS}/b"],
    ),
    ("events.CreateEventBus", {"Name": "b"}, [f"events:CreateEventBus {BUS}/b"]),
    (
        "scheduler.CreateSchedule",
        {"Name": "s", "Target": {"Arn": FUNCTION, "RoleArn": ROLE}},
        [f"scheduler:CreateSchedule arn:aws:scheduler:{R}:{A}:schedule/default/s", f"iam:PassRole {ROLE}"],
    ),
    (
        "scheduler.GetSchedule",
        {"Name": "s", "GroupName": "g"},
        [f"scheduler:GetSchedule arn:aws:scheduler:{R}:{A}:schedule/g/s"],
    ),
    ("lambda.Invoke", {"FunctionName": "f"}, [f"lambda:InvokeFunction {FUNCTION}"]),
    ("lambda.Invoke", {"FunctionName": "f", "Qualifier": "live"}, [f"lambda:InvokeFunction {FUNCTION}:live"]),
    ("lambda.Invoke", {"FunctionName": "f:live"}, [f"lambda:InvokeFunction {FUNCTION}:live"]),
    ("lambda.Invoke", {"FunctionName": f"{A}:function:f"}, [f"lambda:InvokeFunction {FUNCTION}"]),
    ("lambda.Invoke", {"FunctionName": FUNCTION}, [f"lambda:InvokeFunction {FUNCTION}"]),
    (
        "lambda.CreateFunction",
        {"FunctionName": "f", "Role": ROLE, "Layers": [f"arn:aws:lambda:{R}:{A}:layer:l:1"]},
        [
            f"lambda:CreateFunction {FUNCTION}",
            f"iam:PassRole {ROLE}",
            f"lambda:GetLayerVersion arn:aws:lambda:{R}:{A}:layer:l:1",
        ],
    ),
    ("lambda.CreateEventSourceMapping", {"FunctionName": "f"}, ["lambda:CreateEventSourceMapping *"]),
    ("lambda.ListFunctions", {}, ["lambda:ListFunctions *"]),
    (
        "lambda.GetLayerVersion",
        {"LayerName": "l", "VersionNumber": 3},
        [f"lambda:GetLayerVersion arn:aws:lambda:{R}:{A}:layer:l:3"],
    ),
    ("sts.AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"}, [f"sts:AssumeRole {ROLE}"]),
    ("sts.GetCallerIdentity", {}, ["sts:GetCallerIdentity *"]),
    ("sts.GetSessionToken", {}, []),
    ("iam.CreateRole", {"RoleName": "app"}, [f"iam:CreateRole {ROLE}"]),
    ("iam.CreateRole", {"RoleName": "app", "Path": "/a/"}, [f"iam:CreateRole arn:aws:iam::{A}:role/a/app"]),
    (
        "iam.AttachRolePolicy",
        {"RoleName": "app", "PolicyArn": "arn:aws:iam::aws:policy/X"},
        [f"iam:AttachRolePolicy {ROLE}"],
    ),
    ("iam.GetUser", {"UserName": "ann"}, [f"iam:GetUser arn:aws:iam::{A}:user/ann"]),
    (
        "iam.CreatePolicy",
        {"PolicyName": "p"},
        [f"iam:CreatePolicy arn:aws:iam::{A}:policy/p"],
    ),
    (
        "iam.GetPolicy",
        {"PolicyArn": "arn:aws:iam::aws:policy/X"},
        ["iam:GetPolicy arn:aws:iam::aws:policy/X"],
    ),
    ("iam.ListRoles", {}, ["iam:ListRoles *"]),
    ("kms.Encrypt", {"KeyId": "1-2"}, [f"kms:Encrypt {KEY}/1-2"]),
    ("kms.Encrypt", {"KeyId": "alias/a"}, [f"kms:Encrypt {KEY}/*"]),
    ("kms.Decrypt", {}, [f"kms:Decrypt {KEY}/*"]),
    (
        "kms.ReEncrypt",
        {"SourceKeyId": "1", "DestinationKeyId": "2"},
        [f"kms:ReEncryptFrom {KEY}/1", f"kms:ReEncryptTo {KEY}/2"],
    ),
    ("kms.CreateKey", {}, ["kms:CreateKey *"]),
    (
        "secretsmanager.GetSecretValue",
        {"SecretId": "a/b"},
        [f"secretsmanager:GetSecretValue {SECRET}:a/b-??????"],
    ),
    (
        "secretsmanager.GetSecretValue",
        {"SecretId": f"{SECRET}:a-AbCdEf"},
        [f"secretsmanager:GetSecretValue {SECRET}:a-AbCdEf"],
    ),
    ("ssm.GetParameter", {"Name": "/a/b"}, [f"ssm:GetParameter {PARAMETER}/a/b"]),
    (
        "ssm.GetParameters",
        {"Names": ["/a", "b"]},
        [f"ssm:GetParameters {PARAMETER}/a", f"ssm:GetParameters {PARAMETER}/b"],
    ),
    ("ssm.GetParametersByPath", {"Path": "/a"}, [f"ssm:GetParametersByPath {PARAMETER}/a"]),
    ("stepfunctions.StartExecution", {"stateMachineArn": MACHINE}, [f"states:StartExecution {MACHINE}"]),
    (
        "stepfunctions.CreateStateMachine",
        {"name": "m", "roleArn": ROLE},
        [f"states:CreateStateMachine {MACHINE}", f"iam:PassRole {ROLE}"],
    ),
    (
        "stepfunctions.DescribeExecution",
        {"executionArn": f"arn:aws:states:{R}:{A}:execution:m:e"},
        [f"states:DescribeExecution arn:aws:states:{R}:{A}:execution:m:e"],
    ),
    ("stepfunctions.SendTaskSuccess", {"taskToken": "x"}, ["states:SendTaskSuccess *"]),
    ("cloudwatch.PutMetricData", {"Namespace": "n"}, ["cloudwatch:PutMetricData *"]),
    ("cloudwatch.PutMetricAlarm", {"AlarmName": "a"}, [f"cloudwatch:PutMetricAlarm {ALARM}:a"]),
    (
        "cloudwatch.DeleteAlarms",
        {"AlarmNames": ["a", "b"]},
        [f"cloudwatch:DeleteAlarms {ALARM}:{n}" for n in "ab"],
    ),
    (
        "apigatewaymanagementapi.PostToConnection",
        {"ConnectionId": "1"},
        [f"execute-api:ManageConnections arn:aws:execute-api:{R}:{A}:*/*/*/*"],
    ),
    (
        "stepfunctions.StartExecution",
        {"stateMachineArn": f"{MACHINE}:live"},
        [f"states:StartExecution {MACHINE}:live"],
    ),
    ("nosuch.Operation", {}, None),
    ("kinesis.NoSuchOperation", {}, None),
]


@pytest.mark.parametrize(("call", "parameters", "expected"), CASES)
def test_what_a_call_asks_for(call, parameters, expected):
    assert asked(call, **parameters) == expected


def test_api_gateway_is_asked_for_a_method_on_a_path():
    (one,) = authorizations("apigatewayv2", "CreateApi", {"Name": "x"}, PLACE, path="/v2/apis")
    assert (one.action, one.resource) == ("apigateway:POST", f"arn:aws:apigateway:{R}::/v2/apis")


def test_what_only_the_service_knows_is_looked_up():
    known = {
        ("kms:key", "alias/a"): f"{KEY}/1-2",
        ("secretsmanager:Secret", "a"): f"{SECRET}:a-AbCdEf",
        ("kinesis:stream", "iterator"): f"arn:aws:kinesis:{R}:{A}:stream/s",
        ("iam:role", "app"): f"arn:aws:iam::{A}:role/deep/app",
    }

    def lookup(kind, said):
        return known.get((kind, said))

    assert asked("kms.Encrypt", lookup, KeyId="alias/a") == [f"kms:Encrypt {KEY}/1-2"]
    secret = [f"secretsmanager:GetSecretValue {SECRET}:a-AbCdEf"]
    assert asked("secretsmanager.GetSecretValue", lookup, SecretId="a") == secret
    stream = [f"kinesis:GetRecords arn:aws:kinesis:{R}:{A}:stream/s"]
    assert asked("kinesis.GetRecords", lookup, ShardIterator="iterator") == stream
    assert asked("iam.GetRole", lookup, RoleName="app") == [f"iam:GetRole arn:aws:iam::{A}:role/deep/app"]
