"""What the linter knows of operations, checked against boto3's own clients: no request is sent."""

from __future__ import annotations

import boto3
import pytest
from botocore import exceptions

from lint_rules.engine.analysis.sdk_models import batch_of, exceptions_of, is_unknown_name, names_of, pages_of

SERVICES = ("dynamodb", "ec2", "ecs", "events", "kinesis", "lambda", "logs", "s3", "sns", "sqs", "ssm")

every_service = pytest.mark.parametrize("service", SERVICES)


def client(service):
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


@every_service
def test_the_paginators_of_a_service_are_those_that_boto3_has(service):
    made = client(service)
    assert names_of("paginator", service) == sorted(
        filter(made.can_paginate, made.meta.method_to_api_mapping)
    )


@every_service
def test_the_waiters_of_a_service_are_those_that_boto3_has(service):
    assert names_of("waiter", service) == sorted(client(service).waiter_names)


@every_service
def test_the_operations_of_a_service_are_the_methods_that_boto3_has(service):
    assert names_of("method", service) == sorted(client(service).meta.method_to_api_mapping)


@every_service
def test_the_exceptions_of_a_service_are_those_that_boto3_has(service):
    made = client(service)
    assert [name for name in names_of("exception", service) if not hasattr(made.exceptions, name)] == []


def test_the_exceptions_of_botocore_are_those_that_it_has():
    known = {name for name, value in vars(exceptions).items() if isinstance(value, type)}
    assert exceptions_of("-") <= known
    assert {"ClientError", "ReadTimeoutError", "WaiterError"} <= exceptions_of("-")


def test_pages_tell_what_says_that_there_is_more():
    pages = pages_of("dynamodb", "Query")
    assert (pages.told, pages.asked, pages.limit) == ({"LastEvaluatedKey"}, {"ExclusiveStartKey"}, "Limit")
    assert "Items" in pages.results
    assert pages_of("dynamodb", "GetItem") is None
    assert pages_of("no-service", "List") is None


def test_batches_tell_how_long_they_may_be_and_what_failed():
    assert batch_of("kinesis", "PutRecords") == ({"Records": 500}, ("FailedRecordCount",))
    assert batch_of("sqs", "SendMessageBatch") == ({"Entries": 10}, ("Failed",))
    assert batch_of("dynamodb", "BatchWriteItem") == ({"RequestItems.*": 25}, ("UnprocessedItems",))
    assert batch_of("sqs", "SendMessage") is None


def test_of_a_service_outside_the_snapshot_nothing_is_unknown():
    assert not is_unknown_name("get_paginator", "braket", "whatever")
    assert is_unknown_name("get_paginator", "sqs", "whatever")
