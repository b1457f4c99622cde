"""`python -m scripts.fuzz`: feed every decoder mutated input for a while, and say what broke.

Each target gets its seeds, mutated: bytes flipped, cut, doubled, spliced with those of other targets, structure
nested. A target fails if it raises what it does not document, takes too long, or lets pass what its oracle forbids.
The run is bounded by `--minutes`, repeatable by `--seed`, and ends with a line for each target; exit code 1 if one
failed, with the input that did it.
"""

from __future__ import annotations

import base64
import random
import sys
import time
from dataclasses import dataclass, field

import click

from scripts.fuzz.targets import SLOWEST_S, TARGETS, Broken, Target

_PIECES = (
    b"\0",
    b"\xff\xfe",
    b"\r",
    b"\n\n",
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"data: ",
    b"\\u0000",
    b"e" * 40,
    b"\xed\xa0\x80",
    b":",
    b"%00",
)
_MOST_BYTES = 20_000
_SHOWN_BYTES = 200


@dataclass(slots=True)
class Tally:
    """What became of one target."""

    runs: int = 0
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)


def mutate(chance: random.Random, seed: bytes, others: list[bytes]) -> bytes:
    """Change some bytes in one of many ways, several times."""
    data = bytearray(seed)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 5, 9))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 2, 7, 40, 400)))
        match chance.randrange(7):
            case 0 if data:
                data[at % len(data)] = chance.randrange(256)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = chance.choice(_PIECES)
            case 3:
                data[at:at] = data[at:end] * chance.choice((1, 2, 30))
            case 4:
                other = chance.choice(others)
                data[at:end] = other[chance.randrange(len(other) + 1) :][:500]
            case 5:
                data[at:end] = base64.b64encode(data[at:end])
            case _:
                data[at:at] = chance.choice((b"[", b'{"a":', b"(", b"data: ")) * chance.choice((1, 3, 900))
    return bytes(data[:_MOST_BYTES])


def run(target: Target, data: bytes, tally: Tally) -> None:
    """Feed one input to one target."""
    started_s = time.process_time()
    try:
        target.feed(data)
    except target.documented:
        pass
    except Broken as broken:
        tally.failures.append(f"{broken}: {data[:_SHOWN_BYTES]!r}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        tally.failures.append(f"{type(error).__name__}: {error}: {data[:_SHOWN_BYTES]!r}")
    elapsed_s = time.process_time() - started_s
    tally.runs += 1
    tally.slowest_s = max(tally.slowest_s, elapsed_s)
    if elapsed_s > SLOWEST_S:
        tally.failures.append(f"took {elapsed_s:.2f} s: {data[:_SHOWN_BYTES]!r}")


@click.command()
@click.option(
    "--minutes", default=10.0, show_default=True, type=click.FloatRange(0.01, 600), help="How long in all."
)
@click.option("--seed", default=1, show_default=True, help="Of the random numbers.")
@click.option("--only", default="", help="Only targets with this in their name.")
def main(*, minutes: float, seed: int, only: str) -> None:
    """Feed every decoder mutated input."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    chosen = [target for target in TARGETS if only in target.name]
    others = [one for target in TARGETS for one in target.seeds]
    tallies = {target.name: Tally() for target in chosen}
    for target in chosen:  # compiling patterns for the first time is not what is measured
        run(target, target.seeds[0], Tally())
    until_s = time.monotonic() + minutes * 60
    while chosen and time.monotonic() < until_s:
        for target in chosen:
            run(target, mutate(chance, chance.choice(target.seeds), others), tallies[target.name])
    for name, tally in tallies.items():
        click.echo(
            f"{name:24} {tally.runs:8,} inputs  slowest {tally.slowest_s * 1e3:7.1f} ms  {len(tally.failures)} failures"
        )
        for failure in tally.failures[:5]:
            click.echo(f"    {failure}")
    sys.exit(any(tally.failures for tally in tallies.values()))


if __name__ == "__main__":
    main()
