"""`partywall rehearse`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from partywall.cli import options
from partywall.cli.render.rehearsal_junit import rehearsal_junit
from partywall.cli.render.rehearsal_markdown import rehearsal_markdown
from partywall.cli.render.rehearsal_text import rehearsal_text
from partywall.cli.session import Session, style_of
from partywall.compose import quantity
from partywall.model.errors import BadInput
from partywall.rehearsal.document import document
from partywall.rehearsal.reasons import RISKS, Kind
from partywall.rehearsal.wanted import Wanted
from partywall.system.files import write_where_named
from partywall.workflows.rehearse import run
from partywall.workflows.rehearse.place import Asked
from partywall.workflows.rehearse.run import Order

_READABLE = 0o644
_STANDARD = Path("-")


class Words(click.ParamType[tuple[str, ...]]):
    """A command line in one word, as a shell would split it."""

    name = "command"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The argument list."""
        try:
            return tuple(shlex.split(str(value)))
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


_COMMAND = Words()


@click.command(
    "rehearse",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--of", "production", default="", help="Whose data; production by default.")
@click.option("--service", default="", help="Which database, where there are several.")
@click.option("--snapshot", default="", help="An existing one; otherwise one is taken and dropped.")
@click.option("--code", default="", help="The environment whose code is run.")
@click.option("--as", "place", default="", metavar="SERVICE", help="In whose place it is run.")
@click.option("--again", is_flag=True, help="It has to run a second time and change nothing.")
@click.option("--downgrade", type=_COMMAND, help="What brings the former schema back.")
@click.option("--tests", type=_COMMAND, help="The new code's tests, run on the new schema.")
@click.option("--old-tests", type=_COMMAND, help="The tests of the code that production runs.")
@click.option("--traffic", type=_COMMAND, help="What runs beside it, as visitors would.")
@click.option("--timeout", default="10m", show_default=True, help="What the migration may take.")
@click.option(
    "--accept", multiple=True, type=click.Choice([str(kind) for kind in RISKS]),
    help="A risk that is known and taken. May be given several times.",
)  # fmt: skip
@click.option(
    "--markdown", type=click.Path(path_type=Path), help="Write a report for people; `-` prints it."
)
@click.option(
    "--junit", type=click.Path(path_type=Path), help="Write a report for CI; `-` prints it."
)
@options.as_json
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND…]")
@click.pass_context
def command(context: click.Context, /, *, words: tuple[str, ...], **said: object) -> None:
    """Run a migration on a copy of production's data, and say whether it would hurt.

    Without COMMAND it is the app's own job that migrates. The command gets the variables and the
    place of a service, with the copy where the database was, and no secret of production; on
    Docker it reaches nothing else. Exit code 1 when something speaks against it.
    """
    session: Session = context.obj
    order = _order(session, words, said)
    page, junit = said["markdown"], said["junit"]
    _refuse_two_printed(page == _STANDARD, junit == _STANDARD, bool(said["json"]))
    report = run.run(session.project, order, lambda text: session.note(f"… {text}"))
    found = document(report)
    if isinstance(junit, Path) and junit != _STANDARD:
        write_where_named(junit, rehearsal_junit(found).encode(), mode=_READABLE)
    if isinstance(page, Path) and page != _STANDARD:
        write_where_named(page, rehearsal_markdown(found).encode(), mode=_READABLE)
    if said["json"]:
        session.document(found)
    elif page == _STANDARD:
        session.print(rehearsal_markdown(found))
    elif junit == _STANDARD:
        session.print(rehearsal_junit(found))
    else:
        session.print(rehearsal_text(found, style_of(sys.stdout)))
    context.exit(0 if report.passed else 1)


def _refuse_two_printed(*printed: bool) -> None:
    if sum(printed) > 1:
        raise BadInput(
            "one report alone can be printed",
            remedy="give the others a file: `--junit rehearsal.xml`, `--markdown rehearsal.md`",
        )


def _order(session: Session, words: tuple[str, ...], said: dict[str, object]) -> Order:
    accepted = said["accept"]
    return Order(
        asked=Asked(
            production=str(said["production"]) or session.project.settings.production.name,
            code=str(said["code"]),
            service=str(said["place"]),
            command=bool(words),
        ),
        database=str(said["service"]),
        snapshot=str(said["snapshot"]),
        wanted=Wanted(
            migrate=words,
            timeout=_seconds(str(said["timeout"])),
            again=bool(said["again"]),
            downgrade=_words(said["downgrade"]),
            tests=_words(said["tests"]),
            old_tests=_words(said["old_tests"]),
            traffic=_words(said["traffic"]),
            accept=tuple(Kind(one) for one in accepted) if isinstance(accepted, tuple) else (),
        ),
    )


def _words(said: object) -> tuple[str, ...]:
    return said if isinstance(said, tuple) else ()


def _seconds(text: str) -> float:
    try:
        return quantity.seconds(text)
    except ValueError as error:
        raise BadInput(f"`--timeout`: {error}", remedy="write for example 30s or 10m") from error
