"""`aegis doctor`: looks at everything a start needs and says how to mend what is wrong."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from scripts.failures import ExitCode
from scripts.printing import DONE, FAILED, NOTICE, printable

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.checkup import Answer


@click.command(short_help="Check everything that a start needs.")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON.")
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool) -> None:
    """Check everything that a start needs, and say how to mend what is wrong.

    Exit codes: 0 a start will work, 1 it will not.
    """
    from scripts.checkup import State, examine  # noqa: PLC0415 - see scripts.cli

    home: Path | None = ctx.obj
    answers = []
    for answer in examine(home):
        answers.append(answer)
        if not as_json:
            _print(answer)
    if as_json:
        click.echo(json.dumps([asdict(answer) for answer in answers], indent=2))
    ctx.exit(ExitCode.NO if any(answer.state is State.FAILED for answer in answers) else ExitCode.OK)


def _print(answer: Answer) -> None:
    mark = {"ok": DONE, "warning": NOTICE, "failed": FAILED}[answer.state]
    first, *rest = answer.text.splitlines() or [""]
    click.echo(f"{mark} {answer.name:<10} {printable(first)}")
    for line in (*rest, *([answer.hint] if answer.hint else [])):
        click.echo(f"  {'':<10} {printable(line)}")
