"""Fuzzing itself works: it runs every target, repeats by its seed, and sees a target that is broken."""

from __future__ import annotations

import random

from click.testing import CliRunner

from scripts.fuzz import __main__ as fuzz
from scripts.fuzz.targets import TARGETS, Broken, Target


def test_every_target_takes_a_short_run_without_a_failure() -> None:
    done = CliRunner().invoke(fuzz.main, ["--minutes", "0.05", "--seed", "7"])
    assert done.exit_code == 0, done.output
    assert done.output.count(" 0 failures") == len(TARGETS)


def test_the_same_seed_makes_the_same_inputs() -> None:
    seeds = [one for target in TARGETS for one in target.seeds]

    def inputs() -> list[bytes]:
        chance = random.Random(3)  # noqa: S311 - repeatable on purpose
        return [fuzz.mutate(chance, seeds[0], seeds) for _ in range(50)]

    assert inputs() == inputs()
    assert len(set(inputs())) > 30


def test_what_breaks_is_told() -> None:
    def broken(_data: bytes) -> None:
        raise Broken("a call came out")

    def crashing(_data: bytes) -> None:
        raise IndexError("oops")

    for feed, told in ((broken, "a call came out"), (crashing, "IndexError: oops")):
        tally = fuzz.Tally()
        fuzz.run(Target("t", feed, (b"x",)), b"x", tally)
        assert tally.failures[0].startswith(told)
    tally = fuzz.Tally()
    fuzz.run(Target("t", crashing, (b"x",), (IndexError,)), b"x", tally)
    assert tally.failures == []
