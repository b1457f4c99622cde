"""`aegis completion`: the script that completes commands and options in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from scripts.failures import ExitCode


@click.command(
    short_help="Print the completion script of a shell.",
    epilog="""\b
bash: eval "$(aegis completion bash)"
zsh:  eval "$(aegis completion zsh)"
fish: aegis completion fish | source""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of SHELL."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.ClickException(f"no completion is known for {shell}")
    try:
        click.echo(kind(ctx.find_root().command, {}, "aegis", "_AEGIS_COMPLETE").source())
    except RuntimeError as error:  # bash: click asks the installed one for its version
        raise click.ClickException(str(error)) from error
    ctx.exit(ExitCode.OK)
