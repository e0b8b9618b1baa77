"""What targets of EventBridge rules receive, compared with what AWS was seen to send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from course.cloud.sources import inputs, paths

EVENT: dict[str, Any] = {
    "version": "0",
    "id": "0d079340-135a-c8c6-95c2-41fb8f496c53",
    "detail-type": "core.update",
    "source": "core",
    "account": "123456789012",
    "time": "2026-11-28T10:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {
        "command": "update-account",
        "payload": {"acc_id": "0a787ecb-4015", "sf_id": "baz"},
        "one": ["HIGH"],
        "two": ["ACTIVE", "INACTIVE"],
        "valid": True,
    },
}
MAP = {
    "userId": "$.detail.payload.acc_id",
    "payload": "$.detail.payload",
    "one": "$.detail.one",
    "two": "$.detail.two",
    "valid": "$.detail.valid",
    "type": "$.detail-type",
    "time": "$.time",
    "absent": "$.detail.nowhere",
}


def given(**target: Any) -> str | None:
    rule = ("r", "arn:aws:events:us-east-1:123456789012:rule/r")
    return inputs.shape(EVENT, {"Id": "t", **target}, rule, "2026-11-28T10:00:01Z")


def transformed(template: str) -> str | None:
    return given(InputTransformer={"InputPathsMap": MAP, "InputTemplate": template})


def test_without_an_input_the_whole_event_arrives() -> None:
    text = given()
    assert text is not None
    assert json.loads(text) == EVENT
    assert text.startswith('{"version":"0","id":"0d07')


def test_a_constant_arrives_as_it_was_written() -> None:
    assert given(Input='{"a":  1}') == '{"a":  1}'


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.detail.payload", '{"acc_id":"0a787ecb-4015","sf_id":"baz"}'),
        ("$.detail.payload.sf_id", '"baz"'),
        ("$.detail.two[1]", '"INACTIVE"'),
        ("$.detail-type", '"core.update"'),
        ("$.detail['command']", '"update-account"'),
    ],
)
def test_a_path_selects_a_part(path: str, expected: str) -> None:
    assert given(InputPath=path) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"Event of <type> type, at <time>"', '"Event of core.update type, at 2026-11-28T10:00:00Z"'),
        ('"missing <absent>."', '"missing ."'),
        ('{"missing": <absent>}', '{"missing": ""}'),
        ('"{[/Check with starting characters <type>"', '"{[/Check with starting characters core.update"'),
        (
            '{"path": "users/<userId>", "bod": <payload>}',
            '{"path": "users/0a787ecb-4015", "bod": {"acc_id":"0a787ecb-4015","sf_id":"baz"}}',
        ),
        ('"Payload of <payload>"', '"Payload of {acc_id:0a787ecb-4015,sf_id:baz}"'),
        ('"<one> and <two>"', '"[HIGH] and [ACTIVE,INACTIVE]"'),
        ('{"list": <one>}', '{"list": ["HIGH"]}'),
        ('{"id" : "<userId>"}', '{"id" : "0a787ecb-4015"}'),
        ('"Command is <valid>!"', '"Command is true!"'),
        ('"<one> item"\n"<userId> id"', '"[HIGH] item"\n"0a787ecb-4015 id"'),
        (
            '"<aws.events.rule-name> <aws.events.rule-arn> <aws.events.event.ingestion-time>"',
            '"r arn:aws:events:us-east-1:123456789012:rule/r 2026-11-28T10:00:01Z"',
        ),
    ],
)
def test_a_template_is_filled_as_aws_fills_it(template: str, expected: str) -> None:
    assert transformed(template) == expected


def test_the_event_itself_can_stand_in_a_template() -> None:
    text = transformed('{"short": <aws.events.event>, "whole": <aws.events.event.json>}')
    assert text is not None
    made = json.loads(text)
    assert made["whole"] == EVENT
    assert made["short"]["detailType"] == "core.update"
    assert "detail" not in made["short"]


def test_a_quote_in_a_value_does_not_break_the_string_around_it() -> None:
    event = {**EVENT, "detail": {"text": 'say "hi"\n'}}
    transformer = {"InputPathsMap": {"t": "$.detail.text"}, "InputTemplate": '"It: <t>"'}
    text = inputs.shape(event, {"Id": "t", "InputTransformer": transformer}, ("r", "arn"), "")
    assert json.loads(text or "") == 'It: say "hi"\n'


@pytest.mark.parametrize("template", ["<one> single list item", "{<userId>}"])
def test_what_is_no_json_is_not_sent(template: str) -> None:
    assert transformed(template) is None


def test_a_target_has_one_input_and_known_placeholders() -> None:
    transformer = {"InputPathsMap": {"a": "$.detail"}, "InputTemplate": '"<a> <b>"'}
    assert inputs.complain({"Id": "t"}) == ""
    assert inputs.complain({"Id": "t", "InputTransformer": transformer}) == (
        "InputTemplate for target t contains invalid placeholder b."
    )
    assert inputs.complain({"Id": "t", "InputPath": "$.detail", "InputTransformer": transformer}) == (
        "Only one of Input, InputPath, or InputTransformer must be provided for target t."
    )


@pytest.mark.parametrize("path", ["detail", "$.", "$[", "$.a b", "$x"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        paths.parse(path)


def test_a_star_stands_for_every_element() -> None:
    value = {"a": [{"b": 1}, {"b": 2}, {"c": 3}]}
    assert paths.find(value, paths.parse("$.a[*].b")) == [1, 2]
    assert paths.find(value, paths.parse("$.*[2].c")) == [3]
    assert paths.find(value, paths.parse("$.a[9]")) == []
