"""A stream is judged piece by piece, and comes out as the whole would."""

from __future__ import annotations

import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addons.inflating import Inflating
from addons.streams import MAX_HELD_CHARACTERS, OVERLAP_CHARACTERS, PIECE_CHARACTERS, JudgedStream, live_ends
from policy.detection import Match

SECRET = re.compile(r"SECRET-\d{4}")


class Watch:
    """A judge that redacts SECRET-nnnn and refuses the word FORBIDDEN."""

    def __init__(self) -> None:
        self.aborted = 0
        self.longest = 0

    def judge(self, text: str) -> tuple[tuple[Match, ...], bool]:
        self.longest = max(self.longest, len(text))
        found = tuple(Match("pii.custom", 80, m.start(), m.end(), "a secret") for m in SECRET.finditer(text))
        return found, "FORBIDDEN" not in text

    @staticmethod
    def redact(text: str, matches: tuple[Match, ...]) -> str:
        for match in reversed(matches):
            text = text[: match.start] + "[X]" + text[match.end :]
        return text

    def abort(self) -> None:
        self.aborted += 1


def stream(watch: Watch, content_type: str = "text/plain", coding: str = "") -> JudgedStream:
    return JudgedStream(
        watch.judge,
        watch.redact,
        watch.abort,
        inflating=Inflating(coding) if coding else None,
        live_ends=live_ends(content_type),
    )


def run(through: JudgedStream, body: bytes, cuts: list[int]) -> bytes:
    out = b""
    for size in cuts:
        piece, body = body[:size], body[size:]
        if piece:
            out += b"".join(through(piece))
    if body:
        out += b"".join(through(body))
    return out + b"".join(through(b""))


BODY = ("grün " * 100 + "SECRET-1234 und SECRET-5678 " + "x" * 3000).encode() * 12


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=60))
def test_what_is_redacted_does_not_depend_on_the_cuts(cuts: list[int]) -> None:
    expected = SECRET.sub("[X]", BODY.decode()).encode()
    assert run(stream(Watch()), BODY, cuts) == expected


@given(st.binary(max_size=2000), st.lists(st.integers(1, 50), min_size=1))
def test_bytes_that_are_no_text_pass_unchanged(body: bytes, cuts: list[int]) -> None:
    if SECRET.search(body.decode("latin-1")) is None:
        assert run(stream(Watch()), body, cuts) == body


def test_a_compressed_stream_is_judged_decoded() -> None:
    assert (
        run(stream(Watch(), coding="gzip"), gzip.compress(BODY), [100] * 50)
        == SECRET.sub("[X]", BODY.decode()).encode()
    )


def test_a_refusal_ends_the_stream_for_good() -> None:
    watch = Watch()
    through = stream(watch)
    assert b"".join(through(b"x" * PIECE_CHARACTERS)) == b"x" * (PIECE_CHARACTERS - OVERLAP_CHARACTERS)
    assert b"".join(through(b"FORBIDDEN" + b"y" * PIECE_CHARACTERS)) == b""
    assert b"".join(through(b"z" * PIECE_CHARACTERS)) == b""
    assert b"".join(through(b"")) == b""
    assert watch.aborted == 1


def test_an_event_goes_on_as_soon_as_it_is_complete() -> None:
    through = stream(Watch(), "text/event-stream; charset=utf-8")
    assert b"".join(through(b"data: one\n")) == b""
    assert b"".join(through(b"\ndata: SECRET-1111\n\ndata: tw")) == b"data: one\n\ndata: [X]\n\n"
    assert b"".join(through(b"o\n\n")) == b"data: two\n\n"
    assert b"".join(through(b"")) == b""


def test_a_line_of_json_goes_on_as_soon_as_it_is_complete() -> None:
    through = stream(Watch(), "application/x-ndjson")
    assert b"".join(through(b'{"a":1}\n{"b"')) == b'{"a":1}\n'


@pytest.mark.parametrize("content_type", ["text/plain", "text/event-stream"])
def test_what_is_held_is_bounded(content_type: str) -> None:
    watch = Watch()
    through = stream(watch, content_type)
    for _ in range(200):
        through(b"a" * 4096)
    assert watch.longest <= MAX_HELD_CHARACTERS + 4096


def test_a_fault_of_the_judge_ends_the_exchange() -> None:
    watch = Watch()

    def broken(_text: str) -> tuple[tuple[Match, ...], bool]:
        raise RuntimeError("broken")

    through = JudgedStream(broken, watch.redact, watch.abort, inflating=None, live_ends=())
    through(b"a")
    with pytest.raises(RuntimeError):
        through(b"")
    assert watch.aborted == 1
    assert through(b"more") == []
