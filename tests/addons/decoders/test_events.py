"""Events are split as clients split them, wherever the stream is cut."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.decoders.events import MAX_EVENT_CHARACTERS, EventTooLargeError, Splitter, data_of

STREAMS = st.lists(
    st.sampled_from(["\n", "\r", "\r\n", "data: a", "data", ": c", "x", "\u2028"]), max_size=30
).map("".join)


def as_clients_do(stream: str) -> list[str]:
    """The data of each event, by the standard's own algorithm on the whole stream."""
    lines = re.split(r"\r\n|\n|\r", stream)
    events, event = [], []
    for line in lines[:-1]:
        if line:
            event.append(line)
        else:
            events.append(event)
            event = []
    return [
        "\n".join(x[5:].removeprefix(" ") for x in e if x.startswith("data:") or x == "data") for e in events
    ]


@given(STREAMS, st.lists(st.integers(1, 7), max_size=60))
def test_the_cuts_do_not_matter(stream: str, cuts: list[int]) -> None:
    splitter = Splitter()
    events = []
    rest = stream + "\n"
    for size in [*cuts, len(rest)]:
        events += splitter.feed(rest[:size])
        rest = rest[size:]
    expected = as_clients_do(stream + "\n")
    assert [data_of(event) for event in events] == [data.replace("\u2028", "\\u2028") for data in expected]
    assert "".join(events) + splitter.rest() == (stream + "\n").replace("\u2028", "\\u2028")


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_what_only_some_clients_take_for_a_line_end_becomes_an_escape(separator: str) -> None:
    [event] = Splitter().feed(f'data: "{separator}data: x{separator}{separator}"\n\n')
    assert len(event.splitlines()) == 2


def test_lines_are_events_of_ndjson() -> None:
    assert Splitter(is_lines=True).feed('{"a":1}\n{"b":2}\r\n{"c"') == ['{"a":1}\n', '{"b":2}\r\n']


def test_an_event_that_does_not_end_is_an_error() -> None:
    splitter = Splitter()
    assert splitter.feed("x" * MAX_EVENT_CHARACTERS) == []
    with pytest.raises(EventTooLargeError):
        splitter.feed("x")


def test_a_long_line_in_small_pieces_is_not_searched_again_and_again() -> None:
    splitter = Splitter()
    started = time.perf_counter()
    for _ in range(2000):
        splitter.feed("x" * 1000)
    assert time.perf_counter() - started < 3
