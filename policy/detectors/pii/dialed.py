"""Telephone numbers by the groups that a country writes them in, where no plus and no word says what they are.

A table for the walk of `tables`. Sources: ITU-T E.123 and the numbering plans (NANPA, Ofcom, ACM, BNetzA, Anatel, DoT,
MIIT, Minsvyaz). Groups that identifiers and part numbers share (three times three, four and four) are left to the words
beside them (`phones`).
"""

from __future__ import annotations

from typing import Final

from policy.detectors.pii.kinds import Kind, always

_RULE: Final = "pii.phone"
_TOPICS: Final = ("phone",)


def _dialed(shape: str, alone: float, whole: float = 0.7) -> Kind:
    return Kind("", _RULE, rf"\b{shape}\b", always, _TOPICS, alone=alone, near=0.93, whole=whole)


KINDS: Final[tuple[Kind, ...]] = (
    # North America: what `phones` does not take, such as the exchanges of made-up numbers (555-123-4567).
    _dialed(r"555-[0-9]{3}-[0-9]{4}", 0.6),
    _dialed(r"555[ .][0-9]{3}[ .][0-9]{4}", 0.55),
    _dialed(r"1\.[2-9][0-9]{2}\.[2-9][0-9]{2}\.[0-9]{4}", 0.65),
    _dialed(r"1-[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}", 0.7),
    _dialed(r"[2-9][0-9]{2}\) ?[0-9]{3}[- ][0-9]{4}", 0.75),
    # Mobile numbers: Great Britain, Netherlands, Germany, Israel, India, China, Brazil; Russia with its area.
    _dialed(r"07[0-9]{3} [0-9]{6}", 0.65),
    _dialed(r"06[- ][0-9]{8}", 0.65),
    _dialed(r"01[5-7][0-9][ /-][0-9]{7,8}", 0.65),
    _dialed(r"05[0-9]-[0-9]{7}", 0.6),
    _dialed(r"[6-9][0-9]{4}[ -][0-9]{5}", 0.52, 0.65),
    _dialed(r"1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}", 0.65),
    _dialed(r"[1-9][0-9]\) ?9?[0-9]{4}-[0-9]{4}", 0.7),
    _dialed(r"[3489][0-9]{2}\) ?[0-9]{3}-[0-9]{2}-[0-9]{2}", 0.75),
    # Any country behind the international prefix.
    _dialed(r"00[1-9][0-9]{0,2} [0-9]{2,4} [0-9]{5,8}", 0.65),
    _dialed(r"00[1-9][0-9]{0,2} [0-9]{1,4} [0-9]{2,4} [0-9]{2,4}", 0.65),
)
