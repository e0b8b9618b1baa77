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
