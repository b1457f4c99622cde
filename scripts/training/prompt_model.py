"""Train the prompt model: read the corpus, print the leave-one-source-out table, write the weights and their card."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np

from scripts.training import corpus, fitting, report, synthesis

ATTACKS: Final = 2600
HARMLESS: Final = 2200
_FOLDER: Final = Path(__file__).resolve().parents[2] / "policy" / "detectors" / "prompt"


def train(source: Path, folder: Path, *, attacks: int = ATTACKS, harmless: int = HARMLESS) -> str:
    """Train on a corpus and write `weights.npz` and `MODEL_CARD.md`.

    Args:
        source: the corpus, one JSON object a line.
        folder: where to write.
        attacks: synthetic attacks to add.
        harmless: synthetic harmless texts to add.

    Returns:
        The leave-one-source-out table, in Markdown.

    Raises:
        OSError: if a file cannot be read or written.
        ValueError: if the corpus does not parse.
    """
    rows = [*corpus.read(source), *synthesis.attacks(attacks), *synthesis.harmless(harmless)]
    trainer = fitting.trainer(rows)
    fitted = trainer.fit([at for at, row in enumerate(rows) if row.may_train])
    figures = report.table(report.judge(trainer, fitted))
    # The date inside an npz is fixed by numpy: the same weights are the same bytes.
    np.savez_compressed(
        folder / "weights.npz",
        weights=fitted.weights,
        scale=np.float32(fitted.scale),
        bias=np.float32(fitted.bias),
        trust=np.float32(fitted.trust),
    )
    (folder / "MODEL_CARD.md").write_text(report.card(rows, figures), encoding="utf-8")
    return figures


def main() -> int:
    """Run the trainer; returns the exit status."""
    if len(sys.argv) not in {2, 3}:
        print("usage: train-prompt-model CORPUS.jsonl [FOLDER]", file=sys.stderr)
        return 2
    folder = Path(sys.argv[2]) if len(sys.argv) == 3 else _FOLDER  # noqa: PLR2004 -- program, corpus, folder
    print(train(Path(sys.argv[1]), folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
