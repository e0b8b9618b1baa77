"""What an environment writes becomes the same events, however the pipe cuts it."""

from __future__ import annotations

import os
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from course.cloud import quotas
from course.cloud.runtime.output import KEEP, Output

LINES = st.text(st.characters(exclude_characters="\n\r\u0085", exclude_categories=["Cs"]), max_size=40)
PARTS = st.lists(
    st.one_of(LINES.map(lambda text: ("line", text)), LINES.map(lambda text: ("frame", text))), max_size=12
)
BLANK = "\n"
"""CloudWatch Logs takes no empty message."""
CUTS = st.lists(st.integers(0, 2000), max_size=15)


def frame(data, at=1_700_000_000_000_000):
    """A log record as the runtime frames it: kind, length, microseconds since the epoch, text."""
    return b"\xa5\x5a\x00\x03" + len(data).to_bytes(4, "big") + at.to_bytes(8, "big") + data


def read(chunks, replace=(b"/nowhere", b"/var/task")):
    """The texts of the events that these chunks, each drained by itself, become."""
    source, sink = os.pipe()
    os.set_blocking(source, False)
    output = Output(source, replace)
    try:
        for chunk in chunks:
            for start in range(0, len(chunk), 32_768):
                os.write(sink, chunk[start : start + 32_768])
                output.drain(5.0)
        return output.take(6.0)
    finally:
        os.close(source)
        os.close(sink)


@settings(max_examples=150, deadline=None)
@given(PARTS, CUTS)
@example(
    [("line", "\u00e5Z"), ("frame", "one"), ("line", "\u1965Z and \U00010965Z"), ("frame", "\u00e5Z")], []
)
@example([("line", "\u00e5Z")], [1, 2])
def test_events_do_not_depend_on_how_the_output_was_cut(parts, cuts):
    data, expected = b"", []
    for kind, text in parts:
        if kind == "line":
            data += text.encode() + b"\n"
            expected.append(text + "\n")
        else:
            data += frame(text.encode())
            expected.append(text or BLANK)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    chunks = [data[start:stop] for start, stop in pairwise(places)]
    assert [event.text for event in read(chunks)] == expected


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(st.binary(max_size=60), st.sampled_from([b"\xa5", b"\xa5\x5a", frame(b"x")[:9]])),
        max_size=12,
    )
)
def test_no_bytes_are_too_odd(chunks):
    for event in read(chunks):
        assert isinstance(event.text, str)
        assert event.at >= 0


def test_a_long_line_is_not_cut_within_a_character_that_could_begin_a_frame():
    line = "x" * (quotas.LOG_EVENT - 1) + "\u00e5Z" + "y" * 100
    assert "".join(event.text for event in read([line.encode()])) == line


def test_a_frame_is_one_event_at_its_own_time():
    (event,) = read([frame(b"one\ntwo\n", at=1_700_000_000_250_000)])
    assert event.at == 1_700_000_000.25
    assert event.text == "one\ntwo\n"


def test_a_line_without_an_end_is_an_event_when_the_invocation_ends():
    assert [event.text for event in read([b"a\nb"])] == ["a\n", "b"]


def test_the_folder_of_the_code_is_shown_as_lambda_shows_it():
    (event,) = read([b'File "/nowhere/app.py", line 1\n'])
    assert event.text == 'File "/var/task/app.py", line 1\n'


def test_a_line_longer_than_an_event_becomes_several():
    events = read([b"x" * (quotas.LOG_EVENT * 2 + 10) + b"\n"])
    assert [len(event.text) for event in events] == [quotas.LOG_EVENT, quotas.LOG_EVENT, 11]


def test_a_flood_is_kept_up_to_a_limit_and_the_rest_is_counted():
    line = b"y" * 99_999 + b"\n"
    events = read([line] * 100)
    kept = sum(len(event.text) for event in events[:-1])
    assert kept <= KEEP
    dropped = int(events[-1].text.split()[1])
    assert 10_000_000 - 100 <= kept + dropped <= 10_000_000
