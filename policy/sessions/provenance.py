"""What is known of a name that an act uses: who named it, and who wrote what it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from policy.sessions import references


@dataclass(frozen=True, slots=True)
class Provenance:
    """Of one target, host or recipient."""

    is_named: bool = False
    """The user wrote it."""
    is_meant: bool = False
    """The user wrote a word of it: a first name, a brand; anybody can register a name with that word."""
    stranger: str = ""
    """Source of the newest untrusted text it stands in; empty if none."""
    is_party: bool = False
    """It wrote one of the untrusted texts: the sender of a mail."""
    is_own: bool = False
    """It stands in a private text that no stranger writes: an address book."""
    texts: frozenset[int] = frozenset()
    """Numbers of the untrusted and private texts it stands in."""
    kin: frozenset[int] = frozenset()
    """Numbers of the sensitive texts that hold a word of it: `STRIPE_KEY` and `api.stripe.example`."""
    seen: int = 0
    """Earlier acts of the session with it."""


UNKNOWN = Provenance()


def spellings(name: str) -> tuple[list[str], list[str], list[str]]:
    """Return the references by which a name is looked up: as such, as the writer of a message, by its words."""
    name = name.strip()[:2048]
    lowered = name.lower()
    exact = list(references.names(name)) if " " not in name else []
    if "://" in lowered:
        exact = [one for one in exact if one.startswith("url:")]
    elif "@" not in lowered:
        exact = [f"name:{lowered.lstrip('#@').rstrip('.,;:!?')}", f"host:{lowered}"]
    if " " in name:
        exact += [line for line in (references.line_name(name),) if line]
    party = [f"party:{lowered}"] if "@" in lowered else []
    return exact, party, references.words_of_name(name)
