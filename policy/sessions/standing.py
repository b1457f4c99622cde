"""How an outward act stands to its destination: who named it, who owns it, who may have planted it.

Owns the words of the chains: *wanted* (the user named it), *meant* (a word of it is the user's), *listed* (the policy
names it), *party* (it wrote what was read), *stranger* (only untrusted text names it), *home* (what is sent came from
there). Invariant: pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policy.sessions import telling
from policy.sessions.act import Kind, Origin
from policy.sessions.provenance import UNKNOWN, Provenance
from policy.sessions.recognition import Means

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.checks.destination import HostSet
    from policy.sessions.act import Act
    from policy.sessions.recognition import Carried
    from policy.sessions.view import Done, View

LOCAL_SOURCE: Final = "files:"
SECRET_SOURCES: Final = ("files:", "shell:", "environment:")
"""Sources whose sensitive texts are credentials."""
TABLE_SOURCES: Final = ("database:", "records:")
"""Tables of the operator's own: whom a row names is whom it is about."""
TOOL_SOURCE: Final = "tool:"
"""Labels of sources begin with their service; descriptions of tools with this."""
READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "LINK", "RESOLVE", "COPY"})
_MODELS: Final = (
    "api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", "openai.azure.com", "api.mistral.ai",
    "api.groq.com", "openrouter.ai", "api.cohere.com", "api.deepseek.com", "api.x.ai", "api.together.xyz",
    "aiplatform.googleapis.com", "inference.ai.azure.com", "services.ai.azure.com", "api.githubcopilot.com",
    "api.fireworks.ai", "api.perplexity.ai", "router.huggingface.co",
)  # fmt: skip
"""Hosts where conversations with a model ordinarily go."""
HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MODEL_PATH: Final = re.compile(
    r"(?:completions?|messages|responses|count_tokens|embeddings|batches|:(?:stream)?generatecontent|:counttokens|:predict"
    r"|:(?:stream)?rawpredict|/api/(?:chat|generate|embed)|/invoke(?:-with-response-stream)?|/converse(?:-stream)?|/chat)\Z"
)
"""Where the APIs of models take conversations."""
_BEDROCK: Final = re.compile(r"bedrock-runtime(?:-fips)?\.[a-z0-9-]{4,32}\.amazonaws\.com\Z")
_PIECES: Final = re.compile(r"[/?&=;#.:,@+]+")
_SHORTEST_OPAQUE: Final = 16
_SHORTEST_BASE32: Final = 24
_BEYOND_SHA1: Final = 48
_HEX: Final = frozenset("0123456789abcdef")
_SEVERAL_PEOPLE: Final = 3
_MOST_OF_IT: Final = 0.5
_SHORT_RUN: Final = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One request before its chains are judged."""

    view: View
    acts: Sequence[Act]
    carried: Sequence[Carried]
    listed: HostSet | None = None
    own_domains: frozenset[str] = frozenset()
    earlier: tuple[Done, ...] = field(default=())
    """What was done before, this request's own earlier acts included."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One chain that was found."""

    rule: str
    severity: int
    """0..100."""
    reason: str
    act: Act


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one outward act."""

    act: Act
    is_wanted: bool
    is_meant: bool
    is_listed: bool
    is_party: bool
    is_own: bool
    is_first: bool
    stranger: str
    """Source of the untrusted text that names it; empty if the user, the policy's owner or an address book did."""
    is_verbatim: bool
    """The address stands in untrusted text as it is: it tells nobody anything."""
    texts: frozenset[int]
    """Numbers of the texts it stands in."""

    @property
    def is_known(self) -> bool:
        """True if somebody vouches for it."""
        return self.is_wanted or self.is_listed or self.is_own or (self.is_meant and not self.stranger)

    @property
    def has_body(self) -> bool:
        """True if the act carries more than an address."""
        return self.act.method.upper() not in READING and (self.act.size > 0 or self.act.service != "web")


def standing(act: Act, case: Case) -> Standing:
    """Return how an act stands to where it goes."""
    view = case.view
    target = UNKNOWN if act.kind is Kind.CALL else view.provenance(act.target)
    host = view.provenance(act.host) if act.host else target
    is_named = target.is_named or host.is_named
    is_web = act.service == "web" or act.kind is Kind.LINK
    is_own = target.is_own or _domain(act.target) in case.own_domains
    is_meant = is_named or target.is_meant or (is_web and host.is_meant)
    if is_named and is_web and "upload" not in view.wishes and _is_read_from(act, case):
        is_named = is_meant = False  # the user named it to be read, not to be written to
    stranger = "" if is_named or is_own else (target.stranger or (host.stranger if is_web else ""))
    if is_meant and not stranger.startswith(TOOL_SOURCE):
        stranger = ""
    return Standing(
        act=act,
        is_wanted=is_named,
        is_meant=is_meant,
        is_listed=is_listed(act.host, case),
        is_party=target.is_party or act.is_reply,
        is_own=is_own,
        is_first=_is_new(act, case),
        stranger=stranger,
        is_verbatim=bool(target.stranger or (len(act.path) > 1 and view.provenance(act.path).stranger)),
        texts=target.texts,
    )


def _is_new(act: Act, case: Case) -> bool:
    """True for a host that the session did not speak to before it read anything sensitive."""
    sensitive = case.view.flags.get(Origin.SENSITIVE)
    return not any(
        done.act.host == act.host and (sensitive is None or done.first_s < sensitive.first_s)
        for done in case.earlier
    )


def is_listed(host: str, case: Case) -> bool:
    """True if the policy names a host, other than by `*`, or it is this machine."""
    if not host or host in HERE:
        return bool(host)
    return case.listed is not None and case.listed.line_of(host)[0]


def is_model(act: Act, case: Case) -> bool:
    """True for a conversation where these go: listed, well known, or so before anything sensitive was read."""
    if act.kind is not Kind.CONVERSE or not _MODEL_PATH.search(act.path.partition("?")[0].lower()):
        return False  # whoever shares a listed host could wrap what it steals in `messages`
    host = act.host
    if is_listed(host, case) or _BEDROCK.match(host):
        return True
    if any(host == name or host.endswith(f".{name}") for name in _MODELS):
        return True
    sensitive = case.view.flags.get(Origin.SENSITIVE)
    return any(
        done.act.kind is Kind.CONVERSE
        and done.act.host == host
        and (sensitive is None or done.first_s <= sensitive.first_s)
        for done in case.earlier
    )


def is_home(act: Act, carried: Carried) -> bool:
    """True if what is carried came from where it goes."""
    source = carried.source.lower()
    _, _, place = source.partition(":")
    if act.host and f"//{act.host}/" in f"{source}/":
        return True
    return bool(act.target) and act.label.lower() == source and len(place) > 1 and act.service != "mail"


def is_strong(carried: Carried) -> bool:
    """True for what is beyond chance: a run, a key, or several mailboxes."""
    return carried.means is not Means.MAILBOX or carried.size >= _SEVERAL_PEOPLE


def is_long(carried: Carried) -> bool:
    """True for a run that is no mere quotation of a name or a heading."""
    return carried.means is Means.RUN and (carried.size >= _SHORT_RUN or carried.share > _MOST_OF_IT)


def from_outside(source: str) -> bool:
    """True for what was not read from a local file."""
    return not source.startswith(LOCAL_SOURCE)


def opaque_piece(payload: str, *, is_name: bool = False) -> str:
    """Return a piece of an address that is no word, or nothing; in names of hosts, digests are no words either."""
    for piece in _PIECES.split(payload[:4096])[:64]:
        shortest_hex = _SHORTEST_BASE32 if is_name else _BEYOND_SHA1
        if len(piece) >= _SHORTEST_OPAQUE and (
            telling.is_opaque(piece) or _is_encoded(piece, shortest_hex=shortest_hex)
        ):
            return piece
    return ""


def _is_encoded(piece: str, *, shortest_hex: int) -> bool:
    lowered = piece.lower()
    if _HEX.issuperset(lowered):
        return len(piece) >= shortest_hex
    digits = sum(map(str.isdigit, piece))
    return (
        len(piece) >= _SHORTEST_BASE32
        and piece in {lowered, piece.upper()}
        and piece.isalnum()
        and digits * 16 >= len(piece)
    )


def flag(case: Case, origin: Origin) -> str:
    """Return the source of the last text of an origin that the session has seen, or the empty string."""
    seen = case.view.flags.get(origin)
    return (seen.source or "?") if seen else ""


def _is_read_from(act: Act, case: Case) -> bool:
    return any(
        done.act.kind is Kind.READ_UNTRUSTED and done.act.host == act.host and bool(act.host)
        for done in case.earlier
    )


def _domain(target: str) -> str:
    return target.rpartition("@")[2].lower() if "@" in target else ""


def prov_of(case: Case, name: str) -> Provenance:
    """Return what is known of a source by its label."""
    return case.view.provenance(name.partition(":")[2])
