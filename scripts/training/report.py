# ruff: noqa: E501 -- rows of tables
"""What a trained model is worth on sources it has not seen, and the model card that says so.

Owns the leave-one-source-out table. Each source is judged by a model that was trained on all the others; rows that
may not train are judged by the model that ships. Figures are recall at a false-alarm rate, never accuracy.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from policy.channel import Channel
from policy.detectors.prompt import features, scoring
from scripts.training import synthesis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from policy.detectors.prompt.model import Model
    from scripts.training.corpus import Row
    from scripts.training.fitting import Reals, Trainer

RATES: Final = (0.01, 0.001)


@dataclass(frozen=True, slots=True)
class Judged:
    """Sums (grammar and model) of all rows, in their order."""

    rows: Sequence[Row]
    sums: Reals


def judge(trainer: Trainer, shipped: Model) -> Judged:
    """Judge each row by a model that has not been trained on its source.

    Args:
        trainer: of all rows, synthetic ones included.
        shipped: the model trained on everything.
    """
    rows = trainer.rows
    sums = trainer.points(shipped)
    groups = np.array([row.group for row in rows])
    may_train = np.array([row.may_train for row in rows])
    for group in sorted(set(groups[may_train]) - {synthesis.SOURCE}):
        model = trainer.fit(np.flatnonzero(may_train & (groups != group)).tolist())
        left = groups == group
        sums[left] = trainer.points(model)[left]
    return Judged(rows, sums)


def table(judged: Judged) -> str:
    """Return Markdown: thresholds a channel, recall a kind, and recall and false alarms a source."""
    rows = judged.rows
    is_ours = np.array([row.source == synthesis.SOURCE for row in rows])
    channel = np.array([row.channel for row in rows])
    is_judged = ~is_ours & (channel != "system") & np.array([row.strength != "weak" for row in rows])
    shift = np.where(channel == "tool", scoring.CUTS[Channel.TOOL], scoring.CUTS[Channel.USER])
    scores = judged.sums - shift
    label = np.array([row.label for row in rows])
    kind = np.array([row.kind for row in rows])
    group = np.array([row.group for row in rows])
    harmless = scores[is_judged & (label == 0)]
    cuts = [float(np.quantile(harmless, 1 - rate)) for rate in RATES]
    lines = [
        "| kind | texts | recall at 1 % | at 0.1 % | at the shipped threshold |",
        "|---|---|---|---|---|",
    ]
    for name in ("all", "direct", "indirect", "jailbreak"):
        chosen = is_judged & (label == 1) & ((kind == name) | (name == "all"))
        lines.append(
            f"| {name} | {chosen.sum()} | "
            + " | ".join(_share(scores[chosen], cut) for cut in (*cuts, 0.0))
            + " |"
        )
    lines += ["", f"False alarms at the shipped thresholds: {_share(harmless, 0.0)} of {harmless.size}.", ""]
    for name in ("user", "tool"):
        values = judged.sums[is_judged & (label == 0) & (channel == name)]
        if values.size:
            lines.append(f"Sum at 1 % false alarms, {name} channel: {np.quantile(values, 0.99):.2f}.")
    lines += [
        "",
        "| source | attacks | recall at 1 % | at 0.1 % | shipped | harmless | false alarms, shipped |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in sorted(set(group[is_judged])):
        good, bad = is_judged & (group == name) & (label == 0), is_judged & (group == name) & (label == 1)
        recall = " | ".join(_share(scores[bad], cut) for cut in (*cuts, 0.0))
        lines.append(f"| {name} | {bad.sum()} | {recall} | {good.sum()} | {_share(scores[good], 0.0)} |")
    return "\n".join(lines)


def _share(values: Reals, cut: float) -> str:
    return f"{np.mean(values > cut):.3f}" if values.size else "-"


def card(rows: Sequence[Row], figures: str) -> str:
    """Return the model card."""
    trained = Counter((row.source, row.license, row.label) for row in rows if row.may_train)
    data = "\n".join(
        f"| {source} | {license_} | {trained[(source, license_, 1)]} | {trained[(source, license_, 0)]} |"
        for source, license_ in sorted({key[:2] for key in trained})
    )
    held = sum(not row.may_train and row.channel != "system" for row in rows)
    return _CARD.format(size=features.SIZE, data=data, held=held, figures=figures)


_CARD: Final = """# Model card: prompt integrity

**What it is.** A linear model over {size} hashed features (runs of words, runs of concepts, concepts near each other), summed over
windows of 32 and 96 tokens; the worst window counts. Weights are 8-bit integers in `weights.npz`. Beside them stands the grammar
(`grammar.py`): shapes over concepts whose worth is set by hand; how much a point of it counts is learned. The sum is compared with a
threshold of the channel (`scoring.py`); an encoded or disguised text is judged in each of its readings (`policy/text/views.py`).

**What it is for.** Ranking agent-supplied text by how much it looks like an order to the model. Not for judging people, not for
deciding alone.

**Data.** Only rows under a permissive license and of a strong label were trained on; synthetic rows are from the generator in
`scripts/training`. {held} further rows (other or no licenses, weak labels) were only measured.

| source | license | attacks | harmless |
|---|---|---|---|
{data}

**Figures.** Of the plain text, without its other readings. Each source judged by a model trained without it. They are optimistic all
the same: the lexicon was begun by somebody who had read this corpus, its measuring-only rows included; the grammar's worth and the
thresholds were settled on this very table; synthetic rows stay in every fold. They are pessimistic as well: leaving out `in-the-wild`
leaves out nearly all jailbreaks, and a part of the labels is arguable (harmless role play in `deepset`, adversarial harmless prompts in
`WildGuard` that tell the model to ignore its rules). Only sources that nobody has read while building it say what it is worth.

{figures}

**Limits.** Orders that are wrong only in their context are not found. English is served best, then German; the lexicon knows a dozen
further languages less well. Articles that quote attacks, and harmless prompts written like a jailbreak, are the hardest false alarms. An
attacker who has the weights can search for wording that scores low.

**Reproduce.** `scripts/train-prompt-model CORPUS` with the versions in `scripts/training/requirements.txt`; the same corpus gives the
same bytes.
"""
