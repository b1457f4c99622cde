"""`aegis policy`: is the policy file valid, is it the one in force, and what does it say?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts.failures import ExitCode
from scripts.printing import DONE, FAILED, NOTICE, counted, printable

if TYPE_CHECKING:
    from policy.compiled import Policy
    from policy.errors import PolicyError


@click.group(short_help="Check the policy file.")
def policy() -> None:
    """Check the policy file."""


@policy.command(short_help="Say whether a policy file is valid.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def check(ctx: click.Context, *, file: Path | None, as_json: bool) -> None:
    """Say whether FILE, or the policy in the settings, is valid, and list all that is wrong with it.

    Also says where a running gateway has not taken over the file on disk.

    Exit codes: 0 valid, 1 invalid, 2 wrong usage.
    """
    from addons.settings import Settings  # noqa: PLC0415 - see scripts.cli
    from policy.errors import PolicyError  # noqa: PLC0415
    from scripts import policy_in_force  # noqa: PLC0415
    from scripts.policy_file import load_policy_file  # noqa: PLC0415

    settings = Settings.load(ctx.obj)
    path = file or settings.policy_path
    notices: list[str] = []
    try:
        loaded = load_policy_file(path)
    except PolicyError as error:
        if file is None:
            notices = policy_in_force.notices(settings.database_path, "")
        click.echo(
            json.dumps(_refused(error, notices), indent=2) if as_json else _words_of_error(error, notices)
        )
        ctx.exit(ExitCode.NO)
    if file is None:
        notices = policy_in_force.notices(settings.database_path, loaded.digest)
    click.echo(
        json.dumps(_accepted(loaded, path, notices), indent=2) if as_json else _words(loaded, path, notices)
    )


def _words(loaded: Policy, path: Path, notices: list[str]) -> str:
    lines = [f"{DONE} {path} is valid: {loaded.digest}"]
    return "\n".join((*lines, *(f"  {NOTICE} {printable(text)}" for text in (*loaded.warnings, *notices))))


def _words_of_error(error: PolicyError, notices: list[str]) -> str:
    count = len(error.problems)
    lines = [printable(problem.describe(error.file)) for problem in error.problems]
    if not any(problem.suggestion for problem in error.problems):
        lines.append(printable(error.hint()))
    lines += [f"{FAILED} {error.file} is invalid: {counted(count, 'problem', 'problems')}"]
    return "\n".join((*lines, *(f"  {NOTICE} {printable(text)}" for text in notices)))


def _accepted(loaded: Policy, path: Path, notices: list[str]) -> dict[str, Any]:
    return {
        "valid": True,
        "file": str(path),
        "digest": loaded.digest,
        "warnings": list(loaded.warnings),
        "notices": notices,
    }


def _refused(error: PolicyError, notices: list[str]) -> dict[str, Any]:
    return {
        "valid": False,
        "file": error.file,
        "problems": [
            {
                "line": problem.line,
                "column": problem.column,
                "key": problem.key,
                "message": problem.message,
                "suggestion": problem.suggestion,
            }
            for problem in error.problems
        ],
        "notices": notices,
    }
