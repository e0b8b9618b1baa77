"""Event patterns and filter criteria. Cases follow AWS's tables of operators and of data formats."""

from __future__ import annotations

import json

import pytest

from course.cloud.errors import InvalidParameterValue
from course.cloud.sources.filters import Filters, check_filters
from course.cloud.sources.patterns import Pattern

FITS = [
    ({"a": ["x"]}, {"a": "x"}),
    ({"a": ["x", "y"]}, {"a": "y"}),
    ({"a": ["x"], "b": [1]}, {"a": "x", "b": 1, "c": 0}),
    ({"a": [None]}, {"a": None}),
    ({"a": [""]}, {"a": ""}),
    ({"a": [True]}, {"a": True}),
    ({"a": [300]}, {"a": 300.0}),
    ({"a": {"b": ["x"]}}, {"a": {"b": "x"}}),
    ({"a": ["x"]}, {"a": ["y", "x"]}),
    ({"a": {"b": ["x"]}}, {"a": [{"b": "y"}, {"b": "x"}]}),
    ({"a": [{"prefix": "us-"}]}, {"a": "us-east-1"}),
    ({"a": [{"suffix": ".png"}]}, {"a": "cat.png"}),
    ({"a": [{"prefix": {"equals-ignore-case": "US-"}}]}, {"a": "us-east-1"}),
    ({"a": [{"suffix": {"equals-ignore-case": ".PNG"}}]}, {"a": "cat.png"}),
    ({"a": [{"equals-ignore-case": "alice"}]}, {"a": "ALICE"}),
    ({"a": [{"wildcard": "a*c*"}]}, {"a": "abcd"}),
    ({"a": [{"wildcard": "1\\*2"}]}, {"a": "1*2"}),
    ({"a": [{"numeric": ["=", 5]}]}, {"a": 5}),
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}),
    ({"a": [{"exists": True}]}, {"a": None}),
    ({"a": [{"exists": False}]}, {}),
    ({"a": {"b": [{"exists": False}]}}, {}),
    ({"a": [{"anything-but": "x"}]}, {"a": "y"}),
    ({"a": [{"anything-but": [1, 2]}]}, {"a": 3}),
    ({"a": [{"anything-but": {"prefix": "us-"}}]}, {"a": "eu-1"}),
    ({"a": [{"anything-but": {"suffix": [".png", ".jpg"]}}]}, {"a": "cat.txt"}),
    ({"a": [{"anything-but": {"wildcard": "*/lib/*"}}]}, {"a": "/usr/bin"}),
    ({"a": [{"anything-but": {"equals-ignore-case": "x"}}]}, {"a": "y"}),
    ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.0.7"}),
    ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": "y"}),
    ({"c": [1], "$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"a": "x", "c": 1}),
    ({"d": {"$or": [{"a": ["x"]}, {"b": ["y"]}]}}, {"d": {"b": "y"}}),
    ({"a": [{"prefix": "x"}, {"exists": False}]}, {}),
]
FITS_NOT = [
    ({"a": ["x"]}, {"a": "X"}),
    ({"a": ["x"]}, {}),
    ({"a": ["x"]}, "x"),
    ({"a": ["x"], "b": [1]}, {"a": "x"}),
    ({"a": [None]}, {}),
    ({"a": [""]}, {"a": None}),
    ({"a": [1]}, {"a": True}),
    ({"a": [True]}, {"a": 1}),
    ({"a": ["1"]}, {"a": 1}),
    ({"a": ["x"]}, {"a": ["y", ["z"]]}),
    ({"a": {"b": ["x"]}}, {"a": "x"}),
    ({"a": [{"prefix": "us-"}]}, {"a": "eu-us-"}),
    ({"a": [{"prefix": "1"}]}, {"a": 12}),
    ({"a": [{"suffix": ".png"}]}, {"a": "png"}),
    ({"a": [{"wildcard": "a*c"}]}, {"a": "abcd"}),
    ({"a": [{"wildcard": "1\\*2"}]}, {"a": "1x2"}),
    ({"a": [{"numeric": ["<", 5]}]}, {"a": "4"}),
    ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 0}),
    ({"a": [{"numeric": ["=", 1]}]}, {"a": True}),
    ({"a": [{"exists": True}]}, {}),
    ({"a": [{"exists": True}]}, {"a": {"b": 1}}),
    ({"a": [{"exists": False}]}, {"a": ""}),
    ({"a": [{"anything-but": "x"}]}, {"a": "x"}),
    ({"a": [{"anything-but": "x"}]}, {}),
    ({"a": [{"anything-but": {"prefix": "us-"}}]}, {"a": "us-1"}),
    ({"a": [{"anything-but": {"prefix": "us-"}}]}, {"a": 1}),
    ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.1.7"}),
    ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "here"}),
    ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"a": "y", "b": "x"}),
    ({"c": [1], "$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"a": "x", "c": 2}),
]
NO_PATTERNS = [
    "null",
    '"text"',
    "{",
    "{}",
    "[]",
    '{"a": "aws:sqs"}',
    '{"a": []}',
    '{"a": {}}',
    '{"a": [{}]}',
    '{"a": [[1]]}',
    '{"a": [{"like": "x"}]}',
    '{"a": [{"prefix": 1}]}',
    '{"a": [{"prefix": "x", "suffix": "y"}]}',
    '{"a": [{"wildcard": "a**b"}]}',
    '{"a": [{"numeric": [">"]}]}',
    '{"a": [{"numeric": ["~", 1]}]}',
    '{"a": [{"numeric": [">", "1"]}]}',
    '{"a": [{"numeric": [">", 1, "<", 2, "=", 1]}]}',
    '{"a": [{"exists": "yes"}]}',
    '{"a": [{"anything-but": []}]}',
    '{"a": [{"anything-but": {"numeric": ["=", 1]}}]}',
    '{"a": [{"cidr": "everywhere"}]}',
    '{"$or": [{"a": [1]}]}',
]


@pytest.mark.parametrize(("pattern", "event"), FITS)
def test_a_pattern_fits_what_aws_says_it_fits(pattern, event):
    assert Pattern(json.dumps(pattern)).matches(event)


@pytest.mark.parametrize(("pattern", "event"), FITS_NOT)
def test_a_pattern_does_not_fit_anything_else(pattern, event):
    assert not Pattern(json.dumps(pattern)).matches(event)


@pytest.mark.parametrize("text", NO_PATTERNS)
def test_a_text_that_is_no_pattern_is_refused(text):
    with pytest.raises(ValueError, match=r"^[\w$]"):
        Pattern(text)
    with pytest.raises(InvalidParameterValue, match="Invalid filter pattern definition"):
        check_filters({"Filters": [{"Pattern": text}]})


def admitted(pattern, body):
    return Filters([json.dumps(pattern)], key="body").admit({"messageId": "1", "body": body}, body)


def test_a_filter_on_fields_takes_json_bodies_only():
    assert admitted({"body": {"n": [1]}}, '{"n": 1}')
    assert admitted({"body": {"n": [1]}}, '[{"n": 1}]')
    assert not admitted({"body": {"n": [1]}}, '{"n": 2}')
    assert not admitted({"body": {"n": [1]}}, "n = 1")
    assert not admitted({"body": {"n": [{"exists": False}]}}, '{"n": broken')


def test_a_filter_on_the_whole_body_takes_plain_text_only():
    assert admitted({"body": ["hello"]}, "hello")
    assert admitted({"body": ["12"]}, "12")
    assert not admitted({"body": ["hello"]}, "bye")
    assert not admitted({"body": [{"prefix": "{"}]}, '{"n": 1}')


def test_without_filters_everything_is_admitted():
    assert Filters([], key="body").admit({"body": "x"}, "x")
    check_filters(None)
    check_filters({})
    check_filters({"Filters": []})


def test_one_filter_of_several_is_enough():
    filters = Filters(['{"body": {"a": [1]}}', '{"body": ["x"]}'], key="body")
    assert filters.admit({}, "x")
    assert filters.admit({}, '{"a": 1}')
    assert not filters.admit({}, "y")


def test_data_that_is_decoded_already_is_matched_as_it_is():
    filters = Filters(['{"dynamodb": {"NewImage": {"n": {"N": ["1"]}}}, "eventName": ["INSERT"]}'])
    assert filters.admit({"eventName": "INSERT", "dynamodb": {"NewImage": {"n": {"N": "1"}}}})
    assert not filters.admit({"eventName": "MODIFY", "dynamodb": {"NewImage": {"n": {"N": "1"}}}})


def test_more_filters_than_the_quota_are_refused():
    with pytest.raises(InvalidParameterValue):
        check_filters({"Filters": [{"Pattern": '{"a": [1]}'}] * 6})
    check_filters({"Filters": [{"Pattern": '{"a": [1]}'}] * 5})
