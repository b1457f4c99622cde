"""Vault check: real values of secrets, and placeholders in disguise, in what leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy import issued
from policy.catalog import finding
from policy.text import families

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from policy.exchange import Exchange, State, Text, Watch
    from policy.reading import Reading
    from policy.verdict import Finding

BODIES: Final = ("body", "websocket")
"""How locations begin at which a placeholder stands openly, or not at all."""


def check(exchange: Exchange, read: Sequence[tuple[Text, Reading]], state: State) -> list[Finding]:
    """Stop real values wherever they go, and placeholders where none may be (LLM02, ASI03, T1552, T1567, T1048).

    A value that the vault keeps is no agent's to send, not even to the service it is for: who sends it has got it
    elsewhere. A placeholder in a view (base64, escapes) serves no service; who disguises one tries where secrets can
    be taken. What stands openly in a request is asked of the vault itself, by `addons.injection`.

    Does not catch: what `vault.fingerprints` lists; placeholders in upper case.
    """
    if state.watch is None:
        return []
    return [*_strays(exchange, read, state), *_leaks(exchange, read, state.watch)]


def _leaks(exchange: Exchange, read: Sequence[tuple[Text, Reading]], watch: Watch) -> list[Finding]:
    texts = [exchange.host.encode("utf-8", "surrogatepass")]
    for text, reading in read:
        texts.append(text.text.encode("utf-8", "surrogatepass"))
        texts += [view.encode("utf-8", "surrogatepass") for view in _views(reading)]
    if exchange.body and exchange.body not in texts:
        texts.append(exchange.body)
    return [
        finding(
            "vault.leak" if is_whole else "vault.split-leak",
            f"the request holds the value of {name}"
            + ("" if is_whole else ", in pieces")
            + ", which only the vault may send",
        )
        for name, is_whole in watch.leaks(texts)
    ]


def _strays(exchange: Exchange, read: Sequence[tuple[Text, Reading]], state: State) -> Iterator[Finding]:
    if any(issued.cores(exchange.host)):
        yield finding("vault.canary", "a placeholder stands in the name of a host", location="host")
    for text, reading in read:
        placed = _placed(text, state)
        found = [text.text] if state.placeholders is None else []
        for place in (*found, *_views(reading)):
            if any(core not in placed for _, core in issued.cores(place)):
                reason = "a placeholder stands where no secret may go"
                yield finding("vault.canary", reason, location=text.location)
                break


def _placed(text: Text, state: State) -> frozenset[str]:
    """The placeholders that may stand in a text and its views."""
    if state.placeholders is None:
        return frozenset()
    openly = frozenset(core for _, core in issued.cores(text.text))
    return openly if text.location.startswith(BODIES) else openly | state.placeholders


def _views(reading: Reading) -> Iterator[str]:
    for part in reading.parts:
        for view, scan in part.views:
            if families.SECRETS in view.wanted_by:
                yield scan.text
