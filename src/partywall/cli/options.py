"""Options and arguments that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from partywall.model.errors import BadInput

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "json", is_flag=True, help="One JSON document for scripts.")
dry_run = click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
yes = click.option("-y", "--yes", is_flag=True, help="Do not ask, not even for production.")

without_data_of = click.option(
    "--without-data-of",
    "behind",
    multiple=True,
    metavar="SERVICE",
    help="Let go what this service keeps in a volume without a name. May be given several times.",
)


def complete_environment(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001  (click's interface)
    incomplete: str,
) -> list[str]:
    """Names of environments, for shell completion."""
    from pathlib import Path  # noqa: PLC0415  (only while completing)

    from partywall.compose import settings  # noqa: PLC0415  (only while completing)
    from partywall.model.errors import PartywallError  # noqa: PLC0415  (only while completing)

    root = context.find_root().params
    try:
        names = settings.load(Path(root.get("directory") or Path()).absolute()).environments
    except PartywallError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def complete_architecture(
    context: click.Context,  # noqa: ARG001  (click's interface)
    parameter: click.Parameter,  # noqa: ARG001  (click's interface)
    incomplete: str,
) -> list[str]:
    """Names of architectures, for shell completion; after a `+` those that go beside others."""
    from partywall import catalog  # noqa: PLC0415  (only while completing)

    head, plus, start = incomplete.rpartition("+")
    found = (one for one in catalog.presets().values() if not plus or one.lies_over)
    return [f"{head}{plus}{one.name}" for one in found if one.name.startswith(start)]


environment = click.argument(
    "environment", required=False, shell_complete=complete_environment, metavar="[ENVIRONMENT]"
)
one_environment = click.argument(
    "environment", shell_complete=complete_environment, metavar="ENVIRONMENT"
)


def one_or_all(environment: str | None, *, every: bool) -> str | None:
    """The scope of a command that must not reach further than its user meant.

    Raises:
        BadInput: when neither or both are given.
    """
    if (environment is None) is not every:
        raise BadInput("which environment?", remedy="name one, or say --all")
    return environment
