"""Placeholders for personal data: typed, stable within a session, and reversible where a policy wants that.

Owns the vocabulary (`[EMAIL_1]`, `[SSN_2]`) and the bounded memory of one session. Invariants: what a match covers is
not in the output, nor is the same value anywhere else in it (values shorter than `_ANYWHERE` characters: only where
they were matched); the same value of the same type is the same placeholder as long as it is remembered; a number is
never used for two values; no plaintext is kept unless the session is reversible. Values are known by a keyed digest
(BLAKE2b, RFC 7693), so a dump of a session that is not reversible does not tell which card it has seen.

Does not catch: what no match covers. A placeholder that a service makes up is restored if it names a value of the
session: the agent gets back what it sent itself, never another agent's.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from policy.detection import Match

CAPACITY: Final = 4096
"""Values remembered in one session."""
_ANYWHERE: Final = 6
"""Characters from which a value is replaced wherever else it stands in the text as well."""
_FEW: Final = 32
"""Values up to which each is looked for by itself."""
_PLACEHOLDER: Final = re.compile(r"\[[A-Z][A-Z0-9_]{0,47}_[0-9]{1,12}\]", re.ASCII)
_UNSAID: Final = re.compile(r"[^A-Z0-9]+")

type _Region = tuple[int, int, Match]


class Redactor:
    """The placeholders of one session; used by any number of threads."""

    def __init__(self, *, is_reversible: bool = False, salt: bytes = b"", capacity: int = CAPACITY) -> None:
        """Begin a session.

        Args:
            is_reversible: keep the values, so that `restore` can put them back.
            salt: key of the digests, at most 64 bytes; empty: one of its own, which decides nothing but who could
                guess the digests.
            capacity: values remembered, at least 1; the least used are forgotten first.
        """
        self.is_reversible: Final = is_reversible
        self._salt: Final = salt or secrets.token_bytes(32)
        self._capacity: Final = max(1, capacity)
        self._placeholders: OrderedDict[bytes, str] = OrderedDict()
        self._values: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def placeholder(self, value: str, match: Match) -> str:
        """Return the placeholder of a value, agent- or service-supplied, of a match's type."""
        name = _type_of(match)
        text = f"{name}\0{value}".encode("utf-8", "surrogatepass")
        key = blake2b(text, key=self._salt, digest_size=16).digest()
        with self._lock:
            known = self._placeholders.get(key)
            if known is None:
                known = self._new(key, name, value)
            self._placeholders.move_to_end(key)
            return known

    def _new(self, key: bytes, name: str, value: str) -> str:
        count = self._counts[name] = self._counts.get(name, 0) + 1
        made = self._placeholders[key] = f"[{name}_{count}]"
        if self.is_reversible:
            self._values[made] = value
        if len(self._placeholders) > self._capacity:
            _, forgotten = self._placeholders.popitem(last=False)
            self._values.pop(forgotten, None)
        return made

    def redact(self, text: str, matches: Iterable[Match]) -> str:
        """Replace what some matches cover.

        Args:
            text: agent- or service-supplied.
            matches: of that text; they may overlap, and are then replaced together under the name of the strongest.
        """
        inside = [match for match in matches if 0 <= match.start < min(match.end, len(text))]
        if not inside:
            return text
        spans = [(match.start, min(match.end, len(text)), match) for match in inside]
        values = {text[start:end]: match for start, end, match in spans if end - start >= _ANYWHERE}
        pieces: list[str] = []
        last = 0
        for start, end, match in _merged(spans + _elsewhere(text, values)):
            pieces += (text[last:start], self.placeholder(text[start:end], match))
            last = end
        return "".join((*pieces, text[last:]))

    def restore(self, text: str) -> str:
        """Put the values back; unknown placeholders, and all those of a session that is not reversible, stay."""
        if not self.is_reversible or "[" not in text:
            return text
        with self._lock:
            return _PLACEHOLDER.sub(lambda found: self._values.get(found[0], found[0]), text)


def _type_of(match: Match) -> str:
    """Return a type as placeholders spell it: `national-id:pl-pesel` is `NATIONAL_ID`."""
    kind = match.kind or match.rule.rpartition(".")[2]
    return _UNSAID.sub("_", kind.partition(":")[0].upper()).strip("_")[:40].lstrip("0123456789_") or "PII"


def _merged(spans: list[_Region]) -> list[_Region]:
    """Join overlapping spans under the strongest match."""
    regions: list[_Region] = []
    for start, end, match in sorted(spans, key=lambda one: (one[0], -one[1])):
        if regions and start < regions[-1][1]:
            first, before, known = regions[-1]
            stronger = max(known, match, key=lambda one: (one.severity, one.end - one.start))
            regions[-1] = (first, max(before, end), stronger)
        else:
            regions.append((start, end, match))
    return regions


def _elsewhere(text: str, values: dict[str, Match]) -> list[_Region]:
    """Find every place where one of some values stands, in time linear in the text however many they are."""
    if len(values) <= _FEW:
        return [
            (found.start(), found.end(), match)
            for value, match in values.items()
            for found in re.finditer(re.escape(value), text)
        ]
    sizes: dict[str, set[int]] = {}
    for value in values:
        sizes.setdefault(value[:_ANYWHERE], set()).add(len(value))
    regions: list[_Region] = []
    for start in range(len(text) - _ANYWHERE + 1):
        for size in sizes.get(text[start : start + _ANYWHERE], ()):
            match = values.get(text[start : start + size])
            if match is not None:
                regions.append((start, start + size, match))
    return regions


def types_of(matches: Sequence[Match]) -> frozenset[str]:
    """Return the types some matches would be replaced by, for the record."""
    return frozenset(_type_of(match) for match in matches)
