r"""What is recorded, and its one canonical spelling in bytes.

A record is a type and fields. Its fields are restricted JSON: ASCII keys, strings, integers up to 2**53 in
size, booleans, null, lists and objects; no floats. Within these bounds `json.dumps` with sorted keys is
exactly RFC 8785 (JSON Canonicalization Scheme), and five times as fast as an implementation of all of it;
the tests hold the two against each other. The writer puts the record into its envelope:

    {"chain":ID,"fields":{...},"seq":N,"ts":MICROSECONDS,"type":TYPE,"v":1}

These keys are in canonical order, so the caller's thread spells the fields, the writer only puts them
between a start and an end, and a verifier finds `chain` and `seq` without parsing. No field can pass itself
off as one of the envelope's.

Strings may be agent-supplied. What is not Unicode (a lone surrogate: what Python makes of hostile bytes in a
path) and NUL (where SQLite would cut off what one filters by) are written as six characters, `\udcXX` and
`\u0000`: recording never fails because of what the traffic contains, and filters see all of it. Anything else
outside these bounds is a defect of the caller and refused.

Invariant: stored bytes are hashed bytes; nothing is ever parsed and spelled again to be verified.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ledger.errors import RecordRefused

type JsonValue = str | int | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None

VERSION = 1
MAX_INT = 2**53
MAX_DEPTH = 16
MAX_FIELDS_BYTES = 64 * 1024
"""More than any verdict needs; bounds what a full queue holds. Evidence is cut where it is found."""

TEXT_FIELDS = frozenset({"agent", "host", "verdict", "flow"})
"""Fields the ledger filters by: text or null."""
SCORE_FIELD = "score"
"""Filtered by as a number, 0..100, or null."""

_TYPE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)*", re.ASCII)
_MAX_TYPE_CHARS = 64
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_NUL = "\\u0000"
"""How `json` spells NUL."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a caller appends; ours, with agent-supplied strings inside."""

    type: str
    """Dotted lower-case name: `flow.verdict`, `flow.end`, `gateway.started`, `policy.loaded`."""
    fields: Mapping[str, JsonValue]
    """Restricted JSON. `agent`, `host`, `verdict`, `flow` (text) and `score` (0..100) can be filtered by."""


def spell_fields(fields: Mapping[str, JsonValue]) -> bytes:
    """Spell fields canonically, in UTF-8.

    Raises:
        RecordRefused: They are not restricted JSON, too deep or too long, or a filter field has another type.
    """
    if type(fields) is not dict or not _is_plain(fields, 0):
        _check_object(fields, "fields", 0)
    for name in TEXT_FIELDS:
        value = fields.get(name)
        if value is not None and not isinstance(value, str):
            raise RecordRefused(f"expected text or null, got {type(value).__name__}", where=f"fields.{name}")
    score = fields.get(SCORE_FIELD)
    if score is not None and (not isinstance(score, int) or isinstance(score, bool)):
        raise RecordRefused(f"expected an integer or null, got {type(score).__name__}", where="fields.score")
    text = _encode(fields)
    try:
        spelled = text.encode()
    except UnicodeEncodeError:
        spelled = _encode(_writable(fields)).encode()
    else:
        if _NUL in text:
            spelled = _encode(_writable(fields)).encode()
    if len(spelled) > MAX_FIELDS_BYTES:
        raise RecordRefused(f"expected at most {MAX_FIELDS_BYTES} bytes, got {len(spelled)}", where="fields")
    return spelled


@lru_cache(maxsize=256)
def spell_type(name: str) -> bytes:
    """Check an entry's type and spell it.

    Raises:
        RecordRefused: It is not a dotted lower-case name of at most 64 characters.
    """
    if len(name) > _MAX_TYPE_CHARS or not _TYPE.fullmatch(name):
        raise RecordRefused("expected a dotted lower-case name of at most 64 characters", where="type")
    return name.encode()


def body_start(chain_id: str) -> bytes:
    """What every body of a chain starts with, up to its fields."""
    return b'{"chain":"%b","fields":' % chain_id.encode("ascii")


def body_end(seq: int, ts_us: int, type_name: bytes) -> bytes:
    """What follows the fields of one body; `type_name` from `spell_type`."""
    return b',"seq":%d,"ts":%d,"type":"%b","v":%d}' % (seq, ts_us, type_name, VERSION)


def _plain(value: object) -> object:
    """What `json` does not know by itself: mappings and sequences other than dict, list and tuple."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(type(value).__name__)  # the check before has let it pass: a defect


_encode = json.JSONEncoder(
    sort_keys=True,
    separators=(",", ":"),
    ensure_ascii=False,
    allow_nan=False,
    check_circular=False,
    default=_plain,
).encode


def _is_plain(value: Any, depth: int) -> bool:
    """Whether a value is restricted JSON made of nothing but Python's own types: what nearly every record is.

    A third of the time of `_check`, which names what is wrong and knows subclasses and other containers.
    """
    items: Iterable[Any] = value
    if type(value) is dict:
        for key in value:
            if type(key) is not str or not key.isascii():
                return False
        items = value.values()
    for item in items:
        kind = type(item)
        if kind is str or item is None or kind is bool:
            continue
        if kind is int:
            if not -MAX_INT <= item <= MAX_INT:
                return False
        elif (kind is not dict and kind is not list) or depth >= MAX_DEPTH or not _is_plain(item, depth + 1):
            return False
    return True


def _check_object(members: Mapping[str, JsonValue], where: str, depth: int) -> None:
    for key, value in members.items():
        if not isinstance(key, str) or not key.isascii():
            raise RecordRefused("expected ASCII text as key", where=where)
        _check(value, f"{where}.{key}", depth)


def _check(value: object, where: str, depth: int) -> None:
    """Refuse what has no canonical form; `where` is ours, never a value."""
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, int):
        if not -MAX_INT <= value <= MAX_INT:
            raise RecordRefused("expected an integer within 2**53", where=where)
        return
    if depth >= MAX_DEPTH:
        raise RecordRefused(f"expected at most {MAX_DEPTH} levels", where=where)
    if isinstance(value, Mapping):
        _check_object(value, where, depth + 1)
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview)):
        for index, item in enumerate(value):
            _check(item, f"{where}[{index}]", depth + 1)
    else:
        raise RecordRefused(f"expected restricted JSON, got {type(value).__name__}", where=where)


def _writable(value: object) -> object:
    """The same JSON, with characters that cannot be written spelled out."""
    if isinstance(value, str):
        return _UNWRITABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", value)
    if isinstance(value, Mapping):
        return {key: _writable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_writable(item) for item in value]
    return value
