"""Reads values that stand beside a credential's name, in whatever syntax: the generic layer of this family.

Owns how a name and its value are joined: assignments and comparisons of programs, environment files, JSON, YAML, INI,
properties, XML elements and attributes, function arguments, command-line options, headers, SQL and plain prose
(`token 4f0c...`). What the name promises is `names`' business, what the value is worth `weighing`'s.

Does not catch: a value on another line than its name (except the `name`/`value` pairs of manifests), passwords made of
plain words, secrets in bare program variables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.secrets.found import Found
from policy.detectors.secrets.hits import GLUED_LEAST, name_around
from policy.detectors.secrets.names import Name, classify
from policy.detectors.secrets.placeholders import is_reference
from policy.detectors.secrets.randomness import is_hex, is_uuid, randomness
from policy.detectors.secrets.wallets import is_wif
from policy.detectors.secrets.weighing import is_chosen, weigh

if TYPE_CHECKING:
    from policy.detectors.secrets.weighing import Weight

_OPENINGS: Final = frozenset("([{")
_Q = r"(?:&quot;|&#34;|%22|\\{0,3}[\"'`])"
_JOIN: Final = re.compile(
    rf"(?P<close>{_Q}?[\])}}]?)"
    r"(?:"
    rf"(?P<pair>\s{{0,4}},?\s{{0,24}}{_Q}?(?:value|Value|secret_value|default){_Q}?\s{{0,4}}[:=]\s{{0,8}})"
    r"|(?:\s{0,8}(?:\[\w{0,8}\]|:\s{0,2}[&A-Za-z_\[][\w.<>\[\]?&;' ]{0,40}?(?=\s{0,4}=[^=>])))?"
    r"(?:\s{0,8}(?P<op>=>|:{1,3}=|\?=|={1,3}|!={1,2}|->|:{1,2}|：|%3[Dd])"
    r"(?:[ \t]{0,4}[>|][+-]?[ \t]{0,4}\n\s{1,24}|[ \t]{1,4}!\w{1,20}[ \t]{1,4}|\s{0,12}|[ \t]{0,8}\\n)"
    r"|(?P<cell>[ \t]{0,24}\|[ \t]{1,8})"
    r"|\s{0,8}(?P<arg>,|\(|\.assign\()\s{0,12}"
    r"|(?P<markup>[^\S\n]{0,4}>)[^\S\n]{0,4}"
    r"|(?P<attr>\s{1,8}(?:value|content|default|defaultValue|password|secret)\s{0,2}=\s{0,2})"
    r"|(?P<space>[ \t]{1,8})))"
)
_QUOTED: Final = re.compile(r"[bBrRuUfFL@$]{0,2}(?P<quote>\"\"\"|'''|&quot;|&#34;|%22|\\{1,3}[\"']|[\"'`])")
_BARE: Final = re.compile(r"[^\s\"'`<>,;|\\]{1,512}+")
_PROSE_SKIP: Final = re.compile(
    r"(?:(?:is|was|of|to|for|the|key|token|secret|access|value|within|private|api|code|id|with|KEY|TOKEN|SECRET"
    r"|ACCESS|VALUE)[ \t:=]{1,4}){1,4}",
    re.IGNORECASE,
)
_SCHEME: Final = re.compile(
    r"(?:Bearer|Token|ApiKey|Api-Token|SSWS|GenieKey|PRIVATE-TOKEN|OAuth:?|Key|Bot|Splunk|Zoho-oauthtoken|Klaviyo-API-Key|PVEAPIToken|Api-Key|token=|key=|apikey=|Apikey)"
    r"[ \t=]{0,2}(?=\S)",
    re.IGNORECASE,
)
_GLUED_UUID: Final = re.compile(r"(?<=[-_.])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
_SQL: Final = "identified by"
_TRIM: Final = ").]}!?:*"
_LONGEST: Final = 1024
_BLOCKS: Final = 70
_RANDOM: Final = 0.5
_PROSE_LEAST: Final = 12
_DIGEST: Final = 32
_REVERSED: Final = re.compile(r"([\"'])(?P<value>[^\"'\n]{6,120}+)\1\s{0,4}(?:===?|!==?)\s{0,4}\Z")


def read(text: str, at: int, end: int) -> Found | None:
    """Read what a credential's word at `at`..`end` names; None for nothing of interest."""
    start, name_end = name_around(text, at, end)
    name = text[start:name_end]
    what = Name.PASSWORD if text[at:end].lower() == _SQL else classify(name)
    if what is Name.NOTHING:
        return None
    return (
        _beside(text, start, name_end, what)
        or _inside(text, start, name_end, what)
        or _before(text, start, what)
    )


def _match(pattern: re.Pattern[str], text: str, at: int) -> str:
    found = pattern.match(text, at)
    return found[0] if found else ""


def _beside(text: str, start: int, name_end: int, what: Name) -> Found | None:
    """Read what stands behind a name, joined in whatever syntax."""
    join = _JOIN.match(text, name_end)
    if join is None or _is_no_assignment(text, start, name_end, join):
        return None
    begin = join.end()
    opening = _QUOTED.match(text, begin)
    if opening or join["arg"]:
        return _quoted(text, opening, join, what) if opening else None
    scheme = _SCHEME.match(text, begin)
    if scheme and what is not Name.PASSWORD:
        begin, what = scheme.end(), Name.TOKEN
    if join["space"]:
        return _prose(text, start, begin, what)
    return _element(text, begin, what) if join["markup"] else _bare(text, start, begin, join, what)


def _bare(text: str, start: int, begin: int, join: re.Match[str], what: Name) -> Found | None:
    """Read a value without quotes."""
    bare = _match(_BARE, text, begin)
    if bare.endswith("...") or is_reference(bare):
        return None
    value = bare.split("</", 1)[0].split("&", 1)[0] if "&" in bare else bare
    value = value.rstrip(_TRIM)
    is_config = _is_config(text, start, join, begin)
    if what is Name.PASSWORD and not is_config:
        return _stray(begin, value)
    if join["cell"] and randomness(value) < _RANDOM:
        return None
    return _weighed(what, begin, value, is_quoted=bool(join["attr"]), is_config=is_config)


def _is_no_assignment(text: str, start: int, name_end: int, join: re.Match[str]) -> bool:
    """True for a verb (`pass `x``), an argument in a row of words, an anchor of HTML, and a method of a secret."""
    if join["space"]:
        return text[start:name_end].lower() == "pass"
    if join["arg"] == ",":
        return not join["close"] or text[max(0, start - 2) : start - 1] not in _OPENINGS
    if join["markup"]:
        return text[max(0, start - 1) : start] == "#"
    method = text[start:name_end].rpartition(".")[2]
    return join["arg"] == "(" and classify(method) is Name.NOTHING


def _element(text: str, begin: int, what: Name) -> Found | None:
    """Read the content of an XML element; of several words the longest one."""
    close = text.find("<", begin, begin + _LONGEST)
    content = text[begin : close if close >= 0 else begin]
    word = max(re.split(r"[\s{}]+", content), key=len, default="")
    if not word or (len(word) < len(content.strip()) and randomness(word) < _RANDOM):  # a sentence
        return None
    return _weighed(what, begin + content.find(word), word, is_quoted=True, is_config=True)


def _is_config(text: str, start: int, join: re.Match[str], begin: int) -> bool:
    """Where bare words are values: `KEY=value` without blanks, `name: value` at a line's begin, upper-case names."""
    if join["pair"] or join["attr"]:
        return True
    op = join["op"] or ""
    if op not in {"=", ":", ":=", "=>", "?=", "::=", ":::="}:
        return False
    is_tight = begin - join.start("op") == len(op)
    line = text.rfind("\n", max(0, start - 200), start) + 1
    is_first = not text[line:start].strip(" \t\"'-#*;/") if start - line < 200 else False
    is_upper = text[start : join.start()].isupper()
    return is_upper or (is_tight and op == "=") or (is_first and op in {"=", ":"})


def _quoted(text: str, opening: re.Match[str], join: re.Match[str], what: Name) -> Found | None:
    quote = opening["quote"]
    begin = opening.end()
    close = text.find(quote, begin, begin + _LONGEST)
    newline = text.find("\n", begin, begin + _LONGEST)
    if close < 0 or (0 <= newline < close and len(quote) < 3):
        close = newline if newline >= 0 else min(len(text), begin + _LONGEST)
    value = text[begin:close]
    scheme = _SCHEME.match(value)
    if scheme and what is not Name.PASSWORD:
        begin += scheme.end()
        value, what = value[scheme.end() :], Name.TOKEN
    if join["space"] and what is Name.KEY:
        return None
    return _weighed(what, begin, value, is_quoted=True, is_config=False)


def _prose(text: str, start: int, begin: int, what: Name) -> Found | None:
    """Read a value behind nothing but blanks: an option (`--token X`), SQL, .netrc, or a word in a sentence."""
    begin += len(_match(_PROSE_SKIP, text, begin))
    if what is Name.PASSWORD and (opening := _QUOTED.match(text, begin)):
        begin = opening.end()
    value = _match(_BARE, text, begin).rstrip(_TRIM)
    is_option = text[max(0, start - 1) : start + 1].startswith("-") or text[start : start + 1] == "-"
    if is_option:
        return _weighed(what, begin, value, is_quoted=False, is_config=True)
    if what is Name.PASSWORD and (stray := _stray(begin, value)):
        return stray
    if len(value) < _PROSE_LEAST or not any(map(str.isdigit, value)):
        return None
    if randomness(value) < _RANDOM and not is_uuid(value) and not (is_hex(value) and len(value) >= _DIGEST):
        return None
    return _weighed(what, begin, value, is_quoted=False, is_config=True)


def _stray(begin: int, value: str) -> Found | None:
    """Read a password in a sentence, a table or the middle of a line: only what nobody would write as a word."""
    return (
        _weighed(Name.PASSWORD, begin, value, is_quoted=False, is_config=True) if is_chosen(value) else None
    )


def _inside(text: str, start: int, name_end: int, what: Name) -> Found | None:
    """Read a value glued to its name with a hyphen or underscore: `apikey-5f2c...`."""
    name = text[start:name_end]
    tail = _GLUED_UUID.search(name)
    cut = tail.start() if tail else max(name.rfind("-"), name.rfind("_"), name.rfind(".")) + 1
    value = name[cut:]
    if not cut or len(value) < GLUED_LEAST or classify(name[:cut]) is Name.NOTHING:
        return None
    if randomness(value) < _RANDOM and not tail and not is_hex(value):
        return None
    return _weighed(what, start + cut, value, is_quoted=False, is_config=True)


def _before(text: str, start: int, what: Name) -> Found | None:
    """Read a value compared with its name from the left: `if ("..." == password)`."""
    front = (
        _REVERSED.search(text[max(0, start - 140) : start])
        if text[max(0, start - 3) : start].rstrip().endswith("=")
        else None
    )
    if front is None:
        return None
    at = max(0, start - 140) + front.start("value")
    return _weighed(what, at, front["value"], is_quoted=True, is_config=False)


def _weighed(what: Name, begin: int, value: str, *, is_quoted: bool, is_config: bool) -> Found | None:
    value = value.rstrip()
    weight: Weight | None = weigh(what, value, is_quoted=is_quoted, is_config=is_config)
    if weight is None:
        return None
    rule = "secrets.password" if what is Name.PASSWORD else "secrets.generic"
    if weight.severity < _BLOCKS:
        rule = "secrets.weak"
    noun = "password" if what is Name.PASSWORD else "token or key"
    kind = "password" if what is Name.PASSWORD else "token"
    reason = f"the text gives a value for a {noun}"
    if is_wif(value):
        return Found(
            begin,
            begin + len(value),
            "secrets.wallet-key",
            "wallet-import-key",
            92,
            "the text holds a wallet's private key",
            1.0,
        )
    return Found(begin, begin + len(value), rule, kind, weight.severity, reason, weight.order)
