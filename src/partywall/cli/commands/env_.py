"""`partywall env`."""

from __future__ import annotations

import difflib

import click

from partywall.cli import options
from partywall.cli.session import Session
from partywall.model.errors import BadInput
from partywall.workflows.variable_list import Listed, listed


@click.command("env")
@options.one_environment
@click.argument("name", required=False)
@click.option("--reveal", is_flag=True, help="Show values, secrets too.")
@options.as_json
@click.pass_obj
def command(session: Session, environment: str, name: str | None, reveal: bool, json: bool) -> None:
    """List an environment's variables; with --reveal their values, one alone when named."""
    found = listed(session.project, environment, reveal=reveal)
    chosen = [one for one in found if name in (None, one.name)]
    if not chosen:
        raise _unknown(str(name), found)
    if json:
        session.document({"environment": environment, "variables": _document(chosen)})
    elif name is not None and reveal:
        session.print(str(chosen[0].value))
    else:
        for one in chosen:
            session.print(f"{one.name}={_shown(one)}")


def _shown(one: Listed) -> str:
    if one.value is not None:
        return one.value
    return "****" if one.secret else "(hidden; --reveal shows it)"


def _document(chosen: list[Listed]) -> dict[str, object]:
    return {one.name: {"secret": one.secret, "value": one.value} for one in chosen}


def _unknown(name: str, found: list[Listed]) -> BadInput:
    near = difflib.get_close_matches(name, [one.name for one in found], 1)
    hint = f"did you mean `{near[0]}`?" if near else "`partywall env` lists them"
    return BadInput(f"there is no variable `{name}`", remedy=hint)
