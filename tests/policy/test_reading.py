"""A text of any length is read once, in blocks, and what is found is found once and where it stands."""

from __future__ import annotations

import base64
import random
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.detection import Detection, Match
from policy.detectors.secrets import detector as secrets
from policy.reading import Reader, reader
from policy.text.blocks import CONTEXT, OVERLAP, SIZE, blocks
from policy.text.scanner import Pattern, Scanner
from policy.text.views import PATTERNS

if TYPE_CHECKING:
    from policy.text.scanner import Scan

READER = Reader(Scanner(PATTERNS))
NEEDLE = re.compile(r"\bneedle-[a-z]{1,40}\b")
RAW = random.Random(7).randbytes(90_000)  # noqa: S311 - content for a test


def needles(scan: Scan) -> Detection:
    matches = (Match("test.needle", 50, *found.span(), "a needle") for found in NEEDLE.finditer(scan.text))
    return Detection(0.5, tuple(matches))


def spans(text: str) -> list[tuple[int, int]]:
    return [(match.start, match.end) for match in READER.read(text).detect(needles, "secrets").matches]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("filler", ["words of no interest ", "x", "\n", "Ж, "])
@pytest.mark.parametrize("size", [0, 1, SIZE, SIZE + SIZE // 2, SIZE + SIZE // 2 + 1, 5 * SIZE])
def test_every_beginning_in_a_text_is_owned_by_one_block_that_shows_what_follows(
    filler: str, size: int
) -> None:
    text = (filler * (size // len(filler) + 1))[:size]
    found = list(blocks(text))
    assert (found[0].start, found[0].low) == (0, 0)
    assert (found[-1].end, found[-1].high) == (size, size + 1)
    for one, following in pairwise(found):
        assert one.high == following.low == following.start + CONTEXT
        assert one.end - one.high >= OVERLAP - CONTEXT
        assert following.start > one.start
    assert all(one.end - one.start <= SIZE + SIZE // 2 for one in found)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 2 * SIZE + SIZE // 2), max_size=12),
    st.sampled_from(["words of no interest ", "0123 ", "\n"]),
)
def test_what_stands_anywhere_in_a_long_text_is_found_once(places: list[int], filler: str) -> None:
    text = filler * (5 * SIZE // 2 // len(filler))
    for place in places:
        at = min(place, len(text))
        text = f"{text[:at]} needle-{'abc' * (place % 9 + 1)} {text[at:]}"
    assert spans(text) == [found.span() for found in NEEDLE.finditer(text)]


@pytest.mark.parametrize("shift", range(0, 120, 7))
def test_a_disguise_in_the_seam_of_two_blocks_is_undone_and_traced_back(shift: int) -> None:
    hidden = b64("the hidden words are needle-abcdefgh and more of them")
    before = "filler " * ((SIZE - OVERLAP) // 7) + "." * shift + " "
    text = f"{before}{hidden} {'filler ' * 12_000}"
    ((start, end),) = spans(text)
    assert start < len(before) + len(hidden)
    assert len(before) < end <= start + 2 * len(hidden)


@pytest.mark.parametrize("lead", range(4))
def test_base64_longer_than_a_block_keeps_its_alignment(lead: int) -> None:
    text = "z " * lead + b64("слова " * 9_000 + "needle-abc" + " слова" * 9_000)
    assert len(text) > 2 * SIZE
    assert len(spans(text)) == 1


def test_what_is_seen_in_the_text_is_not_told_again_for_each_view() -> None:
    text = "needle-abc and p%61ssword"
    assert spans(text) == [(0, 10)]


def test_what_only_a_view_shows_says_which() -> None:
    (match,) = READER.read(b64("see needle-abc for more of it")).detect(needles, "secrets").matches
    assert match.view == "base64"


def test_the_views_of_a_family_are_its_own() -> None:
    text = "arrqyr-nop vtaber cerivbhf"
    assert READER.read(text).detect(needles, "prompt").matches
    assert not READER.read(text).detect(needles, "secrets").matches


def test_what_is_encoded_deeper_than_is_read_is_a_finding_of_the_guard_of_secrets() -> None:
    text = "needle-abc, a short note"
    for _ in range(7):
        text = b64(text)
    found = READER.read(text)
    assert found.is_cut
    assert [match.rule for match in found.detect(needles, "secrets").matches] == ["secrets.too-deep"]
    assert found.detect(needles, "prompt").matches == ()


def test_an_empty_text_can_be_read() -> None:
    assert READER.read("").detect(needles, "secrets").matches == ()


def test_guards_that_ask_about_the_same_text_share_its_reading() -> None:
    text = "some text"
    assert READER.read(text) is READER.read(text)
    assert READER.read("other text") is not READER.read(text)


def test_the_reader_of_all_families_finds_a_key_in_a_disguise_far_inside() -> None:
    key = (
        "-----BEGIN RSA PRIVATE KEY-----\n"
        + "\n".join(["MIIEow" + RAW[:29].hex()] * 12)
        + "\n-----END RSA PRIVATE KEY-----"
    )
    text = "ordinary words " * 9000 + b64(key) + " ordinary words" * 3000
    matches = reader().read(text).detect(secrets.detect, "secrets").matches
    assert [match.start for match in matches if match.severity >= 70] == [135_000]


ORDINARY = {
    "image in JSON": '{"image": "' + base64.b64encode(b"\x89PNG\r\n\x1a\n" + RAW).decode() + '", "text": "what is it"}',
    "attachment": base64.encodebytes(RAW).decode(),
    "hashes": "\n".join(f"pkg-{at} --hash=sha256:{RAW[at : at + 32].hex()}" for at in range(0, 60_000, 32)),
    "identifiers": "\n".join(
        f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:32]}"
        for raw in (RAW[at : at + 16].hex() for at in range(0, 40_000, 16))
    ),
    "tokens": "\n".join(
        ".".join(
            base64.urlsafe_b64encode(part).decode().rstrip("=")
            for part in (b'{"alg":"RS256","typ":"JWT"}', b'{"sub":"%d","iat":1516239022}' % at, RAW[at : at + 256])
        )
        for at in range(0, 50_000, 256)
    ),
    "table of digits": "\n".join(" ".join(str(byte % 10) for byte in RAW[at : at + 40]) for at in range(0, 60_000, 40)),
    "accents, quoted-printable": "L'=C3=A9t=C3=A9 dernier, =E0 Gen=C3=A8ve, tr=C3=A8s bref et=\r\n fini. " * 1800,
    "source in JSON in JSON": '{"a": "' + "def f(x):\\\\n    return \\\\\\\"x\\\\\\\" + 'y'\\\\n" * 3000 + '"}',
    "query": "q=" + "+".join(["red", "shoes", "and", "the", "blue%20ones"] * 4000),
    "links": "\n".join(
        f"https://example.com/?id={RAW[at : at + 12].hex()}&to=https%3A%2F%2Fa.example"
        for at in range(0, 40_000, 40)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_large_ordinary_bodies_are_read_to_their_end(name: str) -> None:
    found = READER.read(ORDINARY[name])
    assert not found.is_cut


@pytest.mark.parametrize("name", ["image in JSON", "attachment", "hashes", "identifiers", "table of digits"])
def test_binary_content_that_decodes_to_no_text_makes_next_to_no_view(name: str) -> None:
    found = READER.read(ORDINARY[name])
    assert sum(len(view.text) for part in found.parts for view, _ in part.views) < 1000


def test_a_pattern_is_found_whatever_database_it_is_in() -> None:
    scanner = Scanner(
        (
            Pattern("one.a", "aaa"),
            Pattern("two.b", "bbb"),
            Pattern("three.c", "ccc"),
            Pattern("one.d", "ddd"),
        ),
        apart=(frozenset(("one",)), frozenset(("two",))),
    )
    hits = scanner.scan("xxaaax ccc").hits
    assert ("one.a" in hits, "two.b" in hits, "three.c" in hits, "one.d" in hits, "four" in hits) == (
        True,
        False,
        True,
        False,
        False,
    )
    assert set(hits) == {"one.a", "three.c"}
    assert hits & frozenset(("one.a", "two.b", "other")) == {"one.a"}
    assert hits.isdisjoint(frozenset(("two.b", "one.d")))
    assert not hits.isdisjoint({"three.c"})
    assert scanner.which(b"bbb ddd") == {"two.b", "one.d"}
    assert scanner.scan("aaa aaa").spans("one.a") == ((0, 3), (4, 7))
