"""The memory of one agent session: what came from where, and whether a text carries it out.

Owns the shelves of remembered texts by origin, what the agent did, and the flags. No text is kept, only salted hashes
of its runs (`winnowing`), its values and the things it names (`references`).

Invariants: bounded whatever comes (`shelf`; `MOST_ACTS` acts of a kind); each origin has a shelf of its own, so a flood
of untrusted text cannot push out what was sensitive; what is forgotten leaves its flag, until `flag_ttl_s` after it was
last seen; safe for threads; nothing is read from the system, the clock is an argument. Adding events never lowers what
is found as long as nothing is forgotten, but for what the user says, which vouches for names, and for hosts that the
session spoke to before it read anything sensitive.

Does not catch: what was paraphrased, translated or summarized; copies shorter than some 40 characters that are no key,
token or mailbox; what the caller does not report; a user's turn that the agent itself forged.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from policy.evidence import masked
from policy.sessions import recognition, references, telling
from policy.sessions.act import NO_ORIGIN, Kind, Origin
from policy.sessions.provenance import Provenance, spellings
from policy.sessions.public import without_public
from policy.sessions.shelf import Remembered, Shelf
from policy.sessions.view import Done, Seen, View
from policy.sessions.winnowing import prints
from policy.sessions.wishes import WISHES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from policy.sessions.act import Act
    from policy.sessions.recognition import Carried
    from policy.sessions.winnowing import Hashes

FLAG_TTL_S: Final = 12 * 3600.0
"""Seconds after which a flag goes out, counted from when such a text or act was last seen."""
MOST_ACTS: Final = 128
"""Different acts of one kind that are remembered."""
LONGEST_REQUEST: Final = 4000
"""Characters of a user's turn that vouch for names, from both ends: what is pasted between is not the user's."""
_SHELVES: Final = (Origin.SENSITIVE, Origin.PRIVATE, Origin.UNTRUSTED, Origin.USER)
_LONGEST_SOURCE: Final = 120
_MOST_DIGESTS: Final = 1024


class Session:
    """One agent's session."""

    def __init__(self, salt: bytes, flag_ttl_s: float = FLAG_TTL_S) -> None:
        self._salt = salt
        self._flag_ttl_s = flag_ttl_s
        self._lock = threading.Lock()
        self._shelves = {origin: Shelf() for origin in _SHELVES}
        self._values = Shelf()
        self._names = {origin: Shelf() for origin in _SHELVES}
        self._digests: OrderedDict[bytes, tuple[int, Origin]] = OrderedDict()
        self._flags: dict[Origin, Seen] = {}
        self._done: dict[Kind, OrderedDict[tuple[str, str], Done]] = {}
        self._counts: dict[Kind, int] = {}
        self._number = 0

    @property
    def size_bytes(self) -> int:
        """About how much memory the session holds."""
        with self._lock:
            hashes = sum(
                shelf.hashes for shelf in (*self._shelves.values(), *self._names.values(), self._values)
            )
            texts = sum(len(shelf.texts) for shelf in self._shelves.values())
            return 18 * hashes + 400 * texts + 1000 * sum(map(len, self._done.values())) + 8192

    def saw(self, origin: Origin, text: str, source: str, now_s: float) -> None:
        """Remember a text that came in.

        Args:
            origin: what it is; several flags for a text that is several things, such as a mail.
            text: agent- or service-supplied, of any length.
            source: where it came from: a path, a URL, `mail`, a tool; shown masked.
            now_s: clock time, seconds.
        """
        if not origin or not text:
            return
        if Origin.SENSITIVE in origin:
            text = without_public(text)
        source = masked(source, _LONGEST_SOURCE)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), key=self._salt[:64], digest_size=16).digest()
        with self._lock:
            self._flag(origin, source, now_s)
            number, known = self._digests.get(digest, (0, NO_ORIGIN))
            if number and not origin & ~known and self._renew(number, known):
                self._digests.move_to_end(digest)
                return
            self._number += 1
            self._digests[digest] = (self._number, origin | known)
            if len(self._digests) > _MOST_DIGESTS:
                self._digests.popitem(last=False)
            self._remember(self._number, origin | known, text, source, now_s)

    def carried(self, text: str, now_s: float) -> tuple[Carried, ...]:
        """Return the remembered texts that this text holds parts of, most telling first.

        Args:
            text: a text that goes out, or one of its views.
            now_s: clock time, seconds; nothing that is remembered expires by it, flags do.
        """
        del now_s
        if not text:
            return ()
        with self._lock:
            if not any(shelf.texts for origin, shelf in self._shelves.items() if origin is not Origin.USER):
                return ()
            has_values = bool(self._values.texts)
        question = recognition.Question.about(prints(text, self._salt))
        named = telling.candidates(text) if has_values else []
        hashed = references.hashed(named, self._salt)
        with self._lock:
            vouched = set(question.find(self._shelves[Origin.USER])[0].tolist())
            found: list[Carried] = []
            for origin in _SHELVES[:-1]:
                shelf = self._shelves[origin]
                ignored = vouched if origin is Origin.UNTRUSTED else set()
                found += recognition.runs(question, shelf, ignored, self._salt)
            found += recognition.values(named, hashed, self._values, len(text))
        return recognition.merged(found)

    def did(self, act: Act, now_s: float, carried: Sequence[Carried] = ()) -> None:
        """Remember an act.

        Args:
            act: what was done.
            now_s: clock time, seconds.
            carried: what its texts held, if that was asked.
        """
        with self._lock:
            self._counts[act.kind] = self._counts.get(act.kind, 0) + 1
            if act.origin & ~Origin.USER:
                self._flag(act.origin & ~Origin.USER, masked(act.label, _LONGEST_SOURCE), now_s)
            kept = self._done.setdefault(act.kind, OrderedDict())
            key = (act.service, act.target.lower()[:512])
            before = kept.pop(key, None)
            merged = recognition.merged([*carried, *(before.carried if before else ())])
            kept[key] = Done(
                act, now_s, before.first_s if before else now_s, (before.count if before else 0) + 1, merged
            )
            if len(kept) > MOST_ACTS:
                kept.popitem(last=False)

    def view(self, acts: Iterable[Act], now_s: float, carried: Sequence[Carried] = ()) -> View:
        """Return what a check needs to judge these acts.

        Args:
            acts: of one request.
            now_s: clock time, seconds.
            carried: what its texts hold.
        """
        asked = [name for act in acts for name in (act.target, act.host, act.path, *act.recipients) if name]
        asked += [place for one in carried if (place := one.source.partition(":")[2])]
        with self._lock:
            asked += [self._web_host()]
            for wrote in self._done.get(Kind.WRITE, {}).values():
                names = (
                    wrote.act.source,
                    wrote.act.host,
                    *(one.source.partition(":")[2] for one in wrote.carried),
                )
                asked += [name for name in names if name]
            flags = {
                origin: seen for origin, seen in self._flags.items() if now_s - seen.at_s <= self._flag_ttl_s
            }
            done = tuple(done for kept in self._done.values() for done in kept.values())
            known = {name.lower(): self._provenance(name) for name in dict.fromkeys(asked[:512]) if name}
            wishes = frozenset(wish for wish, words in WISHES.items() if self._wants(words))
            return View(now_s, flags, done, dict(self._counts), known, wishes, self._web_host())

    def has(self, origin: Origin) -> bool:
        """Tell whether any text of these origins was seen, however long ago; costs next to nothing."""
        return any(flag & origin for flag in tuple(self._flags))

    def flags(self, now_s: float) -> Mapping[Origin, Seen]:
        """Return the flags that have not gone out: what is kept of a session that is forgotten."""
        return self.view((), now_s).flags

    def inherit(self, flags: Mapping[Origin, Seen]) -> None:
        """Take over the flags of a session that was forgotten."""
        with self._lock:
            for origin, seen in flags.items():
                mine = self._flags.get(origin)
                if mine is None or mine.at_s < seen.at_s:
                    self._flags[origin] = seen

    def _flag(self, origin: Origin, source: str, now_s: float) -> None:
        for one in _SHELVES:
            if one in origin:
                before = self._flags.get(one)
                self._flags[one] = Seen(source, before.first_s if before else now_s, now_s)

    def _renew(self, number: int, origin: Origin) -> bool:
        is_there = True
        for one in _SHELVES:
            if one in origin:
                is_there &= number in self._shelves[one].texts
        if is_there:
            for one in _SHELVES:
                if one in origin:
                    self._shelves[one].renew(number)
        return is_there

    def _remember(self, number: int, origin: Origin, text: str, source: str, now_s: float) -> None:
        marks = prints(text, self._salt).hashes
        if Origin.USER in origin and len(text) > LONGEST_REQUEST:
            half = LONGEST_REQUEST // 2
            text = f"{text[:half]}\n{text[-half:]}"
        named = references.references(text)
        if origin & (Origin.USER | Origin.SENSITIVE):
            named = [*named, *references.words(text)]
        if Origin.UNTRUSTED in origin:
            named = [*named, *references.parties(text)]
        names = references.hashed(named, self._salt)
        for one in _SHELVES:
            if one in origin:
                self._shelves[one].add(number, Remembered(origin, source, now_s, 0), marks)
                self._names[one].add(number, Remembered(origin, source, now_s, 0), names)
        if Origin.SENSITIVE in origin:
            found = references.hashed(telling.values(text), self._salt)
            self._values.add(number, Remembered(origin, source, now_s, 0), found)

    def _provenance(self, name: str) -> Provenance:
        exact, party, words = spellings(name)
        asked = references.hashed(exact, self._salt)
        strangers = self._owners(Origin.UNTRUSTED, asked)
        private = self._owners(Origin.PRIVATE, asked)
        is_named = self._has(Origin.USER, exact)
        return Provenance(
            is_named=is_named,
            is_meant=is_named or self._has(Origin.USER, words),
            stranger=strangers[max(strangers)].source if strangers else "",
            is_party=bool(party) and self._has(Origin.UNTRUSTED, party),
            is_own=any(not text.origin & Origin.UNTRUSTED for text in private.values()),
            texts=frozenset(strangers) | frozenset(private),
            kin=frozenset(self._owners(Origin.SENSITIVE, references.hashed(words, self._salt))),
            seen=self._times(name),
        )

    def _owners(self, origin: Origin, hashes: Hashes) -> dict[int, Remembered]:
        shelf = self._names[origin]
        owners = set(shelf.find(hashes)[1].tolist())
        return {owner: text for owner in owners if (text := shelf.texts.get(owner))}

    def _has(self, origin: Origin, names: Sequence[str]) -> bool:
        hashes = references.hashed(names, self._salt)
        return bool(hashes.size and self._names[origin].find(hashes)[0].size)

    def _times(self, name: str) -> int:
        name = name.lower()
        return sum(
            done.count
            for kept in self._done.values()
            for done in kept.values()
            if name in (done.act.host, done.act.target.lower())
        )

    def _web_host(self) -> str:
        hosts = [done for done in self._done.get(Kind.READ_UNTRUSTED, {}).values() if done.act.host]
        return hosts[-1].act.host if hosts else ""

    def _wants(self, words: Sequence[str]) -> bool:
        return self._has(Origin.USER, [f"word:{word}" for word in words])
