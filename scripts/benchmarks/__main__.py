"""The command line of the benchmarks: `scripts/bench`.

The exit code says whether the figures are sound, never whether they are good: 0 with every target missed, 1
as soon as a request was refused or a process died.
"""

from __future__ import annotations

from pathlib import Path

import click

from scripts.benchmarks import proxy as proxies
from scripts.benchmarks import subjects
from scripts.benchmarks.processes import BenchmarkError

_QUICK_S = 0.7
_WARMUP_SHARE = 0.2
_LEAST_WARMUP_S = 0.3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measure Aegis against what it stands on."""


@main.command()
@click.option(
    "--runs", default=3, show_default=True, type=click.IntRange(1, 50), help="Rounds; medians are shown."
)
@click.option(
    "--seconds",
    default=3.0,
    show_default=True,
    type=click.FloatRange(0.2, 60),
    help="Length of one measurement.",
)
@click.option("--quick", is_flag=True, help="One round of short measurements: a smoke test, not a figure.")
@click.option("--only", default="", help="Only scenarios with these parts, like h1/1KB or c16.")
@click.option(
    "--subject",
    "names",
    multiple=True,
    type=click.Choice(list(subjects.KINDS)),
    help="Only these subjects (repeatable); all by default.",
)
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write JSON here."
)
def proxy(
    *, runs: int, seconds: float, quick: bool, only: str, names: tuple[str, ...], json_file: Path | None
) -> None:
    """Requests per second, latency and CPU: direct, bare mitmdump and Aegis."""
    wanted = set(filter(None, only.split("/")))
    scenarios = [scenario for scenario in proxies.SCENARIOS if wanted <= set(str(scenario).split("/"))]
    if not scenarios:
        raise click.BadParameter(f"none of {', '.join(map(str, proxies.SCENARIOS))}", param_hint="--only")
    if quick:
        runs, seconds = 1, _QUICK_S
    plan = proxies.Plan(
        runs=runs,
        seconds=seconds,
        warmup_s=max(_LEAST_WARMUP_S, _WARMUP_SHARE * seconds),
        scenarios=scenarios,
        subjects=names or tuple(subjects.KINDS),
    )
    try:
        figures = proxies.measure(plan)
    except BenchmarkError as error:
        raise click.ClickException(str(error)) from error
    click.echo(proxies.report(plan, figures))
    if json_file is not None:
        json_file.write_text(proxies.as_json(plan, figures) + "\n")


@main.command()
@click.option(
    "--runs", default=3, show_default=True, type=click.IntRange(1, 50), help="Rounds; medians are shown."
)
@click.option(
    "--seconds",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0.2, 60),
    help="Length of one measurement.",
)
@click.option(
    "--entries",
    default=100_000,
    show_default=True,
    type=click.IntRange(1000, 5_000_000),
    help="Length of the chain that is verified.",
)
def ledger(*, runs: int, seconds: float, entries: int) -> None:
    """Durable appends per second beside raw SQLite, and how long verification takes."""
    from scripts.benchmarks import ledger as ledgers  # noqa: PLC0415 - the other benchmarks do without a ledger

    try:
        click.echo(ledgers.report(ledgers.measure(runs, seconds, entries)))
    except BenchmarkError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option(
    "--corpora",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="AEGIS_CORPORA",
    required=True,
    help="Directory with FAMILY/dev.jsonl; corpora do not ship.  [AEGIS_CORPORA]",
)
@click.option("--family", "wanted", multiple=True, help="Only these families (repeatable).")
def detection(*, corpora: Path, wanted: tuple[str, ...]) -> None:
    """Recall, false alarms and time of every guard, beside open-source detectors."""
    from scripts.benchmarks import detection as detections  # noqa: PLC0415 - loads every guard

    if unknown := set(wanted) - set(detections.FAMILIES):
        raise click.BadParameter(f"unknown: {', '.join(sorted(unknown))}", param_hint="--family")
    try:
        click.echo(detections.report(detections.measure(corpora, wanted or detections.FAMILIES)))
    except BenchmarkError as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.option("--runs", default=15, show_default=True, type=click.IntRange(1, 200), help="Medians are shown.")
def judging(*, runs: int) -> None:
    """Scan throughput, and what judging texts of several sizes and hostile inputs costs."""
    from scripts.benchmarks import judging as judgings  # noqa: PLC0415 - loads every guard

    click.echo(judgings.report(judgings.measure(runs)))


@main.command()
@click.option(
    "--questions", default=200, show_default=True, type=click.IntRange(5, 5000), help="Asked of each."
)
@click.option(
    "--large-mb",
    default=2048,
    show_default=True,
    type=click.IntRange(0, 16_384),
    help="Size of the download; the upload has half of it. 0 leaves both out.",
)
def streams(*, questions: int, large_mb: int) -> None:
    """Time to the first token of a streamed answer, and memory that large bodies take."""
    from scripts.benchmarks import streams as streaming  # noqa: PLC0415 - the others do without

    try:
        click.echo(streaming.report(streaming.measure(questions, large_mb)))
    except BenchmarkError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main(prog_name="scripts/bench")
