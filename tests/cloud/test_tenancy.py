"""Functions that isolate tenants: an environment serves one tenant, and every invocation names one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from course.cloud import Cloud

SOURCE = """
import time
seen = []
def handler(event, context):
    time.sleep(event.get("wait", 0))
    if event.get("fail"):
        raise ValueError("no")
    seen.append(context.tenant_id)
    return {"tenant": context.tenant_id, "seen": seen, "stream": context.log_stream_name}
"""
PER_TENANT = {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
    return str(caught.value.response["Error"]["Message"])


def test_an_environment_serves_one_tenant_and_is_kept_for_it(cloud: Cloud, deploy: Any, invoke: Any) -> None:
    deploy(SOURCE, **PER_TENANT)
    answers = [invoke(TenantId=tenant).payload for tenant in ("blue", "green", "blue", "green", "blue")]
    assert [one["tenant"] for one in answers] == ["blue", "green", "blue", "green", "blue"]
    assert answers[-1]["seen"] == ["blue"] * 3
    assert answers[-2]["seen"] == ["green"] * 2
    assert len({one["stream"] for one in answers}) == 2
    assert [one.cold for one in cloud.ledger.records(phase="INVOKE")] == [True, True, False, False, False]


def test_without_the_mode_customers_share_an_environment_and_see_no_tenant(deploy: Any, invoke: Any) -> None:
    deploy(SOURCE)
    first, second = invoke().payload, invoke().payload
    assert first["stream"] == second["stream"]
    assert second["seen"] == [None, None]


def test_a_tenant_must_be_named_where_there_are_tenants_and_only_there(deploy: Any, api: Any) -> None:
    deploy(SOURCE, "with", **PER_TENANT)
    deploy(SOURCE, "without")
    assert refused(api.invoke, FunctionName="with") == (
        "The invoked function is enabled with tenancy configuration. "
        "Add a valid tenant ID in your request and try again."
    )
    assert "Remove the tenant ID" in refused(api.invoke, FunctionName="without", TenantId="blue")
    assert refused(api.invoke, FunctionName="with", InvocationType="Event")


def test_an_event_keeps_its_tenant_through_its_retries(
    cloud: Cloud, deploy: Any, invoke: Any, api: Any
) -> None:
    deploy(SOURCE, **PER_TENANT)
    blue = invoke(TenantId="blue").payload["stream"]
    invoke(TenantId="green")
    arguments = {"InvocationType": "Event", "TenantId": "blue"}
    api.invoke(FunctionName="f", Payload=json.dumps({"fail": True}), **arguments)
    cloud.clock.advance(600)
    tried = [one for one in cloud.ledger.records(phase="INVOKE") if one.outcome == "error"]
    assert len(tried) == 3
    assert {one.log_stream for one in tried} == {blue}


def test_two_calls_of_a_tenant_at_once_have_two_environments_of_it(
    cloud: Cloud, deploy: Any, invoke: Any
) -> None:
    deploy(SOURCE, Timeout=90, **PER_TENANT)
    invoke(TenantId="blue")
    invoke(event={"wait": 60}, TenantId="blue", InvocationType="Event")
    cloud.clock.advance(0)
    assert invoke(TenantId="blue").payload["seen"] == ["blue"]
    assert invoke(TenantId="green").payload["seen"] == ["green"]
    cloud.clock.advance(60)
    environments = {one.environment for one in cloud.ledger.records()}
    assert len(environments) == 3


def test_the_mode_is_told_and_cannot_be_changed(deploy: Any, api: Any) -> None:
    deploy(SOURCE, **PER_TENANT)
    assert api.get_function_configuration(FunctionName="f")["TenancyConfig"] == PER_TENANT["TenancyConfig"]
    changed = api.update_function_configuration(FunctionName="f", Description="changed")
    assert changed["TenancyConfig"] == PER_TENANT["TenancyConfig"]


def test_what_starts_environments_for_nobody_in_particular_is_refused(
    deploy: Any, api: Any, queue: Any, role: str
) -> None:
    deploy(SOURCE, **PER_TENANT)
    version = api.publish_version(FunctionName="f")["Version"]
    assert refused(
        api.put_provisioned_concurrency_config,
        FunctionName="f",
        Qualifier=version,
        ProvisionedConcurrentExecutions=1,
    )
    assert refused(api.create_function_url_config, FunctionName="f", AuthType="NONE")
    assert refused(api.create_event_source_mapping, FunctionName="f", EventSourceArn=queue()[1])
    snap = {"SnapStart": {"ApplyOn": "PublishedVersions"}}
    assert refused(api.update_function_configuration, FunctionName="f", **snap)


def test_a_tenant_id_of_odd_characters_is_refused(deploy: Any, api: Any) -> None:
    deploy(SOURCE, **PER_TENANT)
    with pytest.raises(ClientError, match="tenantId"):
        api.invoke(FunctionName="f", TenantId="blue*green")
