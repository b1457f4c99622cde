"""Text that a statement runs as SQL: EXECUTE IMMEDIATE, EXEC('..'), PREPARE .. FROM, sp_executesql, hex literals.

Owns the folding of constant strings: literals, concatenations with `||`, `+` and CONCAT, CHAR(..) and 0x.. become the
text they spell. What depends on a variable is left out, so the text may have gaps. Invariant: linear; the text is no
longer than the statement.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.sql.shape import Shape

_RUNS: Final = frozenset({"exec", "execute", "prepare", "immediate", "sp_executesql", "dbms_sql.parse", "query_to_xml",
                          "dblink", "dblink_exec", "openquery", "openrowset"})  # fmt: skip
_SPELLING: Final = frozenset({"char", "chr", "nchar"})
_HEX: Final = re.compile(r"0x((?:[0-9a-f]{2}){4,})\Z")
_LARGEST: Final = 0x10FFFF


def spelled(shape: Shape) -> str:
    """Return the constant text that a statement runs, empty if it runs none."""
    if not any(
        token.text in _RUNS or token.text.endswith("sp_executesql")
        for token in shape.tokens
        if token.form == "word"
    ):
        return ""
    parts: list[str] = []
    for at, token in enumerate(shape.tokens):
        if token.form in {"string", "open"}:
            parts.append(_content(token.text))
        elif token.form == "number":
            parts.append(_number(shape, at))
    return "".join(parts)


def _content(written: str) -> str:
    quote = "'" if "'" in written[:6] else '"'
    inner = written.partition(quote)[2]
    inner = inner.removesuffix(quote)
    return inner.replace(quote * 2, quote)


def _number(shape: Shape, at: int) -> str:
    """A hexadecimal literal, or an argument of CHAR."""
    text = shape.tokens[at].text
    match = _HEX.match(text)
    if match:
        return bytes.fromhex(match[1]).replace(b"\x00", b"").decode("latin-1")
    opened = shape.kinds.rfind("(", 0, at)
    if (
        opened > 0
        and shape.tokens[opened - 1].text in _SPELLING
        and ")" not in shape.kinds[opened:at]
        and text.isdigit()
    ):
        code = int(text[:8])
        return chr(code) if code <= _LARGEST else ""
    return ""
