"""Reads passwords that commands and calls take: `curl -u user:password`, `mysql -pPASSWORD`, `auth=("user", "...")`.

Does not catch: commands whose options mean other things elsewhere (`openssl enc -k`, `htpasswd -b`, `smbclient -U u%p`).
"""

from __future__ import annotations

import re
from typing import Final

from policy.detectors.secrets.found import Found
from policy.detectors.secrets.names import Name
from policy.detectors.secrets.placeholders import holds_reference
from policy.detectors.secrets.randomness import randomness
from policy.detectors.secrets.urls import is_password
from policy.detectors.secrets.weighing import weigh
from policy.text.scanner import Pattern

USER_OPTION: Final = "secrets.user-option"
SHORT_OPTION: Final = "secrets.short-option"
PAIR: Final = "secrets.user-and-password"
PATTERNS: Final = (
    Pattern(USER_OPTION, r"(?:\s-u|--user|--proxy-user|--auth)[ =\"']"),
    Pattern(
        SHORT_OPTION,
        r"(?:sshpass|mysql|mysqldump|mysqladmin|(?:docker|podman|az|registry) login|ldapsearch|htpasswd|redis-cli)\s",
    ),
    Pattern(
        PAIR,
        r"(?:auth ?= ?|BasicAuth|DigestAuth|NetworkCredential|PasswordAuthentication|withCredentials|basicAuth)\(",
    ),
)

_OPTION: Final = re.compile(r"[ =]{0,2}[\"']{0,1}([^\s:\"'/<>]{0,80}):([^\s\"']{1,200})")
_SHORT: Final = re.compile(r"\s-[apwb]\s?[\"']?([^\s\"'|;<>-][^\s\"'|;<>]{3,120})")
_NUMERIC: Final = re.compile(r"[\d:]+")


_PAIR: Final = re.compile(r"\s{0,9}[\"'][^\"'\n]{1,80}[\"'],\s{0,9}[\"']([^\"'\n]{4,120})[\"']")
_BLOCKS: Final = 70
_BLOCK: Final = 78
_WEAK: Final = 50
_LIMIT: Final = 512


def read_user_option(text: str, end: int) -> Found | None:
    """Read `user:password` behind the option of a command."""
    match = _OPTION.match(text, end - 1)
    if match is None or not is_password(match[2]) or match[1].lower() in {"http", "https"}:
        return None
    if (
        _NUMERIC.fullmatch(match[2])
        or holds_reference(match[1])
        or match[2].startswith(("//", ":"))
        or len(match[2]) < 4
    ):
        return None
    begin, stop = match.span(2)
    return Found(
        begin,
        stop,
        "secrets.basic-auth",
        "command-line-password",
        _BLOCK,
        "the text holds a command with a password",
        randomness(match[2]),
    )


def read_short_option(text: str, end: int) -> Found | None:
    """Read `-pPASSWORD` of the commands that take it so."""
    match = _SHORT.search(text[end - 1 : end + _LIMIT].partition("\n")[0])
    if (
        match is None
        or not is_password(match[1])
        or not re.search(r"\d|[^\w./:-]", match[1])
        or re.fullmatch(r"[\d:./]+", match[1])
    ):
        return None
    begin, stop = match.start(1) + end - 1, match.end(1) + end - 1
    return Found(
        begin,
        stop,
        "secrets.password",
        "command-line-password",
        74,
        "the text holds a command with a password",
        randomness(match[1]),
    )


def read_pair(text: str, end: int) -> Found | None:
    """Read the second argument of what takes a user and a password: `auth=("bot", "...")`."""
    match = _PAIR.match(text, end)
    if match is None or not is_password(match[1]):
        return None
    weight = weigh(Name.PASSWORD, match[1], is_quoted=True, is_config=False)
    if weight is None:
        return None
    is_strong = weight.severity > _BLOCKS  # a word and a number is what examples have
    rule, severity = ("secrets.basic-auth", weight.severity) if is_strong else ("secrets.weak", _WEAK)
    reason = "the text gives a user name and a password"
    return Found(*match.span(1), rule, "user-and-password", severity, reason, weight.order)
