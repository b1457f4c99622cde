"""Placeholders: what an agent holds instead of a secret, and finding them in bytes.

    sk-proj-aegis  7k2mqd4xw6ohbnr3vtyjce  5fzua
    prefix  marker 22 random               5 check characters, all of a-z2-7 (110 bits, 25 bits)

The prefix is the provider's, so that the format checks of its SDKs accept the placeholder; the alphabet needs no
escaping in headers, queries, paths, JSON or a credential scope of AWS. Random, not derived: it tells nothing of the
secret, and each agent and secret has its own. The check (CRC-32) is no protection, any agent can make one up that
fits; it tells a token that was cut, edited or made up by a model from a word that only looks like one, and lets
scanners for secrets know ours without asking the vault. What protects is that unknown tokens are refused.

`find` says for each token in agent-supplied bytes whether it is known (issued by this vault), unknown (well formed,
never issued here) or malformed (carries the marker, was tampered with). The marker is a word, too: what follows has
to look random before it counts, so prose about an aegis, `aegis_addons.py` and hosts like aegisauthenticator.com
are nothing. Not found: tokens in another case or encoding (base64, hex), which no service accepts either; Basic
credentials are decoded by whoever asks.
"""

from __future__ import annotations

import base64
import os
import re
import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container

MARKER: Final = b"aegis"
RANDOM_CHARACTERS: Final = 22
CHECK_CHARACTERS: Final = 5
CORE_BYTES: Final = len(MARKER) + RANDOM_CHARACTERS + CHECK_CHARACTERS
"""Marker to the end: 32 bytes."""
MOST_MARKERS: Final = 4096
"""More in one text are an attempt to keep us busy, and refused."""
_RUN = re.compile(rb"[a-z2-7]{0,40}")
_LEAST_RUN: Final = 14
"""Shorter runs after the marker are words."""
_LEAST_DIGITS: Final = 2
"""Every placeholder has as many in its first 14 random characters, so that it is told from words even if cut there."""
_DIGITS: Final = b"234567"
PREFIX: Final = re.compile(r"[A-Za-z0-9_.:-]{0,48}\Z")


class Kind(StrEnum):
    """What a token is to this vault."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Found:
    """One token in a text."""

    kind: Kind
    start: int
    """Where its marker begins."""
    core: bytes
    """Marker to the end; the name under which a known one is looked up. Empty for a malformed one."""

    @property
    def end(self) -> int:
        """Where the next byte is."""
        return self.start + len(self.core)


def make(prefix: str) -> str:
    """Make a new placeholder.

    Args:
        prefix: The provider's, such as `sk-proj-`; operator-supplied or from `providers`.
    """
    if not PREFIX.match(prefix):
        raise ValueError("expected a prefix of at most 48 letters, digits or _.:-")
    random = b""
    while not _looks_random(random[:_LEAST_RUN]):
        random = base64.b32encode(os.urandom(14))[:RANDOM_CHARACTERS].lower()
    return prefix + (MARKER + random + _check(random)).decode("ascii")


def core_of(token: str) -> bytes:
    """The part of a placeholder by which it is looked up; empty if it is none."""
    core = token.encode("ascii", "replace")[-CORE_BYTES:]
    return core if is_core(core) else b""


def is_core(core: bytes) -> bool:
    """Whether bytes are marker, random characters and the check that fits."""
    random = core[len(MARKER) : len(MARKER) + RANDOM_CHARACTERS]
    return (
        len(core) == CORE_BYTES
        and core.startswith(MARKER)
        and _RUN.fullmatch(core, len(MARKER)) is not None
        and core[-CHECK_CHARACTERS:] == _check(random)
    )


def find(text: bytes, known: Container[bytes]) -> list[Found]:
    """Find every token in agent-supplied bytes, in order; linear in their length.

    Args:
        text: Anything.
        known: The cores that this vault issued.
    """
    if MARKER not in text:  # nearly all of the traffic ends here
        return []
    found: list[Found] = []
    at = text.find(MARKER)
    markers = 0
    while at >= 0:
        markers += 1
        if markers > MOST_MARKERS:
            found.append(Found(Kind.MALFORMED, at, b""))
            return found
        item = _token_at(text, at, known)
        if item is not None:
            found.append(item)
        at = text.find(MARKER, item.end if item and item.core else at + len(MARKER))
    return found


def _token_at(text: bytes, at: int, known: Container[bytes]) -> Found | None:
    core = text[at : at + CORE_BYTES]
    if core in known:
        return Found(Kind.KNOWN, at, core)
    if is_core(core):
        return Found(Kind.UNKNOWN, at, core)
    run = _RUN.match(text, at + len(MARKER))
    return Found(Kind.MALFORMED, at, b"") if run is not None and _looks_random(run[0]) else None


def _looks_random(run: bytes) -> bool:
    if MARKER in run:
        return False  # it is looked at by itself
    return len(run) >= _LEAST_RUN and len(run) - len(run.translate(None, _DIGITS)) >= _LEAST_DIGITS


def _check(random: bytes) -> bytes:
    value = zlib.crc32(b"aegis placeholder 1 " + random)
    return base64.b32encode(value.to_bytes(4))[:CHECK_CHARACTERS].lower()
