"""What is attached to a function is kept, shown and gone with it: concurrency, event settings, URLs, tags and more."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from course.cloud.api.noun import nouns
from course.cloud.api.protocol import model

ECHO = "def handler(event, context): return event"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"


def test_reserved_concurrency_of_none_stops_a_function_until_it_is_taken_back(api, deploy, invoke):
    deploy(ECHO)
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="Rate Exceeded") as caught:
        api.invoke(FunctionName="f")
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert api.get_function_concurrency(FunctionName="f")["ReservedConcurrentExecutions"] == 0
    api.delete_function_concurrency(FunctionName="f")
    assert "ReservedConcurrentExecutions" not in api.get_function_concurrency(FunctionName="f")
    assert invoke("f", 1).payload == 1


def test_the_reservation_of_a_deleted_function_is_free_again(api, deploy):
    deploy(ECHO)
    api.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=900)
    assert api.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 100
    api.delete_function(FunctionName="f")
    assert api.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == 1000


def test_a_put_replaces_event_settings_and_an_update_adds_to_them(api, deploy):
    deploy(ECHO)
    api.put_function_event_invoke_config(FunctionName="f", MaximumEventAgeInSeconds=60)
    changed = api.update_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=0)
    assert (changed["MaximumEventAgeInSeconds"], changed["MaximumRetryAttempts"]) == (60, 0)
    assert changed["FunctionArn"] == f"{ARN}:$LATEST"
    assert changed["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
    put = api.put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1)
    assert "MaximumEventAgeInSeconds" not in put
    listed = api.list_function_event_invoke_configs(FunctionName="f")["FunctionEventInvokeConfigs"]
    assert [one["MaximumRetryAttempts"] for one in listed] == [1]


def test_a_url_is_kept_changed_and_deleted(cloud, api, deploy):
    deploy(ECHO)
    made = api.create_function_url_config(FunctionName="f", AuthType="NONE", Cors={"AllowOrigins": ["*"]})
    assert made["FunctionUrl"].startswith(f"{cloud.endpoint}/_url/")
    assert "InvokeMode" not in made
    changed = api.update_function_url_config(FunctionName="f", AuthType="AWS_IAM")
    assert (changed["FunctionUrl"], changed["Cors"]) == (made["FunctionUrl"], {"AllowOrigins": ["*"]})
    got = api.get_function_url_config(FunctionName="f")
    assert (got["AuthType"], got["InvokeMode"]) == ("AWS_IAM", "BUFFERED")
    api.delete_function_url_config(FunctionName="f")
    assert api.list_function_url_configs(FunctionName="f")["FunctionUrlConfigs"] == []


def test_tags_are_added_replaced_and_taken_away(api, deploy):
    deploy(ECHO, Tags={"a": "1"})
    api.tag_resource(Resource=ARN, Tags={"a": "2", "b": "3"})
    api.untag_resource(Resource=ARN, TagKeys=["b", "absent"])
    assert api.list_tags(Resource=ARN)["Tags"] == {"a": "2"}


def test_loops_are_ended_unless_they_are_allowed(api, deploy):
    deploy(ECHO)
    assert api.get_function_recursion_config(FunctionName="f")["RecursiveLoop"] == "Terminate"
    api.put_function_recursion_config(FunctionName="f", RecursiveLoop="Allow")
    assert api.get_function_recursion_config(FunctionName="f")["RecursiveLoop"] == "Allow"


def test_code_storage_counts_every_version_of_functions_and_layers(api, deploy, pack):
    def used():
        return api.get_account_settings()["AccountUsage"]["TotalCodeSize"]

    assert used() == 0
    deploy(ECHO)
    size = used()
    api.publish_version(FunctionName="f")
    assert used() == 2 * size
    data = pack(shared="x = 1")
    api.publish_layer_version(LayerName="base", Content={"ZipFile": data})
    assert used() == 2 * size + len(data)
    api.delete_function(FunctionName="f")
    assert used() == len(data)


def test_log_levels_come_with_json_and_go_with_text(api, deploy):
    deploy(ECHO, LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"})
    group = "/aws/lambda/f"
    assert api.get_function_configuration(FunctionName="f")["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "DEBUG",
        "SystemLogLevel": "INFO",
        "LogGroup": group,
    }
    text = api.update_function_configuration(FunctionName="f", LoggingConfig={"LogFormat": "Text"})
    assert text["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": group}


def test_every_public_method_of_a_noun_is_an_operation_of_the_service():
    from botocore import xform_name

    known = {xform_name(name) for name in model().operation_names}
    methods = {name for noun in nouns() for name in vars(noun) if not name.startswith("_")}
    assert len(methods) > 50
    assert methods <= known


def test_an_operation_that_is_not_offered_says_its_name(api):
    with pytest.raises(ClientError, match="ListCapacityProviders of Lambda is not offered by this cloud"):
        api.list_capacity_providers()
