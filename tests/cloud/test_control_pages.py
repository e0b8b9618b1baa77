"""Lists that come page by page: what is deleted between two pages makes nothing skipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

HELLO = "def handler(event, context): return 1"
NUMBERS = ["1", "2", "3", "4"]


@pytest.fixture
def four(api: Any, deploy: Callable[..., str]) -> Any:
    """A Lambda client, and a function f with four versions, each with an alias a1 to a4."""
    deploy(HELLO)
    for number in NUMBERS:
        api.update_function_configuration(FunctionName="f", Description=number)
        api.publish_version(FunctionName="f")
        api.create_alias(FunctionName="f", Name=f"a{number}", FunctionVersion=number)
    return api


def seen(api: Any, noun: str, member: str, delete: Callable[[Any], Any], **choice: Any) -> list[Any]:
    """Everything a list shows, page by page, when each thing is deleted as soon as it was shown."""
    found = []
    pages = api.get_paginator(noun).paginate(**choice, PaginationConfig={"PageSize": 1})
    for page in pages:
        found += page[member]
        for one in page[member]:
            delete(one)
    return found


@pytest.mark.parametrize(
    ("kind", "member", "more"),
    [
        ("function_event_invoke_config", "FunctionEventInvokeConfigs", {"MaximumRetryAttempts": 1}),
        ("function_url_config", "FunctionUrlConfigs", {"AuthType": "NONE"}),
        (
            "provisioned_concurrency_config",
            "ProvisionedConcurrencyConfigs",
            {"ProvisionedConcurrentExecutions": 1},
        ),
    ],
)
def test_what_is_attached_to_aliases(four: Any, kind: str, member: str, more: Any) -> None:
    make = getattr(four, f"create_{kind}" if "url" in kind else f"put_{kind}")
    for number in NUMBERS:
        make(FunctionName="f", Qualifier=f"a{number}", **more)

    def delete(one: Any) -> None:
        getattr(four, f"delete_{kind}")(FunctionName="f", Qualifier=one["FunctionArn"].rpartition(":")[2])

    found = seen(four, f"list_{kind}s", member, delete, FunctionName="f")
    assert [one["FunctionArn"].rpartition(":")[2] for one in found] == ["a1", "a2", "a3", "a4"]


def test_event_source_mappings(cloud: Any, four: Any, queue: Callable[..., tuple[str, str]]) -> None:
    made = [
        four.create_event_source_mapping(EventSourceArn=queue(f"q{number}")[1], FunctionName="f")["UUID"]
        for number in NUMBERS
    ]
    cloud.clock.advance(1)

    def delete(mapping: Any) -> None:
        four.delete_event_source_mapping(UUID=mapping["UUID"])
        cloud.clock.advance(1)

    found = seen(four, "list_event_source_mappings", "EventSourceMappings", delete)
    assert sorted(one["UUID"] for one in found) == sorted(made)
