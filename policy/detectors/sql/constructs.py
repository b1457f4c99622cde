"""The grammar of injections: what an attacker writes behind the point where a value breaks out of its statement.

Owns the table of constructs. Each is a pattern over the letters of `shape.Shape.kinds` (alphabet: `words`), with `^`
for the start of a value that stands unquoted and `b` for the string literal that a value has closed. Its weight is
evidence in points; seven points refuse (`scoring`). One construct counts once.

Invariant: every repeat is possessive or bounded, so a match costs a constant per position.

Sources: the testing guide of OWASP (WSTG-INPV-05), CWE-89, CAPEC-66, and the manuals of the servers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_CONST: Final = "[nskvV]"
_TERM: Final = "[nskvVfRZXYMWK(uC]"
"""What a list of SELECT begins with, beyond a plain word."""
_LIST: Final = rf"[(A]*+(?:{_TERM}|\+[,F]|w[,F;E]|w\)[^o]|w\|)"


@dataclass(frozen=True, slots=True)
class Construct:
    """One row."""

    name: str
    rule: str
    """Row of the rulebook."""
    points: float
    needs: str
    """A letter without which the pattern cannot match; saves the search."""
    pattern: re.Pattern[str]


def _row(name: str, rule: str, points: float, needs: str, pattern: str) -> Construct:
    return Construct(name, f"sql.{rule}", points, needs, re.compile(pattern))


CONSTRUCTS: Final[tuple[Construct, ...]] = (
    # UNION [ALL] SELECT with a list behind it; or cut off after a value that is a number or was broken out of.
    _row("union-select", "union-injection", 8, "U", rf"UA*+[(]*+Q{_LIST}"),
    _row("union-select-end", "union-injection", 7, "U", r"UA*+[(]*+Q(?:[;E]|\Z)"),
    _row("union-select-word", "union-injection", 2.5, "U", r"UA*+[(]*+Q"),
    _row("union-bracket", "union-injection", 6, "U", r"(?:^\^[u(]*+[nvs)][nvs)(u+]*+|b\)*+|w)UA*+\("),
    _row("union-table", "union-injection", 7, "U", r"^(?:\^u?n|b)\)*+UA*+Qw(?:[E;L]|\Z)"),
    _row("union-list", "union-injection", 7, "U", r"^(?:\^u?n|b)\)*+UA?[(u]*+n(?:,n)++"),
    _row("union-bracket-select", "union-injection", 7, "U", r"^(?:\^u?n|b)[nsvu+(),]{0,20}+UA*+\(++Q"),
    _row("union-all-columns", "union-injection", 5, "U", r"UA*+[(]*+QA*+F"),
    _row("union-end", "union-injection", 7, "U", r"^(?:\^[u(]*+[nvs][nvs)(u+]*+|b\)*+)UA?[(]*+(?:E|\Z)"),
    _row("union-lead", "union-injection", 2, "U", r"^(?:\^[u(]*+[nvs)]?|b)\)*+U"),
    # Conditions: a connective, and a comparison that does not depend on the row.
    _row("cast-tautology", "boolean-injection", 7, "&", r"&[Nu(]*+[ns]\+[Tw]=[(uN]*+[ns]\+[Tw]"),
    _row("tautology", "boolean-injection", 5, "&", r"&[Nu(]*+[nskvVfR(][nskvVfR()u+,|]{0,40}?[=~][(uNA+]*[nskvVfRSZ]"),
    _row("literal-tautology", "boolean-injection", 2.5, "&", r"&[Nu(]*+[ns]\)*+=[(uN]*+[nsS]"),
    _row("condition", "boolean-injection", 1.5, "&", r"&[Nu(]*+(?:w|W\([nswvk,]{0,9}\))[=~][(uN]*+[nskvVfRSw(]"),
    _row("break-connective", "boolean-injection", 3.5, "b",
         r"b\)*+;?&[Nu(]*+(?:[nskvVfRZXYMKW](?![nswkv])|w[=~|+u)]|[SQCt])"),
    _row("lead-connective", "boolean-injection", 3, "&", r"^\^\)*+&[Nu(]*+(?:[nskvVfRZXYMKWQ]|w[=~])(?![sw])"),
    _row("close-connective", "boolean-injection", 3, ")", r"^\^[u]?[nsvw]\)++[&=~|][Nu(]*+(?:[nskvVfRZXYMKWQC]|w[=~])"),
    _row("number-connective", "boolean-injection", 1.5, "&",
         r"^\^u?[nv]\)*+&[Nu(]*+(?:[nskvVfRZXYMKQC]|w[=~])(?![sw])"),
    _row("number-names", "boolean-injection", 4, "&", r"^\^u?n\)*+&[N(]*+w=[nsvk]\)*+(?:E|\Z)"),
    _row("number-concat", "boolean-injection", 7, "|", r"^\^u?n\)*+\|[(uN]*+(?:[fVRZX]\(|[nsk][=~]|w~|\(Q)"),
    _row("word-tautology", "boolean-injection", 1.5, "~", r"&[Nu(]*+[ns]\)*+~[(uN]*+[nsSk]"),
    _row("constant-condition", "boolean-injection", 1.5, "k", r"&[Nu(]*+k=[(uN]*+[nsvkwWf]"),
    _row("truth", "boolean-injection", 2.5, "&", r"&[Nu(]*+[nkv]\)*+(?:E|;|\Z|S\Z|&)"),
    _row("truth-word", "boolean-injection", 1.5, "&", r"&[Nu(]*+k\)*+(?:E|;|\Z|&)"),
    _row("concat-literal", "boolean-injection", 2, "|", r"&[Nu(]*+s\|s=s"),
    _row("lead-call", "boolean-injection", 2, "&", r"^(?:\^u?n|b)\)*+&[Nu(]*+[fW]\([^;&]{0,40}?\)=[nsk]"),
    _row("connective-call", "boolean-injection", 2, "&", r"&[Nu(]*+[fVRZXYM]\("),
    _row("where-constant", "boolean-injection", 4.5, "H", r"H[Nu(]*+[nskvV]\)*+[=~][(uN]*+[nskvVS]"),
    _row("having-constant", "boolean-injection", 6, "G",
         r"G[Nu(]*+(?:[nskvV]\)*+[=~&][(uN]*+[nskvVfS]|[nk]\)*+(?:E|L|U|B))"),
    _row("having-lead", "boolean-injection", 2, "G", r"^(?:\^[u(]*+[nv]?|b)\)*+G[Nu(]*+[nskvVf]"),
    _row("call-tautology", "boolean-injection", 4, "(", r"[fXW]\([(Nu]*+[nskvV]\)*+=[(u]*+[nskvV]"),
    _row("call-literal-tautology", "boolean-injection", 3, "(", r"[fW]\([(u]*+n\)*+=[(u]*+n"),
    _row("number-truth", "boolean-injection", 1.5, "k", r"^\^u?n\)*+&[Nu(]*+k\)*+(?:E|\Z)"),
    _row("concat-tautology", "boolean-injection", 7, "|", r"^[\^b]\)*+\|[(uN]*+[nsk]\)*+=[(uN]*+[nsS]"),
    _row("negative-lead", "boolean-injection", 1, "&", r"^\^un\)*+&[Nu(]*+[nskf]"),
    _row("type-juggling", "boolean-injection", 7, "k", r"^\^nuk\Z"),
    _row("concat-call", "boolean-injection", 7, "|", r"^[\^b]\)*+\|\(*+[fVXZYRM]\("),
    _row("case-constant", "boolean-injection", 4, "C", r"C[nskvw]{0,2}t[(uN]*+[nskvVf(]"),
    _row("boolean-mode", "boolean-injection", 6, "m", r"^b[^m]{0,3}m\)"),
    # A quote that opens again at the end, for the quote of the statement to close.
    _row("reopen", "auth-bypass", 5, "S", r"^b\)*+[=~+u|&][=~+u|&N(]*+S\Z"),
    # Queries within a value.
    _row("subselect", "union-injection", 5.5, "Q", rf"\(Q{_LIST}"),
    _row("lead-subselect", "union-injection", 2, "Q", r"^\^\(++Q"),
    _row("number-subselect", "union-injection", 2, "Q", r"^\^u?n[u+=~|&]N?\(Q"),
    _row("subselect-limit", "union-injection", 2, "L", r"^\^\(++Q[^;]{1,60}?Ln,n\)"),
    _row("other-table", "union-injection", 7, "F", r"^\^u?[ns]\)++FwHw"),
    _row("cut-query", "union-injection", 7, "Q", r"^\^Q[(u]*+[nsvfV][^;]{0,200}FwH\Z"),
    _row("subselect-word", "union-injection", 1.5, "Q", r"\(Q[^;]{1,60}?F\(*+[wK]"),
    _row("query", "union-injection", 2, "Q", r"Q[^Q;]{1,60}?F\(*+[wKs]"),
    _row("break-query", "stacked", 5.5, "Q", rf"[bn]\)*+Q{_LIST}"),
    _row("catalog", "schema-probe", 4, "K", r"[FJ,]\(*+K"),
    _row("catalog-name", "schema-probe", 1.5, "K", r"K"),
    # A second statement.
    _row("stacked", "stacked", 8, "D", r";[(]*+D"),
    _row("stacked-bare", "stacked", 7, "h", r";h{1,3}w?;?E|;h{1,3}w?;\Z|[b;]h{2,3}E"),
    _row("stacked-query", "stacked", 6.5, "Q", rf";[(]*+Q(?:{_LIST}|\Z|E|\+)"),
    _row("number-stacked-query", "stacked", 2, "Q", r"^\^u?n\)*+;Q\(*+[nsvfV]"),
    _row("stacked-delay", "stacked", 2, "Z", r";Z"),
    _row("stacked-soft", "stacked", 3.5, "d", r";[(]*+d"),
    _row("soft-lead", "stacked", 3.5, "d", r"^(?:\^u?n|b)\)*+;d[wkW(]"),
    _row("break-statement", "stacked", 6, "D", r"[b)]D|b\)*+;?D"),
    _row("break-soft", "stacked", 4, "d", r"b\)*+;?d"),
    _row("number-statement", "stacked", 5.5, "D", r"^\^u?nD"),
    # Clauses that probe the statement.
    _row("order-number", "schema-probe", 5, "B", r"(?<!&)B\(*+u?n(?:,n){0,99},?\)*+w?(?:E|;|\Z|L)"),
    _row("order-lead", "schema-probe", 3, "B", r"^(?:\^[u(]*+[nvs]?|b)\)*+B\(*+(?:[nf(Z]|w(?:E|G|,w|\Z))"),
    _row("order-call", "schema-probe", 3, "B", r"Bn?,?\(*+[CZXfQ]"),
    _row("group-having", "schema-probe", 5, "G", r"B[w,n]{1,30}G"),
    _row("procedure-analyse", "schema-probe", 8, "P", r"P\("),
    _row("fingerprint", "schema-probe", 3.5, "V", r"V\("),
    _row("fingerprint-in-call", "schema-probe", 4, "V", r"[fVWT]\([^;]{0,12}?V\(\)"),
    _row("variable-tail", "schema-probe", 3, "v", r"^\^\(*+v[^;]{0,3}E"),
    _row("cast-query", "error-based", 3, "Q", r"f\((?:[uT,nskva]|\((?!Q))*+\(Q"),
    _row("limit-tail", "schema-probe", 5.5, "L", r"^(?:\^[u]?n|b)\)*+Ln(?:[,L]n)?E\Z"),
    # Functions that do what a value has no business to do.
    _row("error-function", "error-based", 4.5, "X", r"X\("),
    _row("package-name", "error-based", 7, "X", r"^[\^b]\)*+\|\(*+X(?!\()"),
    _row("variable-in-call", "schema-probe", 3, "v", r"^\^f\([^)]{0,3}v"),
    _row("error-function-argument", "error-based", 3.5, "X", r"X\([nswvkfV,()u|+]{0,20}?[QfVKCZ]"),
    _row("file-function", "file-access", 7, "Y", r"Y\([nsSv]"),
    _row("file-function-word", "file-access", 4, "Y", r"Y\([fw(]"),
    _row("file-output", "file-access", 8, "O", r"O[sSwvfn(o]"),
    _row("command", "command-execution", 7.5, "M", r"M(?:[(sSvw;E]|\Z)"),
    _row("delay-wait", "time-delay", 8, "Z", r"Z[sSv]"),
    _row("break-delay", "time-delay", 3, "Z", r"[b&(;|,=u+]Z\(|^\^Z\([nsvk(u+]*+\)[ES;=&|u+]"),
    # Brackets and separators that close what the value did not open.
    _row("close-bracket", "comment-evasion", 2, ")", r"^(?:\^[u]?[nsv]?|b)\)++[^E]"),
    _row("null-list", "union-injection", 2, "k", r"^[\^b]\)*+(?:,k){1,50}"),
    _row("tail", "comment-evasion", 1.5, "E", r".E\Z"),
)  # fmt: skip
"""In no order; overlaps are meant: a clear attack shows several."""
