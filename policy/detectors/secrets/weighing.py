"""Weighs a value that stands beside a credential's name: how likely is it the secret itself?

Owns severities of the generic layer. Blocks (70 and above) need a value that looks drawn at random or chosen as a
password; what is merely said to be one (`password = "secret"`) is recorded as MEDIUM.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from policy.detectors.secrets.names import Name
from policy.detectors.secrets.placeholders import holds_reference, is_ordered, is_placeholder, is_reference
from policy.detectors.secrets.randomness import is_hex, is_uuid, randomness, wordiness
from policy.detectors.secrets.verify import decoded_text

_TOKEN_SHAPE: Final = re.compile(r"[A-Za-z0-9+/=_.:~!@#$%^&*|\-]{8,512}")
_CODE: Final = re.compile(
    r"[A-Za-z_$][\w$]{0,60}(?:(?:\.|->|::)[A-Za-z_$][\w$]{0,60}){1,8}(?:[(\[].*)?"
    r"|[A-Za-z_$][\w$.]{0,60}[(\[].*|(?:true|false|null|nil|none|undefined|self|this|new)\b.*|\\[wdsbnrt].{0,200}|[\^(\[].*[\])$+*].*",
    re.IGNORECASE | re.DOTALL,
)
_PATH: Final = re.compile(
    r"(?:\.{0,2}/|[A-Za-z]:[\\/]|~/|[a-z][a-z0-9+.-]{1,20}://|arn:|projects/|urn:)|.*/[a-z][a-z-]{3,}/[a-z]"
)
_FILE: Final = re.compile(
    r".{0,200}\.(?:pem|key|crt|cer|json|ya?ml|txt|py|js|ts|go|java|html?|xml|md|png|gif|jpg|svg|cfg|conf|ini|sh|env)",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d.{0,20}|\d{1,4}(?:\.\d{1,6}){1,4}|[+-]?\d{1,9}(?:\.\d{1,9})?")
_NUMBERED_WORD: Final = re.compile(
    r"(?:[A-Za-z][a-z]{2,}|[A-Z]{2,})(?:[-_. /:]?(?:[A-Za-z][a-z]*|[A-Z]+))*[-_. ]?[0-9]{0,4}"
)
_PUBLIC: Final = (
    "pk_live_",
    "pk_test_",
    "phc_",
    "pk.eyJ",
    "ssh-rsa ",
    "ssh-ed25519 ",
    "sha256-",
    "sha512-",
    "sha384-",
)
"""Beginnings of keys that are made to be published, and of digests."""
_OF_CODE: Final = frozenset("(){}[]<>;,/\\")
_MIN_TOKEN: Final = 8
_MIN_PASSWORD: Final = 5
_LONG_TOKEN: Final = 16
_LONGER_TOKEN: Final = 20


class Weight(NamedTuple):
    """A severity and what ranks within it."""

    severity: int
    order: float


def weigh(name: Name, value: str, *, is_quoted: bool, is_config: bool) -> Weight | None:
    """Weigh an agent-supplied value.

    Args:
        name: what the name beside it promises.
        value: without quotes.
        is_quoted: a bare word in program code is a variable, not a value.
        is_config: the syntax is that of a configuration, a header or a log, where bare words are values.
    """
    if value.startswith(_PUBLIC):
        return None
    if len(value) < _MIN_PASSWORD or is_placeholder(value) or is_reference(value) or holds_reference(value):
        return None
    if _PATH.match(value) or _FILE.fullmatch(value) or _DATE.fullmatch(value):
        return None
    if _CODE.fullmatch(value) and not (is_quoted and randomness(value) >= 0.5 and "(" not in value):
        return None
    if name is Name.PASSWORD:
        return _password(value, is_quoted=is_quoted, is_config=is_config)
    return _token(name, value, is_quoted=is_quoted or is_config)


def _token(name: Name, value: str, *, is_quoted: bool) -> Weight | None:
    """Weigh by shape: identifiers, digests, encoded pairs, examples; what has none, by how random it looks."""
    if not _TOKEN_SHAPE.fullmatch(value):
        return _symbols(name, value) if is_quoted else None
    look = randomness(value)
    is_named = name is Name.TOKEN
    if is_uuid(value):
        return Weight(73 if is_named else 55, 0.3)
    if is_hex(value):
        return _hex(value, look, is_named=is_named)
    if _is_user_and_password(value):
        return Weight(76, look)
    if is_ordered(value):
        least = _LONGER_TOKEN if value.isalpha() or value.isdigit() else _LONG_TOKEN
        return Weight(72 if is_named and len(value) >= least else 50, look / 2)
    return _random(value, look, is_named=is_named, is_quoted=is_quoted)


def _random(value: str, look: float, *, is_named: bool, is_quoted: bool) -> Weight | None:
    if len(value) >= _LONG_TOKEN and look >= 0.5:
        return Weight(78 if is_named else 73, look)
    if not is_quoted and not any(map(str.isdigit, value)):
        return None
    if len(value) >= 10 and look >= 0.6 and _kinds(value) >= 2:
        return Weight(74 if is_named else 60, look)
    if is_named and look >= 0.7 and _kinds(value) >= 3:
        return Weight(71, look)
    return Weight(45, look) if is_named and look >= 0.2 else None


def _symbols(name: Name, value: str) -> Weight | None:
    """A secret of many punctuation marks is a generated password under another name."""
    if name is not Name.TOKEN or len(value) < _LONG_TOKEN or any(map(str.isspace, value)) or "\\" in value:
        return None
    marks = {char for char in value if not char.isalnum() and char not in "-_./:,"}
    return Weight(71, 0.2) if len(marks) >= 5 and any(map(str.isalpha, value)) else None


def _is_user_and_password(value: str) -> bool:
    """True for base64 of `user:password` (`auth` in the configuration of registries)."""
    user, colon, password = decoded_text(value).partition(":")
    return bool(
        colon
        and 2 <= len(user) <= 64
        and len(password) >= 4
        and user.isprintable()
        and password.isprintable()
        and user.isascii()
    )


def _hex(value: str, look: float, *, is_named: bool) -> Weight | None:
    if len(value) >= 32:
        return Weight(76 if is_named else 71, look)
    if len(value) >= _LONG_TOKEN:
        return Weight(74 if is_named else 62, look)
    return Weight(71 if is_named and len(value) >= 12 and look >= 0.5 else 50, look)


def _password(value: str, *, is_quoted: bool, is_config: bool) -> Weight | None:
    if " " in value.strip() or "\t" in value:
        return _phrase(value) if is_quoted else None
    if not is_quoted and not is_config:
        return None
    if value.endswith(":") and value[:-1].isalpha():  # a prompt
        return None
    return Weight(72, 0.3) if is_uuid(value) else _chosen(value, is_quoted=is_quoted)


def _chosen(value: str, *, is_quoted: bool) -> Weight:
    """Weigh what a person or a generator chose."""
    look = randomness(value)
    kinds = _kinds(value)
    if _NUMBERED_WORD.fullmatch(value) and look < 0.5:
        return _word(value)
    if kinds >= 3 and len(value) >= 6:
        return Weight(76, look)
    if look >= 0.5 and len(value) >= _MIN_TOKEN:
        return Weight(74, look)
    if kinds == 2 and any(map(str.isdigit, value)) and any(map(str.isalpha, value)):
        return Weight(72, look)
    if any(not char.isalnum() and char not in "-_./: " for char in value) and any(map(str.isalnum, value)):
        return Weight(71 if is_quoted and len(value) >= 6 else 50, look)
    return Weight(50, look)


def is_chosen(value: str) -> bool:
    """True for what is a password wherever it stands: digits among letters of both cases or marks, and no word."""
    if len(value) < _MIN_TOKEN or not any(map(str.isdigit, value)) or not any(map(str.isalpha, value)):
        return False
    return _kinds(value) >= 3 and randomness(value) >= 0.5 and not set(value) & _OF_CODE


def _word(value: str) -> Weight:
    """A word and perhaps a number: a weak password, or a label."""
    digits = sum(map(str.isdigit, value))
    is_label = value[0].isupper() and not digits
    return Weight(
        70 if digits >= 2 and len(value) >= 8 else 45 if is_label else 50, 0.1 + wordiness(value) / 20
    )


def _phrase(value: str) -> Weight | None:
    """Several words in quotes: a label or a help text, unless its characters say otherwise."""
    kinds = _kinds(value.replace(" ", ""))
    words = value.split()
    if kinds == 4 and len(words) <= 3 and randomness(max(words, key=len)) >= 0.5:
        return Weight(70, 0.2)
    return None


def _kinds(value: str) -> int:
    """Count the kinds of characters, 0..4: lower, upper, digit, other (hyphen, underscore, dot and slash are none)."""
    return (
        any(map(str.islower, value))
        + any(map(str.isupper, value))
        + any(map(str.isdigit, value))
        + any(not char.isalnum() and char not in "-_./ " for char in value)
    )
