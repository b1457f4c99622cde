"""Training the prompt model: the license rule, and the same bytes from the same corpus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scripts.training import corpus, synthesis

if TYPE_CHECKING:
    from pathlib import Path


def _row(license_: str, strength: str = "strong", channel: str = "user") -> corpus.Row:
    return corpus.Row("text", 1, "direct", "somewhere", license_, channel, strength)


@pytest.mark.parametrize("license_", ["MIT", "Apache-2.0", "CC0-1.0", "ODC-BY"])
def test_permissive_rows_train(license_: str) -> None:
    assert _row(license_).may_train


@pytest.mark.parametrize(
    "license_",
    ["GPL-3.0", "CC-BY-SA-4.0", "none stated", "Apache-2.0/varies", "MIT/CC-BY-SA", "unverified (part MIT)"],
)
def test_mixed_unverified_and_copyleft_rows_only_measure(license_: str) -> None:
    assert not _row(license_).may_train


def test_weak_and_operator_rows_only_measure() -> None:
    assert not _row("MIT", strength="weak").may_train
    assert not _row("MIT", channel="system").may_train


def test_attacks_whose_carrier_comes_with_attacks_only_do_not_train() -> None:
    row = corpus.Row("text", 1, "indirect", "BIPIA code attacks", "MIT", "tool", "strong")
    assert not row.may_train


def test_the_same_seed_makes_the_same_texts() -> None:
    assert synthesis.attacks(50) == synthesis.attacks(50)
    assert synthesis.harmless(50) == synthesis.harmless(50)
    assert synthesis.attacks(50, seed=3) != synthesis.attacks(50, seed=4)


def test_no_slot_is_left_open() -> None:
    for row in synthesis.attacks(400) + synthesis.harmless(400):
        assert not any(
            "{" + name + "}" in row.text for name in ("orders", "deed", "saying", "thing", "who", "quote")
        )


def test_a_line_that_is_no_row_is_an_error_with_its_number(tmp_path: Path) -> None:
    broken = tmp_path / "corpus.jsonl"
    broken.write_text('{"text": 1}\n')
    with pytest.raises(ValueError, match=":1: not a row"):
        corpus.read(broken)


def test_training_twice_gives_identical_bytes(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the training environment is optional")
    from scripts.training import prompt_model  # noqa: PLC0415 -- needs the training environment

    source = tmp_path / "corpus.jsonl"
    rows = [
        (row, f"source-{at % 3}")
        for at, row in enumerate(synthesis.attacks(40, 7) + synthesis.harmless(40, 8))
    ]
    source.write_text(
        "".join(
            json.dumps(
                {"text": row.text, "label": row.label, "kind": row.kind, "source": name, "license": "MIT",
                 "channel": row.channel, "strength": row.strength}
            ) + "\n"
            for row, name in rows
        )
    )  # fmt: skip
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        prompt_model.train(source, folder, attacks=60, harmless=60)
        made.append([(folder / file).read_bytes() for file in ("weights.npz", "MODEL_CARD.md")])
    assert made[0] == made[1]
