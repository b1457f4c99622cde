"""Injections into what is asked in another language than SQL: document databases, their JavaScript, directories.

Owns the patterns. Operators where a plain value belongs (`[$ne]=`, `{"$gt": ""}`), conditions that hold for every
document, server-side JavaScript, filters of a directory that a value closes (CWE-943, CWE-90, CAPEC-676), and the
commands of MongoDB's shell and of Cypher that delete everything. A filter that names a field (`{"age": {"$gt": 5}}`) is ordinary.

Invariant: each pattern is anchored or begins with a literal, and its repeats are bounded.
"""

from __future__ import annotations

import re
from typing import Final

_COMPARE: Final = "ne|gte?|lte?|nin|in|regex|exists|where|not|eq|or|and|nor"
_INJECTED: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    ("operator-parameter", "$", re.compile(rf"\[\$(?:{_COMPARE})\](?:\[\d{{0,4}}\])?\s{{0,4}}=")),
    ("operator-object", "$", re.compile(r"\A\s{0,9}\{\s{0,9}[\"']?\$(?:ne|gte?|lte?|nin|regex|exists|not|eq)[\"']?\s{0,9}:")),
    ("server-javascript", "$", re.compile(r"\$where[\"']?\s{0,9}:")),
    ("empty-condition", "$", re.compile(r"\$or[\"']?\s{0,9}:\s{0,9}\[\s{0,9}\{\s{0,9}\}")),
    ("operator-behind-value", "$", re.compile(r"\A[\w.-]{0,40}[\"']?[\s\]}]{0,9},\s{0,9}[\"']?\$(?:where|or|and|comment|ne|gt|regex)\b")),
    ("script-condition", "this.", re.compile(r"\A(?:[^\s\"']{0,40}[\"']|\d{1,9})\s{0,9}(?:\|\||&&)\s{0,9}!?this\.\w")),
    ("script-return", "return", re.compile(r"\A[^\s;\"']{0,40}[\"']?\)?\s{0,9};\s{0,9}return\s{1,9}(?:true|1|this|!?\(?\w{1,20}\s{0,3}[=!<>])")),
    ("script-loop", "Date(", re.compile(r"do\s{0,4}\{[^}]{0,80}Date\(\)[^}]{0,80}\}\s{0,4}while")),
    ("delete-documents", "db.", re.compile(r"\bdb\.(?:dropDatabase\(|\w{1,64}\.(?:drop\(\s{0,4}\)|(?:remove|deleteMany)\(\s{0,4}(?:\{\s{0,4}\})?\s{0,4}\)))")),
    ("delete-graph", "(", re.compile(r"\bmatch\s{0,4}\(\w{0,30}\)\s{1,9}(?:detach\s{1,9})?delete\b", re.IGNORECASE)),
    ("directory-filter", "=", re.compile(r"\A[\w@. -]{0,40}(?:\*?\){1,9}\([|&!]?|\*\([|&!])\(?\w{1,40}[~<>]?=")),
)  # fmt: skip
_MENTIONED: Final = ("$ne", "$gt", "$lt", "$regex", "$nin", "$or", "$exists")


def injected(text: str) -> str:
    """Return the kind of injection that agent-supplied text is, empty for none."""
    return next((kind for kind, needs, pattern in _INJECTED if needs in text and pattern.search(text)), "")


def mentions_operator(text: str) -> bool:
    """True if an operator stands anywhere: harmful where an object is expected, and the daily bread of others."""
    return "$" in text and any(operator in text for operator in _MENTIONED)
