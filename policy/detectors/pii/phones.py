"""Telephone numbers: international ones by themselves, national ones by their grouping, any beside a word.

What a pattern has found is validated against the numbering plans (`numbering`).
Sources: ITU-T E.164, E.123; the North American Numbering Plan (area and exchange never begin with 0 or 1).
Does not catch: bare local digits without a word, extensions alone, digits spelled as words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.pii.cards import is_card
from policy.detectors.pii.found import Found, stands_free
from policy.detectors.pii.numbering import Numbering
from policy.detectors.pii.words import is_known
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.pii.page import Page

RULE: Final = "pii.phone"
PLUS: Final = "pii.phone-plus"
NANP: Final = "pii.phone-nanp"
TRUNK: Final = "pii.phone-trunk"
TOPIC: Final = "phone"

PATTERNS: Final = (Pattern(PLUS, r"\+[ (]{0,2}[1-9][0-9 ().-]{6}"),)
NUMBERS: Final = (
    Pattern(NANP, r"[2-9][0-9]{2}(?:\) ?|[ .-]{1,2})[2-9][0-9]{2}[ .-][0-9]{4}"),
    Pattern(TRUNK, r"\b0(?: ?\([0-9]|[0-9]{1,2})[0-9]{0,2}\)?[ ./-]{1,2}\(?[0-9]{2,4}\)?[ ./-]?[0-9]{2,4}"),
)

_BY_NAME: Final = {pattern.name: pattern for pattern in (*PATTERNS, *NUMBERS)}

_REST: Final = r"[0-9 ().\-/\u2010\u2011\u00a0]{5,24}"
_EXTENSION: Final = r"(?:[ ,;]{0,2}(?:x|ext\.?|#|app\.?) ?[0-9]{1,6})?"
_INTERNATIONAL: Final = re.compile(rf"\+[ (]{{0,2}}[1-9]{_REST}{_EXTENSION}(?![0-9A-Za-z])")
_NANP: Final = re.compile(
    rf"(\(?)[2-9](?!11)[0-9]{{2}}(\) ?|[ .-]{{1,2}})[2-9][0-9]{{2}}([ .-])[0-9]{{4}}{_EXTENSION}(?![0-9A-Za-z])"
)
_TRUNK: Final = re.compile(
    r"0(?: ?\([0-9]|[0-9]{1,2})[0-9]{0,2}\)?(?:[ ./-]{1,2}\(?[0-9]{2,4}\)?){1,4}(?![0-9A-Za-z])"
)
_NUMBER: Final = re.compile(rf"[0-9][0-9 ().\-/]{{4,22}}[0-9]{_EXTENSION}(?![0-9])")
_INSIDE: Final = re.compile(r"[0-9A-Za-z.$€£#_-]")
"""What a number near a word does not begin behind."""
_AWAY: Final = re.compile(r"[0-9A-Za-z]*+")
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-/.][01]?[0-9][-/.][0-3]?[0-9]|[0-3]?[0-9][-/.][0-3]?[0-9][-/.](?:19|20)[0-9]{2}"
)
_FLOOD: Final = 512
"""Numbers from which a text is a list of them, and what has the form of an international one is taken for one."""
_LISTED: Final = 13
"""Digits up to which it is: longer ones may be a card behind a plus."""
_HIDDEN: Final = ord("#")
_MOST_DOTS: Final = 4
"""More are an object identifier."""
_GLUED: Final = re.compile(r"[0-9A-Za-z]{1,24}+")
_ADDRESS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_GAP: Final = re.compile(r"[ ./-]+")
_FEWEST, _MOST = 7, 15
_MOBILE: Final = re.compile(r"0[0-9]{10}", re.ASCII)
"""Of the countries that write a mobile number with eleven digits; ten are anything."""
_REGIONS: Final = ("GB", "DE", "FR", "IT", "NL", "CH", "TR", "PH", "AU", "JP", "KR", "ZA", "IN")
_SHORTEST_NANP, _LONGEST_NANP = 12, 17
_BARE_REGIONS: Final = ("GB", "TR", "PH", "KR")


class Phones:
    """The readers for one text, with what they have spent."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._numbering = Numbering()
        self._ends_known: set[int] = set()

    def international(self) -> Iterator[Found]:
        """Find the numbers with a plus."""
        page = self._page
        if PLUS in page.hits:
            for start, _ in page.places(page.scan, _BY_NAME[PLUS]):
                found = self._plus(start)
                if found:
                    yield found

    def national(self) -> Iterator[Found]:
        """Find all others; after the international ones, which some of them are a part of."""
        page = self._page
        unread = page.unread()
        for name, reader in ((NANP, self._nanp), (TRUNK, self._trunk)):
            if name in page.number_hits:
                for start, _ in page.places(page.numbers, _BY_NAME[name]):
                    found = None if unread[start] == _HIDDEN else reader(start)
                    if found:
                        yield found
        bare = self._bare()
        if bare:
            yield bare
        if self._page.has(TOPIC):
            yield from self._labelled()

    def _plus(self, start: int) -> Found | None:
        text = self._page.plain
        written = _INTERNATIONAL.match(text, start)
        if written is None or (
            start and (text[start - 1].isalnum() or text[start - 1] in "+=") and text[start - 1] != "="
        ):
            return None
        raw = _trimmed(written[0])
        count = _count(raw)
        if not _FEWEST < count <= _MOST or (
            count > _LISTED and self._numbering.is_spent and is_card(raw[1:])
        ):
            return None
        if len(self._ends_known) > _FLOOD and count <= _LISTED:
            return self._found(start, raw, 0.9)
        near = self._near(start, start + len(raw))
        is_grouped = not raw[1:].isdigit()
        if self._numbering.is_valid(raw, None):
            return self._found(start, raw, 0.97 if near else 0.9)
        if near or (is_grouped and self._numbering.is_possible(raw)):
            return self._found(start, raw, 0.9 if near else 0.7)
        return None

    def _nanp(self, start: int) -> Found | None:
        text = self._page.plain
        if not self._ends_known.isdisjoint(range(start + _SHORTEST_NANP, start + _LONGEST_NANP)):
            return None
        if start and text[start - 1] == "(":
            start -= 1
        if text[max(0, start - 2) : start] in {"1-", "1 ", "1."}:
            start -= 2
        written = _NANP.match(text, start) or _NANP.match(text, start + 2)
        if written is None or not _is_free(text, start, written.end()):
            return None
        end = written.end()
        near = self._near(start, end)
        if near or self._page.is_whole(start, end) or self._page.follows(RULE, start):
            return self._found(start, text[start:end], 0.93 if near else 0.8)
        if self._page.is_lowered(start) or written[3] == ".":
            return None
        return self._found(start, text[start:end], 0.8 if "-" in written[0] or written[1] else 0.55)

    def _trunk(self, start: int) -> Found | None:
        text = self._page.plain
        written = None if _DATE.match(text, start) else _TRUNK.match(text, start)
        if written is None:
            return None
        raw = written[0]
        if not 9 < _count(raw) < 12 or not _is_free(text, start, written.end()):
            return None
        if self._near(start, written.end()):
            return None
        is_whole = self._page.is_whole(start, written.end())
        if not is_whole and ("." in raw or self._page.is_lowered(start) or len(_GAP.findall(raw)) <= 1):
            return None
        if any(self._numbering.is_valid(raw, region) for region in _REGIONS):
            return self._found(start, raw, 0.75 if is_whole else 0.65)
        return None

    def _bare(self) -> Found | None:
        page = self._page
        low, high = page.whole
        raw = page.plain[low:high]
        if not _MOBILE.fullmatch(raw):
            return None
        if any(self._numbering.is_valid(raw, region) for region in _BARE_REGIONS):
            return self._found(low, raw, 0.6)
        return None

    def _labelled(self) -> Iterator[Found]:
        """Numbers near a word: behind it, or right in front (`555 0100 office`)."""
        text = self._page.plain
        number = _NUMBER.search(text)
        while number is not None:
            start = number.start()
            start -= text[start - 1 : start] == "("
            start -= text[start - 1 : start] == "+"
            if not self._page.is_near(TOPIC, start, number.end()):
                number = _NUMBER.search(text, number.end())
                continue
            if _INSIDE.match(text[start - 1 : start]):
                # Go on behind the token it is in; the rest may be a number of its own.
                away = _AWAY.match(text, number.start())
                number = _NUMBER.search(text, away.end() if away else number.end())
                continue
            if number.end() not in self._ends_known:
                yield from self._take(start, _trimmed(text[start : number.end()]))
            number = _NUMBER.search(text, number.end())

    def _take(self, start: int, raw: str) -> Iterator[Found]:
        count, end = _count(raw), start + len(raw)
        if end in self._ends_known or not _FEWEST - 1 <= count <= _MOST + 4 or not self._near(start, end):
            return
        is_number = (count >= _FEWEST or not raw.isdigit()) and raw.count(".") <= _MOST_DOTS
        if not is_number or _DATE.search(raw) or _ADDRESS.fullmatch(raw):
            return
        if ("(" in raw and ")" not in raw) or not self._ends(end):
            return
        yield Found(start, end, RULE, "phone", 0.8 if count >= 9 or not raw.isdigit() else 0.6)
        self._page.note(RULE, end, is_company=False)

    def _ends(self, end: int) -> bool:
        """True if no word goes on behind a number, unless it is the next word of a form: `555-0100Email`."""
        glued = _GLUED.match(self._page.plain, end)
        return glued is None or glued[0].istitle() or is_known(glued[0])

    def _found(self, start: int, raw: str, confidence: float) -> Found:
        end = start + len(raw)
        self._ends_known.add(end)
        self._page.note(RULE, end, is_company=False)
        return Found(start, end, RULE, "phone", confidence)

    def _near(self, start: int, end: int) -> bool:
        return self._page.has(TOPIC) and self._page.distance((TOPIC,), start, end) >= 0


_CODE: Final = re.compile(r"(?:[A-Z]{4}|[A-Z]{1,3}[0-9]{1,3}|[0-9][A-Z]{3}) \Z")
"""A group of letters in front: a piece of an account number."""


def _count(raw: str) -> int:
    return len(raw.encode("ascii", "replace").translate(None, _NO_DIGITS))


_NO_DIGITS: Final = bytes(code for code in range(256) if not 0x30 <= code <= 0x39)


_CUT: Final = re.compile(r"  |\) \(|[ .]\Z| [-/] ")


def _trimmed(raw: str) -> str:
    """Cut what a number cannot end with, and what begins another number behind two blanks."""
    cut = _CUT.search(raw)
    raw = raw[: cut.start()] if cut else raw
    return raw.rstrip(" .-/(\u2010\u2011\u00a0")


def _is_free(text: str, start: int, end: int) -> bool:
    """True if nothing of a longer number, a path or a decimal stands on either side."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if not stands_free(text, start, end) or before[-1:] in {"-", ".", "_", "$", "#"}:
        return False
    if before[-1:] in {" ", "/"} and before[:1].isdigit():
        return False
    if _CODE.search(text, max(0, start - 6), start):
        return False
    return not (after[:1] in {"-", ".", "_", " "} and after[1:].isdigit())
