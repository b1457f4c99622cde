"""Fingerprints: finding the real value of any secret in traffic without keeping it.

When a vault is opened each value is decrypted once and only this is kept of it, for every form of `encodings`:

- a keyed 32-bit hash of every eighth run of eight bytes. The hash is a polynomial over a secret random table, with
  a random base, both made anew in every process. 2**32 values for 2**48 and more runs: each hash fits tens of
  thousands of runs, so they do not give the value back even to who knows the key of the hash (Karp and Rabin 1987);
- a keyed 128-bit BLAKE2b digest of the whole form, its length, and the place of one of the hashed runs in it.

A text is hashed at every position, eight bytes at a time, in one pass of array arithmetic. A position whose hash is
the one of a form's chosen run is confirmed with the digest, so a *whole* match is certain. Besides, the runs found
anywhere in one request are counted: three or more, and three fifths of all runs of a form, are a *split* match: the
value in pieces of fifteen bytes or more, over fields, headers, query and body. The time does not depend on how many
secrets there are (measured: 15 to 20 microseconds and 12 to 16 per KB, for 10 as well as for 1,000; taking the
fingerprints of 1,000 takes 0.3 s).

What is read: the texts as they are, percent-decoded, JSON-unescaped, and with all but letters, digits and `+/=_-`
left out (line breaks in base64, colons in hex, commas and quotes between pieces, the zeros of UTF-16).

What it cannot match: values shorter than 8 bytes (`Watch.unwatched` names them); a split into pieces shorter than 15
bytes, or of a value shorter than 24, unless only separators stand between; other letter case; the forms that
`encodings` does not list, such as encryption, compression, ciphers, base32, numbers, base64 of base64. Shared pieces
such as a provider's prefix or the lines around a PEM key count for no one. All texts are agent- or service-supplied.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

import numpy as np

from vault.encodings import all_forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from vault.secret import Secret

RUN: Final = 8
"""Bytes that are hashed at a time; also the shortest value that can be watched."""
LEAST_RUNS: Final = 3
LEAST_SHARE: Final = 0.6
CHUNK: Final = 1 << 14
"""Bytes hashed at once: what the processor's cache holds."""
FILTER_BITS: Final = 20
MOST_PLACES: Final = 256
"""Places of one run that are confirmed in one text; a text with more has all runs of a value, or not the value."""
DIGEST_BYTES: Final = 16
_KEPT: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")
_DROPPED: Final = bytes(byte for byte in range(256) if byte not in _KEPT)
_ESCAPE = re.compile(rb'\\(?:u00([0-9A-Fa-f]{2})|(["\\/]))')
_SEPARATOR: Final = b"\0"

type Hashes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret found in a text."""

    secret: str
    """Its name."""
    version: int
    is_whole: bool
    """False where only pieces were found, which together are most of it."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What is kept of one form of one value."""

    secret: str
    version: int
    length: int
    anchor_at: int
    """Where in the form its chosen run begins."""
    digest: bytes = field(repr=False)
    runs: int
    """How many runs of it count for a split match."""


class Watch:
    """Knows the secrets of a vault when it sees them; safe to use from any thread, never changed."""

    def __init__(self, values: Iterable[tuple[str, int, Secret]]) -> None:
        """Take fingerprints of (name, version, value); the values are not kept."""
        self.longest = 0
        """Bytes of the longest form: what a reader of a stream keeps of the chunk before, to find what was cut."""
        self._key = os.urandom(32)
        self._table = np.frombuffer(os.urandom(8 * 256), dtype=np.uint64)
        base = int.from_bytes(os.urandom(8)) | 1
        self._powers = [np.uint64(pow(base, power, 1 << 64)) for power in (1, 2, 4)]
        self.unwatched: list[str] = []
        """Names of secrets that are too short to be found."""
        taken = list(self._take(values))
        owners: dict[int, set[str]] = {}
        for form, hashes in taken:
            for value in hashes:
                owners.setdefault(value, set()).add(form.secret)
        self._anchors: dict[int, list[_Form]] = {}
        self._runs: dict[int, list[_Form]] = {}
        for form, hashes in taken:
            self._keep(form, hashes, owners)
        known = np.array(sorted(self._anchors.keys() | self._runs.keys()), dtype=np.uint32)
        self._known: Hashes = known
        self._filter = np.zeros(1 << FILTER_BITS, dtype=np.bool_)
        self._filter[known >> np.uint32(32 - FILTER_BITS)] = True

    def leaks(self, texts: Iterable[bytes]) -> list[Leak]:
        """Find secrets in the texts of one request or response; each secret at most once, whole before split."""
        if not len(self._known):
            return []
        text = _views(_SEPARATOR.join(texts))
        seen: dict[int, list[int]] = {}
        for value, at in self._candidates(text):
            places = seen.setdefault(value, [])
            if len(places) < MOST_PLACES:
                places.append(at)
        found = {(leak.secret, leak.version): leak for leak in self._split(seen)}
        found |= {(leak.secret, leak.version): leak for leak in self._whole(seen, text)}
        return sorted(found.values(), key=lambda leak: (leak.secret, leak.version))

    def _take(self, values: Iterable[tuple[str, int, Secret]]) -> Iterator[tuple[_Form, list[int]]]:
        for name, version, value in values:
            plain = bytes(value.buffer)
            squeezed = plain.translate(None, _DROPPED)
            if len(squeezed) < RUN:
                squeezed = plain
            if len(plain) < RUN:
                self.unwatched.append(name)
                continue
            yield from self._forms(
                name, version, list(dict.fromkeys((*all_forms(plain), *all_forms(squeezed))))
            )

    def _forms(self, name: str, version: int, forms: list[bytes]) -> Iterator[tuple[_Form, list[int]]]:
        """Hash all forms of a value in one go."""
        hashes = self._hash(np.frombuffer(b"".join(forms), dtype=np.uint8)).tolist()
        start = 0
        self.longest = max(self.longest, *map(len, forms))
        for form in forms:
            runs = hashes[start : start + len(form) - RUN + 1 : RUN]
            start += len(form)
            yield _Form(name, version, len(form), 0, self._digest(form), 0), runs

    def _keep(self, form: _Form, hashes: list[int], owners: dict[int, set[str]]) -> None:
        """Remember a form under its runs; those that other secrets have, too, count for neither."""
        own = [index for index, value in enumerate(hashes) if len(owners[value]) == 1]
        middle = len(hashes) // 2
        anchor = min(own, key=lambda index: abs(index - middle), default=middle)
        values = dict.fromkeys(hashes[index] for index in own)
        kept = replace(form, anchor_at=anchor * RUN, runs=len(values))
        self._anchors.setdefault(hashes[anchor], []).append(kept)
        if len(values) >= LEAST_RUNS:
            for value in values:
                self._runs.setdefault(value, []).append(kept)

    def _hash(self, text: NDArray[np.uint8]) -> Hashes:
        """The hash of the eight bytes at each position."""
        hashes = self._table[text]
        for width, power in zip((1, 2, 4), self._powers, strict=True):
            following = hashes[width:]
            hashes = hashes[:-width] * power
            hashes += following
        return (hashes >> np.uint64(32)).astype(np.uint32)

    def _candidates(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Hashes that are known, with their positions."""
        array = np.frombuffer(text, dtype=np.uint8)
        for start in range(0, len(array) - RUN + 1, CHUNK):
            hashes = self._hash(array[start : start + CHUNK + RUN - 1])
            places = np.flatnonzero(self._filter[hashes >> np.uint32(32 - FILTER_BITS)])
            if not len(places):
                continue
            near = hashes[places]
            index = np.searchsorted(self._known, near)
            index[index == len(self._known)] = 0
            is_known = self._known[index] == near
            yield from zip(near[is_known].tolist(), (places[is_known] + start).tolist(), strict=True)

    def _whole(self, seen: dict[int, list[int]], text: bytes) -> Iterator[Leak]:
        for value, places in seen.items():
            for form in self._anchors.get(value, ()):
                if any(self._is_at(form, text, at - form.anchor_at) for at in places):
                    yield Leak(form.secret, form.version, is_whole=True)

    def _is_at(self, form: _Form, text: bytes, start: int) -> bool:
        if start < 0 or start + form.length > len(text):
            return False
        return hmac.compare_digest(self._digest(text[start : start + form.length]), form.digest)

    def _split(self, seen: dict[int, list[int]]) -> Iterator[Leak]:
        counts: dict[int, int] = {}
        forms: dict[int, _Form] = {}
        for value in seen:
            for form in self._runs.get(value, ()):
                counts[id(form)] = counts.get(id(form), 0) + 1
                forms[id(form)] = form
        for key, count in counts.items():
            form = forms[key]
            if count >= LEAST_RUNS and count >= LEAST_SHARE * form.runs:
                yield Leak(form.secret, form.version, is_whole=False)

    def _digest(self, form: bytes) -> bytes:
        return hashlib.blake2b(form, key=self._key, digest_size=DIGEST_BYTES).digest()

    def __repr__(self) -> str:
        return "<watch>"


def _views(text: bytes) -> bytes:
    """A text in all the ways it is read, one after the other."""
    views = [text]
    if b"%" in text:
        views.append(unquote_to_bytes(text))
    if b"\\" in text:
        views.append(_ESCAPE.sub(_unescaped, text))
    squeezed = [view.translate(None, _DROPPED) for view in views]
    views += [new for old, new in zip(views, squeezed, strict=True) if len(new) < len(old)]
    return _SEPARATOR.join(views)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return found[2] or bytes.fromhex(found[1].decode("ascii"))
