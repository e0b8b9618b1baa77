"""The swim-lane: which bars are laid where, and that its picture and its words say the same."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from html import unescape

import pytest

from course.lab import picture
from course.lab.lanes import labels, lanes, summary, table, width


def record(phase, environment, start, end, function="brew", **facts):
    return {
        "phase": phase,
        "function": function,
        "environment": environment,
        "start": 1000 + start,
        "end": 1000 + end,
        "kind": None if phase == "INIT" else "RequestResponse",
        "outcome": "ok",
        **facts,
    }


TWO_IN_A_ROW = [
    record("INIT", "e1", 0.0, 0.1),
    record("INVOKE", "e1", 0.1, 0.15),
    record("INVOKE", "e1", 0.17, 0.2),
]


def phases(lane):
    return [bar.phase for bar in lane.bars]


def test_one_environment_that_is_used_again_is_one_lane_idle_in_between():
    (lane,) = lanes(TWO_IN_A_ROW).lanes
    assert phases(lane) == ["INIT", "INVOKE", "IDLE", "INVOKE"]
    idle = lane.bars[2]
    assert (round(idle.start), round(idle.end)) == (150, 170)


def test_parallel_calls_are_lanes_of_their_own_in_the_order_they_began():
    found = lanes(
        [
            record("INIT", "late", 0.02, 0.1),
            record("INIT", "early", 0.0, 0.2),
            record("INVOKE", "early", 0.2, 0.3),
            record("INVOKE", "late", 0.1, 0.3),
        ]
    )
    assert [lane.name for lane in found.lanes] == ["A", "B"]
    assert [(lane.name, bar.number) for lane, bar in found.invocations] == [("B", 1), ("A", 2)]


def test_only_the_first_ten_count_and_an_init_after_them_does_not():
    records = [record("INIT", "e1", 0, 0.1)]
    records += [record("INVOKE", "e1", 0.1 + n / 10, 0.15 + n / 10) for n in range(12)]
    records += [record("INIT", "e2", 5, 5.1), record("INVOKE", "e2", 5.1, 5.2)]
    found = lanes(records)
    assert len(found.invocations) == 10
    assert len(found.lanes) == 1


def test_other_functions_are_left_out_when_one_is_named():
    records = [*TWO_IN_A_ROW, record("INVOKE", "e9", 0.05, 0.06, function="other")]
    assert len(lanes(records, "brew").lanes) == 1
    assert len(lanes(records).lanes) == 2


def test_a_gap_of_less_than_a_millisecond_is_no_idling():
    (lane,) = lanes([record("INIT", "e1", 0, 0.1), record("INVOKE", "e1", 0.1002, 0.2)]).lanes
    assert phases(lane) == ["INIT", "INVOKE"]


def test_a_long_pause_is_cut_out_of_the_picture_but_not_out_of_the_table():
    records = [*TWO_IN_A_ROW, record("INVOKE", "e1", 60.0, 60.05)]
    found = lanes(records)
    last = found.lanes[0].bars[-1]
    assert last.end - last.shift < 500
    ((place, lost),) = found.cuts
    assert 200 < place < 300
    assert lost == pytest.approx(59_800)
    assert table(found)[-1][4:6] == ("59.8 s", "60.0 s")


def test_a_pause_of_one_environment_while_another_works_is_not_cut():
    records = [*TWO_IN_A_ROW, record("INVOKE", "e2", 0.2, 10.0), record("INVOKE", "e1", 10.0, 10.1)]
    assert lanes(records).cuts == ()


def test_the_table_says_what_the_picture_shows():
    found = lanes([*TWO_IN_A_ROW, record("INVOKE", "e1", 0.21, 3.21, outcome="timeout")])
    assert table(found) == [
        ("1", "A (brew)", "RequestResponse", "100 ms", "-", "100 ms", "50 ms", "ok"),
        ("2", "A (brew)", "RequestResponse", "-", "20 ms", "170 ms", "30 ms", "ok"),
        ("3", "A (brew)", "RequestResponse", "-", "10 ms", "210 ms", "3000 ms", "timeout"),
    ]
    assert summary(found) == "3 invocations of brew in 1 environment, 1 INIT. A served calls 1, 2, 3."


def test_numbers_stand_in_their_bars_or_above_narrow_ones_and_close_ones_together():
    bars = [
        record("INVOKE", "e1", start, start + length)
        for start, length in [
            (0.0, 0.001),
            (0.002, 0.001),
            (0.004, 0.001),
            (10.0, 60.0),
            (75.0, 0.1),
            (78.0, 0.1),
        ]
    ]
    found = lanes(bars)
    (lane,) = found.lanes
    drawn = labels(lane, width(found))
    assert [(text, inside) for _, text, inside in drawn] == [
        ("1 to 3", False),
        ("4", True),
        ("5", False),
        ("6", False),
    ]
    assert [place for place, *_ in drawn] == sorted(place for place, *_ in drawn)


def test_long_times_are_counted_in_seconds():
    drawn = picture.draw(lanes([record("INVOKE", "e1", 0, 60)])).decode()
    assert ">seconds since the first INIT<" in drawn
    assert ">60<" in drawn
    assert ">milliseconds since the first INIT<" in picture.draw(lanes(TWO_IN_A_ROW)).decode()


def test_a_record_that_has_not_ended_waits():
    assert lanes([{**record("INVOKE", "e1", 0, 1), "end": None}]).lanes == ()


def test_the_picture_is_small_names_every_bar_and_is_the_same_every_time():
    found = lanes(TWO_IN_A_ROW)
    drawn = picture.draw(found)
    assert drawn == picture.draw(found)
    assert len(drawn) < 40_000
    texts = [node.text for node in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert {"1", "2", "environment A", picture.INIT[2], picture.IDLE[2]} <= set(texts)
    assert picture.FAILED[2] not in texts


def test_a_failed_call_has_a_sign_of_its_own_in_the_legend():
    drawn = picture.draw(lanes([record("INVOKE", "e1", 0, 1, outcome="error")])).decode()
    assert picture.FAILED[2] in drawn


def test_every_meaning_has_a_hatch_of_its_own():
    hatches = [sign[1] for sign in (picture.INIT, picture.INVOKE, picture.FAILED, picture.IDLE)]
    assert len(set(hatches)) == 4


def test_a_notebook_gets_a_picture_with_words_for_it_and_a_terminal_the_table():
    shown = picture.swimlane(TWO_IN_A_ROW)
    html = shown._repr_html_()
    assert b64decode(re.search(r"base64,([^\"]+)", html)[1]).startswith(b"<?xml")
    assert "2 invocations of brew in 1 environment" in unescape(re.search(r'alt="([^"]+)"', html)[1])
    assert html.count("<tr>") == 3
    assert repr(shown).splitlines()[1].startswith("call  environment")


def test_what_a_function_is_called_cannot_break_the_page():
    html = picture.swimlane([record("INVOKE", "e1", 0, 1, function='<b>"')])._repr_html_()
    assert "<b>" not in html


def test_nothing_to_show_is_said_in_words(monkeypatch):
    assert "`brew` was not invoked yet" in repr(picture.swimlane([], "brew"))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert "lambdalab start" in repr(picture.swimlane())
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "does not answer" in repr(picture.swimlane())
