"""Addresses in what is written: whoever renders it may fetch them, and tell their host what they hold.

A link that a chat unfurls and an image that a client loads are requests nobody sees made (EchoLeak, CVE-2025-32711).
Invariant: at most 64 of a text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.sessions.act import Act, Kind
from policy.sessions.given import LISTED
from policy.urls import targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LINK: Final = re.compile(r"https?://[^\s\"'<>`)\]}|\\]{4,2048}+", re.IGNORECASE)
_MAILBOX: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_READ: Final = 1 << 17
"""Characters of a text that are looked at."""


def links(texts: Iterable[str], location: str) -> Iterator[Act]:
    """Yield the addresses in some texts, as acts."""
    seen: dict[str, None] = {}
    for text in texts:
        if "://" in text and len(seen) < LISTED:
            seen.update(dict.fromkeys(_LINK.findall(text[:_READ])[:LISTED]))
    for url in list(seen)[:LISTED]:
        if readings := targets(url):
            host = readings[0].host.lower()
            yield Act(Kind.LINK, url, host, "LINK", len(url), "web", location=location)


def mentions(texts: Iterable[str], location: str) -> Iterator[Act]:
    """Yield the mailboxes in some texts that will be read later."""
    found = dict.fromkeys(word for text in texts for word in _MAILBOX.findall(text[:_READ])[:LISTED])
    for word in list(found)[:LISTED]:
        yield Act(Kind.MENTION, word.lower(), service="memory", location=location)


def acts_of_answer(text: str, location: str) -> list[Act]:
    """Return the acts of a model's answer that a client will render.

    Args:
        text: agent-supplied.
        location: of the answer, `answer:/choices/0`.
    """
    return list(links((text,), location))
