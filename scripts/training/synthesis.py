# ruff: noqa: E501 -- rows of tables
"""Made-up training texts, the same for the same seed: attacks in carriers, and harmless text that looks like them.

Owns the generator; the words are in `attack_phrases` and `benign_phrases`. Everything here is ours, so the model
may be trained on it and it may be published.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final

from scripts.training import attack_phrases, benign_phrases
from scripts.training.corpus import Row

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE: Final = "synthetic"
LICENSE: Final = "synthetic"
_SLOT: Final = re.compile(r"\{(\w+)\}")
_DEPTH: Final = 8


def _filled(text: str, slots: Mapping[str, tuple[str, ...]], chance: random.Random) -> str:
    """Replace slots until none is left, at most `_DEPTH` times."""

    def pick(match: re.Match[str]) -> str:
        choices = slots.get(match[1])
        return chance.choice(choices) if choices else match[0]

    for _ in range(_DEPTH):
        if not _SLOT.search(text):
            break
        text = _SLOT.sub(pick, text)
    return text


def _dressed(text: str, chance: random.Random) -> str:
    """Vary case and punctuation as people do."""
    style = chance.random()
    if style < 0.08:  # noqa: PLR2004 -- shares of styles
        return text.upper()
    if style < 0.2:  # noqa: PLR2004
        return text.lower()
    return text[:1].upper() + text[1:]


def _carrier(chance: random.Random, slots: Mapping[str, tuple[str, ...]]) -> list[str]:
    kinds = ("{mail}", "{mail} {mail}", "{doc}", "{doc}\n\n{doc}", "{mail}\n{doc}", "{doc}\n{mail}\n{mail}")
    return [_filled(chance.choice(kinds), slots, chance) for _ in range(chance.randint(1, 3))]


def _foreign(chance: random.Random) -> str:
    language, *openings = chance.choice(attack_phrases.WORLD[:1] * 4 + attack_phrases.WORLD)
    joint = chance.choice((". ", " und " if language == "de" else ", ", ": ", "! "))
    return chance.choice(openings) + joint + chance.choice(attack_phrases.WANTED[language])


def attacks(count: int, seed: int = 1) -> list[Row]:
    """Return made-up attacks.

    Args:
        count: how many.
        seed: same seed, same texts.
    """
    chance = random.Random(seed)  # noqa: S311 -- reproducible on purpose
    slots = {**attack_phrases.SLOTS}
    rows: list[Row] = []
    for _ in range(count):
        kind = chance.choices(("direct", "indirect", "jailbreak", "foreign"), (40, 34, 16, 10))[0]
        if kind == "indirect":
            parts = _carrier(chance, benign_phrases.SLOTS)
            parts.insert(
                chance.randint(0, len(parts)), _dressed(_filled("{indirect}", slots, chance), chance)
            )
            text, channel = chance.choice(("\n", " ", "\n\n")).join(parts), "tool"
            if chance.random() < 0.12:  # noqa: PLR2004 -- share of hidden ones
                text = f"<p>Welcome</p><!-- {text} -->"
        else:
            body = (
                _foreign(chance)
                if kind == "foreign"
                else _dressed(_filled("{" + kind + "}", slots, chance), chance)
            )
            if chance.random() < 0.2:  # noqa: PLR2004 -- share with a harmless start
                body = _filled("{ask} ", benign_phrases.SLOTS, chance) + body
            text, channel = _filled(body, slots, chance), "user"
        rows.append(Row(text, 1, "direct" if kind == "foreign" else kind, SOURCE, LICENSE, channel, "strong"))
    return rows


def harmless(count: int, seed: int = 2) -> list[Row]:
    """Return made-up harmless texts; arguments as for `attacks`."""
    chance = random.Random(seed)  # noqa: S311 -- reproducible on purpose
    slots = benign_phrases.SLOTS
    shapes = {
        "{trigger}": ("user", 26), "{trigger} {trigger}": ("user", 8), "{ask}": ("user", 14), "{ask} {trigger}": ("user", 6), "{fiction}": ("user", 8), "{fiction} {ask}": ("user", 4),
        "{security}": ("tool", 10), "{security} {security} {security}": ("tool", 12), "{doc}": ("tool", 8), "{doc}\n{mail}\n{doc}": ("tool", 10), "{mail} {mail}": ("tool", 8), "{doc}\n\n{trigger}": ("tool", 5),
    }  # fmt: skip
    rows: list[Row] = []
    for _ in range(count):
        shape = chance.choices(list(shapes), [weight for _, weight in shapes.values()])[0]
        rows.append(
            Row(
                _dressed(_filled(shape, slots, chance), chance),
                0,
                "benign",
                SOURCE,
                LICENSE,
                shapes[shape][0],
                "",
            )
        )
    return rows
