"""`partywall completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script for a shell; `partywall completion bash` shows how to use it."""
    kind = get_completion_class(shell)
    if kind is None:  # click knows all three
        return
    root = context.find_root().command
    script = kind(root, {}, "partywall", "_PARTYWALL_COMPLETE")
    hints = {
        "bash": '# eval "$(partywall completion bash)" in ~/.bashrc',
        "zsh": '# eval "$(partywall completion zsh)" in ~/.zshrc',
        "fish": "# partywall completion fish > ~/.config/fish/completions/partywall.fish",
    }
    click.echo(hints[shell])
    click.echo(script.source())
