"""Plots: everything that a picture shows is in its words and in its table too, and colour is never the only sign."""

from __future__ import annotations

import base64
import re
from html import unescape

import pytest

from course.lab.canvas import COLOURS, DASHES, HATCHES, MARKERS, number
from course.lab.plot import plot_bars, plot_heat, plot_line, plot_timeline
from course.lab.plot_graph import plot_graph
from course.lab.render import Shown

LOOP = [("bucket", "function", "created"), ("function", "bucket", "put"), ("function", "function", "calls")]
EVIL = "<script>&\"'"


def line() -> Shown:
    return plot_line(
        {"cold": [(2, 190.5), (1, 210)], "warm": [(1, 12)]}, title="Cold is slow.", x="call", y="ms"
    )


def bars() -> Shown:
    return plot_bars(
        {"orders": {"ok": 3, "error": 2000}, "prices": {"ok": 7}}, title="Orders fail.", y="calls"
    )


def heat() -> Shown:
    return plot_heat({"Mon": {"9h": 3, "10h": 5}, "Tue": {"10h": 9}}, title="Tuesday is busy.", unit="orders")


def graph() -> Shown:
    return plot_graph(LOOP, title="It calls itself.")


def timeline() -> Shown:
    stretches = [
        ("queue", 0.0, 30.0, "hidden"),
        ("function", 0.0, 6.0, "runs"),
        ("queue", 60.0, 60.0, "dead letter"),
    ]
    return plot_timeline(stretches, title="It comes back.")


EACH = [line, bars, heat, graph, timeline]
each_plot = pytest.mark.parametrize("plot", EACH, ids=[one.__name__ for one in EACH])


def svg(shown: Shown) -> str:
    found = re.search(r"data:image/svg\+xml;base64,([^\"]+)", shown.html)
    assert found
    return base64.b64decode(found[1]).decode()


def cells(html: str) -> list[str]:
    return [unescape(cell) for cell in re.findall(r"<t[hd](?: [^>]*)?>(.*?)</t[hd]>", html)]


@each_plot
def test_the_words_for_those_who_do_not_see_it_are_there_and_the_table_has_the_same(plot) -> None:
    shown = plot()
    title, words, head, *rows = shown.text.splitlines()
    alt = re.search(r'alt="([^"]+)"', shown.html)
    assert alt
    assert unescape(alt[1]) == f"{title} {words} The table below says the same."
    assert f"{title}</figcaption>" in shown.html
    assert " ".join(cells(shown.html)).split() == " ".join([head, *rows]).split()


@each_plot
def test_the_same_numbers_give_the_same_picture_whose_text_is_text(plot) -> None:
    assert svg(plot()) == svg(plot())
    assert "<text" in svg(plot())


def test_each_number_is_in_the_table() -> None:
    assert line().text.splitlines()[2:] == [
        "line  call  ms",
        "cold  1     210",
        "cold  2     190",
        "warm  1     12",
    ]
    assert bars().text.splitlines()[1:] == [
        "3 bars of calls; the largest is orders error with 2,000.",
        "        which  calls",
        "orders  ok     3",
        "orders  error  2,000",
        "prices  ok     7",
    ]
    assert heat().text.splitlines()[2:] == ["     9h  10h", "Mon  3   5", "Tue  -   9"]
    assert "queue     dead letter  60              60" in timeline().text
    assert (
        "bucket to function (created); function to bucket (put); function to function (calls)."
        in graph().text
    )


def test_a_short_table_is_open_and_a_long_one_opens() -> None:
    assert "<details open>" in line().html
    long = plot_line({"a": [(number, number) for number in range(40)]}, title="t", x="x", y="y")
    assert "<details>" in long.html
    assert len(long.text.splitlines()) == 43


def test_every_colour_has_a_second_sign() -> None:
    for signs in (MARKERS, DASHES, HATCHES):
        assert len(set(signs)) == len(signs) == len(COLOURS)
    assert "patternUnits" in svg(bars())


def test_a_field_of_ones_is_dark_and_a_field_of_zeros_is_light() -> None:
    ones, zeros = (
        svg(plot_heat({"Mon": {"9h": one, "10h": one}}, title="t", unit="allowed")) for one in (1, 0)
    )
    assert "text-anchor: middle; fill: #ffffff" in ones
    assert "text-anchor: middle; fill: #ffffff" not in zeros
    assert re.findall(r"data:image/png[^\"]*", ones) != re.findall(r"data:image/png[^\"]*", zeros)


@pytest.mark.parametrize(("start", "end"), [("a", "b"), ("a rather long name", "another one, as long")])
def test_an_arrow_runs_from_the_edge_of_one_box_to_the_edge_of_the_other(start: str, end: str) -> None:
    drawn = svg(plot_graph([(start, end, "")], title="t"))
    paths = re.findall(r'<g id="patch_\d+">\s*<path d="([^"]+)"', drawn)
    boxes = [[float(x) for x in re.findall(r"([\d.]+) [\d.]+", path)] for path in paths]
    _, left, right, arrow = boxes
    assert max(left) < min(arrow) < max(left) + 8
    assert min(right) - 8 < max(arrow) < min(right)


def test_plain_bars_need_no_legend() -> None:
    shown = plot_bars({"a": 1, "b": 2.5}, title="t", y="calls")
    assert shown.text.splitlines()[2:] == ["   calls", "a  1", "b  2.5"]


@pytest.mark.parametrize(
    "shown",
    [
        plot_line({}, title="t", x="x", y="y"),
        plot_line({"a": []}, title="t", x="x", y="y"),
        plot_line({"a": [(1, float("nan"))]}, title="t", x="x", y="y"),
        plot_bars({}, title="t", y="y"),
        plot_heat({}, title="t", unit="u"),
        plot_graph([], title="t"),
        plot_timeline([], title="t"),
    ],
)
def test_without_numbers_the_reader_is_told_what_to_do(shown: Shown) -> None:
    assert shown.text == "There is nothing to draw yet; run the cells above first."
    assert "<img" not in shown.html


def test_names_that_look_like_html_are_only_text() -> None:
    for shown in (
        plot_bars({EVIL: 1}, title=EVIL, y=EVIL),
        plot_graph([(EVIL, "b", EVIL)], title=EVIL),
        plot_timeline([(EVIL, 0, 1, EVIL)], title=EVIL),
    ):
        assert "<script" not in shown.html
        assert EVIL in shown.text


@pytest.mark.parametrize(
    "arrows",
    [
        [("a", "a", "")],
        [("a", "b", ""), ("b", "a", "")],
        [(str(one), str(other), "") for one in range(6) for other in range(6)],
        [("a", "b", "x"), ("c", "b", "y"), ("b", "d", "z"), ("a", "d", "")],
    ],
)
def test_circles_and_joins_are_drawn_too(arrows) -> None:
    assert f"{len(arrows)} arrow" in plot_graph(arrows, title="t").text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (3.0, "3"),
        (0.123456, "0.123"),
        (1234567, "1,234,567"),
        (1234.5, "1,234"),
        (float("nan"), "-"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text
