"""`partywall advise`."""

from __future__ import annotations

import sys
from typing import Any

import click

from partywall.advice.needs import Goal, Impact, Needs
from partywall.cli import options
from partywall.cli.asking import asked
from partywall.cli.render.advice_text import advice_text
from partywall.cli.render.columns import sendable
from partywall.cli.session import Session, style_of
from partywall.compose.quantity import memory as size
from partywall.model.errors import BadInput
from partywall.workflows.advice.document import advise
from partywall.workflows.advice.facts import Other

_WORDS = {"goal": Goal, "impact": Impact}
_LEAST = 64 << 20
"""Nobody has a machine with less; who says so has forgotten the unit."""


@click.command("advise")
@click.option("--goal", type=click.Choice([one.value for one in Goal]), help="What matters most.")
@click.option("--both/--not-both", default=None, help="Both answer at the same time, or need not.")
@click.option("--other-code/--same-code", default=None, help="Other code than production's runs.")
@click.option(
    "--second-name/--no-second-name",
    default=None,
    help="Whether a second host name can be had; without it the resolver is asked.",
)
@click.option(
    "--may-be-away/--never-away",
    default=None,
    help="Whether production may be away while the other environment stands.",
)
@click.option(
    "--impact",
    type=click.Choice([one.value for one in Impact]),
    default=None,
    help="How much production may notice of the other environment.",
)
@click.option("--app-may-change/--app-stays", default=None, help="Whether the app can be changed.")
@click.option("--own-servers", is_flag=True, help="Production's data share no server with others.")
@click.option("--alone", is_flag=True, help="No second environment is needed.")
@click.option("--memory", metavar="SIZE", help="For a machine with so much: 512M, 2G.")
@click.option("--cores", type=click.IntRange(1, 4096), help="For a machine with so many cores.")
@click.option("--all", "every", is_flag=True, help="Every point of the space, not the best alone.")
@click.option(
    "--ask/--no-ask", default=None, help="Ask what no option says; on a terminal it does."
)
@options.as_json
@click.pass_obj
def command(  # noqa: PLR0913  (an option for each fact)
    session: Session,
    /,
    *,
    own_servers: bool,
    alone: bool,
    memory: str | None,
    cores: int | None,
    every: bool,
    ask: bool | None,
    json: bool,
    **said: Any,  # noqa: ANN401  (the answers to the questions, by name)
) -> None:
    """Say which architecture fits: what is wanted, this machine and this app decide.

    Nothing is changed. It looks at memory, cores, disk, the engine and the resolver, reckons what
    every point of the space takes, and prints the best with reasons and the settings to use.
    Without a terminal, with --json or --no-ask nothing is asked.
    """
    other = Other(memory_bytes=_size(memory), cores=cores)
    if alone and (said["both"] or said["other_code"]):
        raise BadInput(
            "--alone says that there is no second environment, and another option asks for one",
            remedy="leave out --alone, or --both and --other-code",
        )
    if _asks(ask, json=json):
        said = asked(said, alone=alone)
    known = {name: value for name, value in said.items() if value is not None}
    known |= {name: kind(known[name]) for name, kind in _WORDS.items() if name in known}
    needs = Needs(**known, own_servers=own_servers, second=not alone)
    if not json:
        session.note("looking at the app and the machine …")
    document = advise(session.project, needs, other, every=every)
    if json:
        session.document(document)
    else:
        style = style_of(sys.stdout)
        session.print(sendable(advice_text(document, style), style))


def _asks(said: bool | None, *, json: bool) -> bool:
    """Whether questions are put.

    Raises:
        BadInput: when they are wished for and nobody can answer.
    """
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    if said and not terminal:
        raise BadInput("nobody can be asked here", remedy="run it on a terminal, or use options")
    return terminal and not json if said is None else said


def _size(said: str | None) -> int | None:
    if said is None:
        return None
    try:
        found = size(said)
    except ValueError as error:
        raise BadInput(f"--memory: {error}", remedy="say it as 512M or 2G") from error
    if found < _LEAST:
        raise BadInput(
            f"--memory {said} is {found} bytes, less than any machine has",
            remedy="say it with its unit: 512M or 2G",
        )
    return found
