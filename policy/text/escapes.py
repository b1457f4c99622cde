r"""Escapes that stand for characters: `%41`, `%u0041`, `&#65;`, `&lt;`, `\u0041`, `\x41`, `\101`, `=41`, `+AGE-`.

Owns their grammars. All that occur in a text are undone in one pass, because a disguise may mix them
(`ig%6eore&#32;all`); what comes out may hold further ones and is looked at again as a view of its own. Runs of
one kind are decoded together, so that a character of several bytes or a surrogate pair comes out whole.
Around a few escapes in a long text only their neighborhood is kept (`MARGIN`): what does not touch an escape has
been read already. Linear: every form is a possessive run.

Sources: RFC 3986, RFC 8259, RFC 2045 section 6.7, RFC 2152, RFC 3492, HTML Living Standard 13.2.5
(character references).
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING, Final

from policy.text.families import ALL, PROSE
from policy.text.keywords import WORDS
from policy.text.scanner import Pattern
from policy.text.tracing import LONG, MARGIN, Draft, Trace, around, replaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.text.scanner import Scan
    from policy.text.tracing import Piece

_HIGHEST: Final = 0x10FFFF
_LONGEST_LABEL: Final = 63

PATTERNS: Final = (
    Pattern("view.url", r"%(?:[2-9A-Fa-f][0-9A-Fa-f]|0[9ADad]|u[0-9A-Fa-f]{4})"),
    Pattern("view.entity", r"&(?:#[0-9xX]|(?:lt|gt|amp|quot|apos|nbsp)|[A-Za-z][A-Za-z0-9]{1,30};)"),
    Pattern("view.escape", r'\\(?:[uU]\+?[0-9A-Fa-f{]|x[0-9A-Fa-f{]|[01][0-7]{2}|[nrtN"/])'),
    # `=20` alone is a query.
    Pattern(
        "view.qp", r"(?:=[2-9A-Fa-f][0-9A-Fa-f]){3}|=3D[\"']|[a-z]=[67][0-9A-F][a-z]|[A-Za-z,.]=\r?\n[A-Za-z]"
    ),
    Pattern("view.utf7", r"\+A[A-H][A-Za-z0-9+/]{1,64}-"),
    Pattern("view.punycode", r"xn--[A-Za-z0-9-]{2}"),
    Pattern(
        "view.form",
        # Shorter words are in any base64.
        r"\+(?:the|and|all|any|your|you|previous|instructions?|prompt|system|that|this|with|from)\+",
        is_caseless=True,
    ),
)

_FORMS: Final = {
    "url": ("%", r"[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*+|[uU][0-9A-Fa-f]{4}(?:%[uU][0-9A-Fa-f]{4})*+"),
    "entity": (
        "&",
        r"#(?:[xX][0-9A-Fa-f]{1,32}+|[0-9]{1,32}+);?|[A-Za-z][A-Za-z0-9]{1,30}+;|(?:lt|gt|amp|quot|nbsp)",
    ),
    "escape": (
        r"\\",
        (
            r"\\*+(?:[uU]\+?[0-9A-Fa-f]{4}(?:\\++[uU]\+?[0-9A-Fa-f]{4})*+(?![0-9A-Fa-f])"
            r"|[uU](?:\{[0-9A-Fa-f]{1,8}+\}|000?[0-9A-Fa-f]{5,6}+)"
            r"|u[0-9A-Fa-f]{4}(?:\\++u[0-9A-Fa-f]{4})*+"
            r"|x(?:[0-9A-Fa-f]{2}(?:\\++x[0-9A-Fa-f]{2})*+|\{[0-9A-Fa-f]{1,8}+\})"
            r"""|[0-3][0-7]{2}(?:\\[0-3][0-7]{2})*+|[nrt"'/])"""
        ),
    ),
}
"""What each begins with, and what follows. The first character stands alone in front, so that the search for it is a
search for one of a few characters; everything behind it is tried there only."""

type _Decoder = Callable[[str], str]


class _Decoded(dict[str, str]):
    """What each different token of one text stands for, asked once."""

    def __init__(self, decode: _Decoder) -> None:
        super().__init__()
        self._decode = decode

    def __missing__(self, token: str) -> str:
        made = self[token] = self._decode(token)
        return made


def unescaped(scan: Scan) -> Draft | None:
    """Undo all escapes of one text in one pass."""
    kinds = tuple(kind for kind in _FORMS if f"view.{kind}" in scan.hits)
    return _substitute("+".join(sorted(kinds)), scan.text, _TOKENS[kinds], _decode_any) if kinds else None


def quoted_printable(scan: Scan) -> Draft | None:
    """Undo quoted-printable, soft line breaks included; of a long text where it seems to be that."""
    if "view.qp" not in scan.hits:
        return None
    text = scan.text
    windows = [(0, len(text))] if scan.is_flooded("view.qp") else around(scan.spans("view.qp"), len(text))
    if windows == [(0, len(text))]:
        return _substitute("quoted-printable", text, _QP, _decode_qp)
    found = (token for start, end in windows for token in _QP.finditer(text, start, end))
    return replaced("quoted-printable", text, [(*token.span(), _decode_qp(token[0])) for token in found], ALL)


def utf7(scan: Scan) -> Draft | None:
    """Undo UTF-7's shifted runs."""
    return _substitute("utf-7", scan.text, _UTF7, _decode_utf7) if "view.utf7" in scan.hits else None


def punycode(scan: Scan) -> Draft | None:
    """Show host labels as people read them."""
    return _substitute("punycode", scan.text, _ACE, _decode_ace) if "view.punycode" in scan.hits else None


def form(scan: Scan) -> Draft | None:
    """Read `+` between words as the space it is in a query."""
    if "view.form" not in scan.hits:
        return None
    text = scan.text
    spans = [(0, len(text))] if scan.is_flooded("view.form") else scan.spans("view.form")
    windows = around(spans, len(text))
    words = {word for start, end in windows for word in _FORM_WORD.findall(text, start, end)}
    if len(words & WORDS) < _FEWEST:
        return None
    found = (plus for start, end in windows for plus in _PLUS.finditer(text, start, end))
    return replaced("form", text, [(*plus.span(), " ") for plus in found], PROSE)


def _substitute(kind: str, text: str, tokens: re.Pattern[str], decode: _Decoder) -> Draft | None:
    """Replace every token of a text by what it stands for; `None` if that changes nothing."""
    parts = tokens.split(text)
    values = _Decoded(decode)
    made = parts.copy()
    made[1::2] = map(values.__getitem__, parts[1::2])
    if made == parts:
        return None
    is_long = len(text) > LONG
    far = sum([len(part) - 2 * MARGIN for part in parts if len(part) > 2 * MARGIN]) if is_long else 0
    if 2 * far > len(text):
        return _around(kind, parts, made)
    return Draft(kind, "".join(made), lambda: Trace(_pieces(parts, made)), ALL, is_whole=is_long)


def _pieces(parts: list[str], made: list[str]) -> list[Piece]:
    pieces: list[Piece] = []
    position = 0
    for part, new in zip(parts, made, strict=True):
        pieces.append((position, position + len(part), new))
        position += len(part)
    return pieces


def _around(kind: str, parts: list[str], made: list[str]) -> Draft:
    """Cut what is far from any token out of a long text."""
    last = len(parts) - 1
    shown = [
        new if index & 1 or len(new) <= 2 * MARGIN else _ends(new, is_first=not index, is_last=index == last)
        for index, new in enumerate(made)
    ]

    def trace() -> Trace:
        pieces: list[Piece] = []
        for index, piece in enumerate(_pieces(parts, made)):
            pieces += (
                [piece]
                if index & 1 or len(piece[2]) <= 2 * MARGIN
                else _end_pieces(piece, is_first=not index, is_last=index == last)
            )
        return Trace(pieces)

    return Draft(kind, "".join(shown), trace, ALL)


def _ends(text: str, *, is_first: bool, is_last: bool) -> str:
    return ("" if is_first else text[:MARGIN]) + "\n" + ("" if is_last else text[-MARGIN:])


def _end_pieces(piece: Piece, *, is_first: bool, is_last: bool) -> list[Piece]:
    start, end, text = piece
    head, tail = start + MARGIN, end - MARGIN
    pieces: list[Piece] = [] if is_first else [(start, head, text[:MARGIN])]
    pieces.append((head, head, "\n"))
    return pieces if is_last else [*pieces, (tail, end, text[-MARGIN:])]


def _decode_any(token: str) -> str:
    first = token[0]
    if first == "%":
        return _decode_url(token)
    return _decode_entity(token) if first == "&" else _decode_escape(token)


def _decode_url(token: str) -> str:
    if token[1] in "uU":
        return _utf16(token.replace("%u", "").replace("%U", ""))
    return _text_of(bytes.fromhex(token.replace("%", "")), token)


def _text_of(raw: bytes, token: str) -> str:
    """Read bytes as UTF-8, else as Latin-1, which is how old servers do; NUL stays written."""
    try:
        made = raw.decode()
    except UnicodeDecodeError:
        made = raw.decode("latin-1")
    return token if "\0" in made else made


def _utf16(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be", "surrogatepass")


def _decode_entity(token: str) -> str:
    name = token[1:].rstrip(";")
    if name[0] != "#":
        return html5.get(f"{name};", token)
    digits, base = (name[2:], 16) if name[1] in "xX" else (name[1:], 10)
    return _character(int(digits, base), token)


def _character(value: int, token: str) -> str:
    return chr(value) if 0 < value <= _HIGHEST else token


_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "/": "/"}


def _decode_escape(token: str) -> str:
    body = token.lstrip("\\")
    mark = body[0]
    if mark in _CONTROLS:
        return _CONTROLS[mark]
    if mark in "01234567":
        return _text_of(bytes(int(code, 8) for code in body.split("\\")), token)
    digits = body.translate(_NO_MARKS)
    if "{" in body or (mark in "uU" and len(digits) % 4):
        return _character(int(digits, 16), token)
    if mark == "x":
        return _text_of(bytes.fromhex(digits), token)
    made = _utf16(digits)
    # \U0001F600 is two groups of four as well.
    return _character(int(digits, 16), token) if mark == "U" and made[0] == "\0" else made


_NO_MARKS: Final = str.maketrans("", "", "\\uUx{}+")


def _decode_qp(token: str) -> str:
    return "" if token[1] in "\r\n" else _text_of(bytes.fromhex(token.replace("=", "")), token)


def _decode_utf7(token: str) -> str:
    try:
        return token.encode("ascii").decode("utf-7")
    except UnicodeDecodeError:
        return token


def _decode_ace(token: str) -> str:
    try:
        return token[4:].encode("ascii").decode("punycode") if len(token) <= _LONGEST_LABEL else token
    except (UnicodeError, OverflowError, ValueError):
        return token


def _tokens(*kinds: str) -> re.Pattern[str]:
    first = "".join(_FORMS[kind][0] for kind in kinds)
    rest = "|".join(f"(?<=[{mark}])(?:{form})" for mark, form in (_FORMS[kind] for kind in kinds))
    return re.compile(f"([{first}](?:{rest}))")


_TOKENS: Final[dict[tuple[str, ...], re.Pattern[str]]] = {
    kinds: _tokens(*kinds)
    for kinds in (
        ("url",),
        ("entity",),
        ("escape",),
        ("url", "entity"),
        ("url", "escape"),
        ("entity", "escape"),
        ("url", "entity", "escape"),
    )
}
_QP: Final = re.compile(r"(=(?:[0-9A-Fa-f]{2}(?:=[0-9A-Fa-f]{2})*+|\r?\n))")
_UTF7: Final = re.compile(r"(\+A[A-H][A-Za-z0-9+/]{1,512}+-?)")
_ACE: Final = re.compile(r"(?<![A-Za-z0-9-])(xn--[A-Za-z0-9-]{1,60}+)", re.IGNORECASE)
_FORM_WORD: Final = re.compile(r"(?<=[a-z]\+)[a-z]{2,12}(?=\+[a-z])")
_FEWEST: Final = 2
_PLUS: Final = re.compile(r"(?<=[A-Za-z0-9,.?!])\+(?=[A-Za-z0-9])")
