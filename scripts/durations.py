"""Durations as a person writes them: `90s`, `30m`, `24h`, `7d`."""

from __future__ import annotations

import re
from typing import Final

import click

_FORM = re.compile(r"(\d{1,6})([smhd])\Z", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MICROSECONDS: Final = 1_000_000


def microseconds(_: click.Context, __: click.Parameter, text: str) -> int:
    """Read the duration an option was given, as its callback; 0 needs no unit.

    Raises:
        click.BadParameter: It is none.
    """
    found = _FORM.match("0s" if text == "0" else text)
    if found is None:
        raise click.BadParameter("expected a duration such as 30m, 24h or 7d")
    return int(found[1]) * _SECONDS[found[2]] * _MICROSECONDS
