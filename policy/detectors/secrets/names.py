"""What a name says of the value beside it: a password, a token, a key of something, or nothing secret at all.

Pure knowledge about naming: `DB_PASSWORD` and `clientSecret` hold secrets, `token_url`, `max_tokens`, `publicKey` and
`password_policy` do not. Names are agent-supplied, cut to `LONGEST_NAME` before they come here.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import Final

LONGEST_NAME: Final = 80

_SPLIT: Final = re.compile(r"[A-Z]?[a-z]++|[A-Z]++(?![a-z])|[A-Z]|[0-9]++")


_PLURAL: Final = 2
"""`max_tokens`, `tokens`: a count; longer names may hold them."""


class Name(IntEnum):
    """What a name promises."""

    NOTHING = 0
    KEY = 1
    """Some key, auth or session: secret only if the value looks like it."""
    TOKEN = 2
    """A token, secret or API key: the value is random."""
    PASSWORD = 3
    """A password: the value is what a person or a generator chose."""


_FOREIGN: Final = re.compile(
    r"contrase[nñ]|(?<![a-z])(?:senha|kennwort|wachtwoord|parola)(?![a-z])|mot de passe|пароль|密[码碼]|パスワード|비밀번호"
)
"""The word for a password where other languages write it."""
_PASSWORD: Final = re.compile(
    r"passw(?:or)?d|passwrd|passwort|passphrase|passcode|password|(?<![a-z])(?:pwd|psw|pswd|mdp)(?![a-z])|pwd$"
    r"|(?<![a-z])(?:db|root|admin|user|my|sql|ssh|smtp|ftp|mail|ldap|redis|login|http|proxy|service|test|store|key|trust)?_?pass(?![a-z])"
)
_TOKEN: Final = re.compile(
    r"token(?!iz)|shared_?access_?signature|credential|(?<![a-z])creds?(?![a-z])"
    r"|(?<![a-z])(?:pat|psk|otp|jwt|bearer)(?![a-z])|authorization|auth_?code|webhook_?url|api_?pass"
)
_SECRET_KEY: Final = re.compile(
    r"api_?key|(?:app|access|private|auth|account|client|consumer|master|encrypt(?:ion)?|sign(?:ing)?|storage|shared"
    r"|service|deploy|license|user|write|server|rest|subscription|function|host|hmac|aes|session|ssh|admin|root)"
    r"_?keys?(?![a-z])"
)
_TOKEN_MARKS: Final = (
    "token",
    "cred",
    "pat",
    "psk",
    "otp",
    "jwt",
    "bearer",
    "auth",
    "webhook",
    "api",
    "signature",
)
_FOREIGN_MARKS: Final = ("contrase", "senha", "kennwort", "wachtwoord", "parola", "mot de")
_PASSWORD_MARKS: Final = ("pass", "pwd", "psw", "mdp")
_KEY: Final = re.compile(
    r"keys?$|(?<![a-z])(?:o?auth|session|sessionid|cookie|signature|sig|hmac|login|sid|key|private|access)(?![a-z])"
)


def words(table: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(table.split())


_LAST: Final = words(
    """
    file files path paths dir directory folder url uri endpoint host hostname name names id ids identifier
    type types count counts length len size min max limit limits ttl expires expiry expiration expire
    expired timeout at date time policy field fields label placeholder hint help prompt regex pattern format
    header headers param params parameter parameters column table algorithm alg encoding scope scopes
    audience issuer usage used budget index idx position offset char chars ref reference arn version class
    style color map mapping encryption encode decode mode enabled required valid invalid error message text description title env var
    variable provider manager store generator handler service factory builder request response reset
    strength status state method methods kind level age rotation duration interval interface module model
    schema config settings options option exists present found missing changed change update updated created
    callback function func list set array object dict location region zone bucket prefix suffix separator
    delimiter input output form page view screen dialog button link rate rates price cost costs word
    words ring vault stats info metadata meta digest checksum fingerprint example credentialsid rules rule
    check checker validator validation attempts attempt lifetime total totals
    """
)
"""Last words that turn a secret's name into that of something about it."""
_ANY: Final = words(
    """
    public pub csrf xsrf csrfmiddleware foreign primary partition sort cache page next prev previous
    continuation cursor pagination max min num total prompt completion tokenizer keyboard keyword keywords
    publishable sitekey recaptcha hcaptcha turnstile idempotency sha sha1 sha256 md5 commit etag integrity checksum tracking measurement
    translation i18n locale nonce anti authenticity viewstate requestverification sync request trace span
    correlation routing is has should recv fingerprint fpr pubkey hash hashed encrypted sealed lookup hot
    """
)
"""Words anywhere in a name that say: not the secret itself."""
_PLACES: Final = words("site object blob record item entry event group data row shortcut registry")
"""Words that make a key one of a table or a map; a token or a password stays what it is."""
_OF_A_TABLE: Final = re.compile(r"(?<!api_)(?<!secret_)(?<!private_)(?<!access_)keys?$")


def words_of(name: str) -> list[str]:
    """Split a name at case changes, digits and punctuation; lower case."""
    return [word.lower() for word in _SPLIT.findall(name[-LONGEST_NAME:])]


def _holds(text: str, marks: tuple[str, ...]) -> bool:
    """True if one of a few literals is in a text: far cheaper than the patterns behind it."""
    return any(mark in text for mark in marks)


def _is_token(joined: str, lower: str) -> bool:
    if "secret" in lower:
        return True
    if _holds(lower, _TOKEN_MARKS) and (_TOKEN.search(joined) or _TOKEN.search(lower)):
        return True
    return "key" in lower and bool(_SECRET_KEY.search(joined) or _SECRET_KEY.search(lower))


def _is_about_one(parts: list[str], joined: str, last: str) -> bool:
    """True for the name of something about a secret: its file, its length, the key of a table."""
    if last in _LAST or not _ANY.isdisjoint(parts):
        return True
    return not _PLACES.isdisjoint(parts) and _OF_A_TABLE.search(joined) is not None


@lru_cache(maxsize=4096)
def classify(name: str) -> Name:
    """Return what an agent-supplied name promises of its value."""
    lower = name[-LONGEST_NAME:].lower()
    if (not lower.isascii() or _holds(lower, _FOREIGN_MARKS)) and _FOREIGN.search(lower):
        return Name.PASSWORD
    parts = words_of(name)
    joined = "_".join(parts)
    last = next((word for word in reversed(parts) if not word.isdigit()), "")
    if not parts or _is_about_one(parts, joined, last):
        return Name.NOTHING
    if _holds(lower, _PASSWORD_MARKS) and (_PASSWORD.search(joined) or _PASSWORD.search(lower)):
        return Name.PASSWORD
    if _is_token(joined, lower):
        return Name.NOTHING if last == "tokens" and len(parts) <= _PLURAL else Name.TOKEN
    return Name.KEY if _KEY.search(joined) else Name.NOTHING
