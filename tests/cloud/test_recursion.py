"""The trace header, and how it counts the hops of a chain."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.cloud.clock import SystemClock
from course.cloud.engine.recursion import HOPS, Recursion, hop, lineage
from course.cloud.engine.trace import Traces, parse, render, served, serving
from course.cloud.errors import RecursiveInvocation
from course.cloud.observe.ledger import Ledger

F = "arn:aws:lambda:us-east-1:123456789012:function:f"
G = "arn:aws:lambda:us-east-1:123456789012:function:g"
TRACE = "Root=1-67f6cc3c-2501b4910e004349426d8006;Parent=73146ee07a1ed731;Sampled=0"


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(SystemClock())


@pytest.fixture
def recursion(ledger) -> Recursion:
    return Recursion(ledger, lambda name: name == "free")


def test_a_new_trace_looks_like_one_of_aws_and_repeats_with_its_seed():
    clock = SystemClock()
    header = Traces(clock, random.Random(1)).begin()
    fields = parse(header)
    assert list(fields) == ["Root", "Parent", "Sampled"]
    assert int(fields["Root"].split("-")[1], 16) == pytest.approx(clock.now(), abs=5)
    assert [len(part) for part in fields["Root"].split("-")] == [1, 8, 24]
    assert parse(Traces(clock, random.Random(1)).begin())["Parent"] == fields["Parent"]


def test_a_given_trace_is_followed_and_completed():
    traces = Traces(SystemClock(), random.Random(1))
    assert traces.follow(TRACE) == TRACE
    followed = parse(traces.follow("Root=1-67f6cc3c-2501b4910e004349426d8006"))
    assert followed["Root"] == "1-67f6cc3c-2501b4910e004349426d8006"
    assert sorted(followed) == ["Parent", "Root", "Sampled"]
    assert traces.follow("nonsense").startswith("Root=1-")


def test_nobody_writes_a_line_of_their_own_into_a_header():
    follow = Traces(SystemClock(), random.Random(1)).follow
    with serving("Root=1-a-b;Parent=x%0d%0aLambda-Runtime-Aws-Request-Id: 7;Self=é"):
        header = follow(served())
    assert header.startswith("Root=1-a-b;Parent=")
    assert header.isascii()
    assert header.isprintable()
    assert "Request-Id" not in header


def test_a_thread_serves_the_trace_of_its_request_only():
    assert served() == ""
    with serving("Root=1;Lineage=1:a87bd80c:1%7C68fd508a:5"):
        assert served() == "Root=1;Lineage=1:a87bd80c:1|68fd508a:5"
        with serving(None):
            assert served() == ""
    assert served() == ""


def test_the_first_run_of_a_chain_counts_none_before_it(recursion):
    assert recursion.admit("f", F, TRACE) == f"{TRACE};Lineage=1:{hop(F)}:0"


def test_every_function_of_a_chain_is_counted(recursion):
    header = TRACE
    for name, arn in (("f", F), ("g", G), ("f", F)):
        header = recursion.admit(name, arn, header)
    assert lineage(header) == {hop(F): 1, hop(G): 0}


def test_versions_and_aliases_are_the_same_function():
    assert hop(f"{F}:live") == hop(f"{F}:1") == hop(F) != hop(G)


def test_the_run_after_the_sixteenth_is_stopped_and_told(recursion, ledger):
    header = TRACE
    for _ in range(HOPS):
        header = recursion.admit("f", F, header, "id")
    with pytest.raises(RecursiveInvocation, match="recursive loop"):
        recursion.admit("f", F, header, "last")
    (entry,) = ledger.entries("recursion.stopped")
    assert (entry.subject, entry.id, entry.details["hops"]) == ("f", "last", 16)
    assert "stopped f" in entry.because


def test_a_function_that_may_loop_is_counted_and_let(recursion, ledger):
    header = TRACE
    for _ in range(3 * HOPS):
        header = recursion.admit("free", F, header)
    assert lineage(header)[hop(F)] == 3 * HOPS - 1
    assert ledger.entries() == []


@pytest.mark.parametrize(
    ("field", "counts"),
    [
        ("1:a87bd80c:1|68fd508a:5|c512fbe3:2", {"a87bd80c": 1, "68fd508a": 5, "c512fbe3": 2}),
        ("a87bd80c:1|68fd508a:5", {"a87bd80c": 1, "68fd508a": 5}),
        ("25:d6bc87ce:0", {"d6bc87ce": 0}),
        ("", {}),
        ("nonsense", {}),
        ("1:x:y|z", {}),
        ("1:a:²", {}),
    ],
)
def test_a_lineage_is_read_in_the_forms_that_were_seen_and_never_fails(field, counts):
    assert lineage(f"{TRACE};Lineage={field}") == counts


@given(st.text(max_size=60))
def test_no_header_is_too_strange(header):
    lineage(header)
    assert parse(render(parse(header))) == parse(header)
