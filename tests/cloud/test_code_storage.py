"""All zips of functions and layers share a quota, and every version has its own copy in it."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from course.cloud import quotas
from course.errors import UserError
from course.lab.notebook_cloud import limit

ECHO = "def handler(event, context): return event"


def total(api, which="AccountUsage"):
    return api.get_account_settings()[which]["TotalCodeSize"]


@pytest.fixture
def full(cloud, api, deploy):
    """An account with one function, and no room for another copy of it."""
    deploy(ECHO)
    cloud.limits.code_storage = 2 * total(api) - 1
    return total(api)


def refused(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_a_full_account_takes_no_function_no_code_no_layer_and_no_version(api, full, role, pack):
    zipped = {"ZipFile": pack(app=ECHO)}
    settings = {"Runtime": "python3.13", "Handler": "app.handler", "Role": role}
    assert (
        refused(api.create_function, FunctionName="g", Code=zipped, **settings)
        == "CodeStorageExceededException"
    )
    assert refused(api.update_function_code, FunctionName="f", **zipped) == "CodeStorageExceededException"
    assert refused(api.publish_layer_version, LayerName="l", Content=zipped) == "CodeStorageExceededException"
    assert refused(api.publish_version, FunctionName="f") == "CodeStorageExceededException"
    assert total(api) == full
    assert [one["Version"] for one in api.list_versions_by_function(FunctionName="f")["Versions"]] == [
        "$LATEST"
    ]


def test_what_is_there_already_goes_on_running_and_may_be_configured(api, full, invoke):
    assert invoke("f", 7).payload == 7
    api.update_function_configuration(FunctionName="f", Timeout=5)
    assert invoke("f", 8).payload == 8


def test_a_version_that_exists_already_needs_no_room(cloud, api, deploy):
    deploy(ECHO, Publish=True)
    cloud.limits.code_storage = total(api)
    assert api.publish_version(FunctionName="f")["Version"] == "1"


def test_deleting_a_version_makes_room(cloud, api, deploy, pack):
    deploy(ECHO, Publish=True)
    cloud.limits.code_storage = total(api)
    changed = pack(app=ECHO.replace("event)", "event,)"))
    assert (
        refused(api.update_function_code, FunctionName="f", ZipFile=changed) == "CodeStorageExceededException"
    )
    api.delete_function(FunctionName="f", Qualifier="1")
    api.update_function_code(FunctionName="f", ZipFile=changed)


def test_a_full_account_that_is_given_room_takes_more(cloud, api, full):
    cloud.limits.code_storage = 2 * full
    assert api.publish_version(FunctionName="f")["Version"] == "1"


def test_the_settings_of_the_account_tell_its_limit_and_a_reset_brings_back_that_of_aws(cloud, api):
    assert total(api, "AccountLimit") == quotas.CODE_STORAGE
    cloud.limits.code_storage = 1000
    assert total(api, "AccountLimit") == 1000
    cloud.reset()
    assert total(api, "AccountLimit") == quotas.CODE_STORAGE


def test_a_notebook_sets_it_and_is_told_what_it_may_say(cloud, api, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    assert limit(code_storage=500) == 500
    assert total(api, "AccountLimit") == 500
    with pytest.raises(UserError, match="how many bytes"):
        limit(code_storage=-1)
    assert total(api, "AccountLimit") == 500


@pytest.fixture
def in_bucket(cloud, pack):
    """What names a package in a bucket with versioning."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="code")
    s3.put_bucket_versioning(Bucket="code", VersioningConfiguration={"Status": "Enabled"})
    put = s3.put_object(Bucket="code", Key="f.zip", Body=pack(app=ECHO))
    return {"S3Bucket": "code", "S3Key": "f.zip", "S3ObjectVersion": put["VersionId"]}


def test_code_that_is_only_referenced_does_not_count_and_its_object_is_named(api, deploy, invoke, in_bucket):
    deploy(ECHO, Code={**in_bucket, "S3ObjectStorageMode": "REFERENCE"}, Publish=True)
    assert total(api) == 0
    assert invoke("f", 7).payload == 7
    found = api.get_function(FunctionName="f", Qualifier="1")
    assert found["Code"]["ResolvedS3Object"] == in_bucket
    assert found["Configuration"]["CodeSize"] > 0
    made = api.publish_layer_version(LayerName="l", Content={**in_bucket, "S3ObjectStorageMode": "REFERENCE"})
    assert made["Content"]["ResolvedS3Object"] == in_bucket
    assert total(api) == 0


def test_code_that_is_copied_from_a_bucket_counts_and_names_no_object(api, deploy, in_bucket):
    for mode in ({}, {"S3ObjectStorageMode": "COPY"}):
        deploy(ECHO, name="g" + "".join(mode), Code={**in_bucket, **mode})
        assert "ResolvedS3Object" not in api.get_function(FunctionName="g" + "".join(mode))["Code"]
    assert total(api) > 0


def test_a_reference_needs_the_version_of_the_object(api, deploy, in_bucket):
    deploy(ECHO)
    parts = {key: in_bucket[key] for key in ("S3Bucket", "S3Key")}
    code = refused(api.update_function_code, FunctionName="f", S3ObjectStorageMode="REFERENCE", **parts)
    assert code == "InvalidParameterValueException"


def test_a_full_account_still_takes_references(api, full, in_bucket):
    api.update_function_code(FunctionName="f", S3ObjectStorageMode="REFERENCE", **in_bucket)
    assert total(api) == 0
