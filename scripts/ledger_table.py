"""Entries of the ledger as lines a person can read; every string in them is agent-supplied until made printable."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from scripts.printing import columns, printable, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.query import Entry

HEADING = ("ENTRY", "TIME (UTC)", "TYPE", "AGENT", "VERDICT", "SCORE", "WHAT")
SHOWN_ELSEWHERE = frozenset({"flow", "agent", "verdict", "score"})
ALTERED = "ALTERED: not what was recorded"
LONGEST_CELL = 24
"""Cells before the last one are cut to this width."""


def table(entries: Sequence[Entry], width: int | None) -> str:
    """Lay entries out under a heading; none takes more than two lines of `width` cells, where one is given."""
    lines = columns([HEADING, *map(_row, entries)]).splitlines()
    return "\n".join(lines if width is None else (shorten(line, 2 * width) for line in lines))


def _row(entry: Entry) -> tuple[str, ...]:
    fields = entry.fields
    cells = (
        str(entry.seq),
        _time(entry.ts_us),
        printable(entry.type),
        *(
            printable("" if fields.get(name) is None else fields[name])
            for name in ("agent", "verdict", "score")
        ),
    )
    what = _what(fields) if entry.is_sound else ALTERED
    return (*(shorten(cell, LONGEST_CELL) for cell in cells), printable(what))


def _time(ts_us: int) -> str:
    try:
        return f"{dt.datetime.fromtimestamp(ts_us / 1_000_000, dt.UTC):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError, TypeError):
        return "?"  # an altered entry may claim any time


def _what(fields: Mapping[str, Any]) -> str:
    """Say what an entry is about: a request in one line, or its fields."""
    if "host" not in fields:
        rest = (f"{name}={value}" for name, value in fields.items() if name not in SHOWN_ELSEWHERE)
        return " ".join(rest)
    port = f":{fields['port']}" if fields.get("port") not in {None, 80, 443} else ""
    scheme = f"{fields['scheme']}://" if fields.get("scheme") else ""
    target = f"{scheme}{fields['host']}{port}{fields.get('path', '')}"
    monitored = "let pass by monitor mode" if fields.get("monitored") else None
    parts = (fields.get("method"), target, fields.get("rule"), monitored, fields.get("reason"))
    return "  ".join(str(part) for part in parts if part)
