"""Durations as a person writes them: `90s`, `30m`, `24h`, `7d`."""

from __future__ import annotations

import re
from typing import Any, Final

import click

_FORM = re.compile(r"(\d{1,6})([smhd])\Z")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MICROSECONDS: Final = 1_000_000


class Duration(click.ParamType):
    """An option that takes a duration and gives microseconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a duration; 0 needs no unit."""
        if isinstance(value, int):
            return value
        found = _FORM.match("0s" if value == "0" else str(value))
        if found is None:
            self.fail("expected a duration such as 30m, 24h or 7d", param, ctx)
        return int(found[1]) * _SECONDS[found[2]] * MICROSECONDS
