"""Where a credential's name stands, and whether a value may be in sight: the cheap first look of the generic layer.

Owns the pattern of words, and the span of the name around a hit. Texts are full of `token` and `key`; what costs a
microsecond here saves thirty in `keyed`. Invariant: nothing is dropped here that `keyed` would have found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.secrets.names import LONGEST_NAME, Name, classify
from policy.text.scanner import Pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.text.scanner import Span

WORD: Final = "secrets.word"
NAMES: Final = Pattern(
    WORD,
    r"(?:passw|passphrase|passcode|pass[^a-z]|pwd|pswd|secret|token|key|credential|creds|authorization|bearer|auth[^a-z]"
    r"|access[^a-z]|private[^a-z]|sharedaccesssignature|identified by|[_-]pat[^a-z]|jwt|cookie|session|login"
    r"|contrase|senha|kennwort|wachtwoord|parola|mot de passe|пароль|密码|密碼|パスワード|비밀번호|[^a-z]psk[^a-z])",
    is_caseless=True,
)

_BEHIND: Final = 60
_BEHIND_NAME: Final = re.compile(rf"[\w.-]{{0,{_BEHIND}}}+")
_NAME: Final = re.compile(r"[\w.-]*+")
_LOOK: Final = re.compile(
    r"([\w.-]*+)"
    r"((?:\[\w{0,8}\])?+[^\w\s.=:：|>,(!-]{0,8}+\s{0,8}+(?:[=:：|>,(?!\[-]|%3[dD]|[^\w\s]|\n)"
    r"|[ \t]{1,8}+(?:[bBrRuUfFL@$]{0,2}+[^\w\s]|(?:value|content|default|password|secret)|[^\n0-9]{0,80}+[0-9]))?+"
)
"""The rest of a name, and a sign behind it or a digit in the same line: less than any value needs."""
_JOINED: Final = r"[\"'`\\]{0,4}\s{0,4}[=:>,]{1,2}\s{0,4}[\"'`\\]{0,4}"
_PLAIN_WORD: Final = {
    Name.KEY: re.compile(_JOINED + r"[A-Za-z_ -]{0,24}+[\"'`\\,;<]"),
    Name.TOKEN: re.compile(_JOINED + r"[A-Za-z]{0,9}+[\"'`\\,;<]"),
}
"""Values that are nobody's key or token, by what their names promise."""

_FRONT: Final = 40
"""Characters before a word in which an option's hyphens or a comparison would stand."""
GLUED_LEAST: Final = 20
"""Characters of a value that is glued to its name."""


def worth_reading(text: str, hits: Sequence[Span]) -> list[Span]:
    """Keep the hits that name something with a value in sight: one of each name, two of a very long one."""
    worth: list[Span] = []
    run_end = read_end = -1
    for at, end in hits:
        if at >= run_end:
            look = _LOOK.match(text, _base(text, end))
            if look is None:  # never: it matches the empty text
                continue
            run_end = read_end = look.end(1)
            if look.lastindex == 1 and run_end - at < GLUED_LEAST:
                front = text[max(0, at - _FRONT) : at]
                if "-" not in front and "=" not in front:
                    continue
            worth.append((at, end))
            read_end = end + _BEHIND
        elif read_end < run_end and run_end - end <= _BEHIND:
            worth.append((at, end))
            read_end = run_end
    return worth


def sifted(text: str, hits: Sequence[Span]) -> list[Span]:
    """Keep the hits whose names promise something, but for plain words beside the name of some key or token."""
    kept: list[Span] = []
    for at, end in hits:
        start, name_end = name_around(text, at, end)
        what = classify(text[start:name_end])
        plain = _PLAIN_WORD.get(what)
        if what is Name.NOTHING or (plain and plain.match(text, name_end)):
            continue
        kept.append((at, end))
    return kept


def _base(text: str, end: int) -> int:
    """Where the rest of a name may begin: some words take one character more, to see that they end."""
    return end if text[end - 1].isalnum() or text[end - 1] in "_-" else end - 1


def name_around(text: str, at: int, end: int) -> tuple[int, int]:
    """Return the span of the name around a hit, cut on both sides."""
    behind = _BEHIND_NAME.match(text, _base(text, end))
    before = _NAME.match(text[max(0, at - LONGEST_NAME) : at][::-1])
    return at - (before.end() if before else 0), behind.end() if behind else end
