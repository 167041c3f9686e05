"""Wall `database`: one environment's programs on the other's PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from partywall.model.app import Role
from partywall.proof.case import Case
from partywall.proof.logins import Door, pairs, results
from partywall.proof.probe import Attempt, Probe, Verdict
from partywall.proof.target import Server, Target


def across(case: Case) -> Iterable[Attempt]:
    """Own credentials, none, the other's name, and the other's database on the own server."""
    for own, other in pairs(case, Role.DATABASE):
        shown = _home(case, case.own, own)
        _home(case, case.other, other)
        # One server for both is asked where it is seen from here.
        there = msgspec.structs.replace(other, near=own.near)
        yield from results(case, case.own, _doors(case, own, there), shown)
        if own.key == other.key:
            yield from results(case, case.own, [_beyond(case, own, other)], shown)
            yield from _named(case, own, other)
            yield case.attempt(
                Verdict.SHARED,
                f"see the names of {case.other.environment}'s database and role, and slow it down",
                f"not tried: {own.key} is one server, with one disk and one catalogue of names",
            )
            if other.schema:
                yield case.attempt(
                    Verdict.SHARED,
                    f"read how {case.other.environment}'s tables and functions are defined, "
                    "hear what it notifies, hold its advisory locks",
                    "not tried: one database has one catalogue, and one set of channels and locks",
                )


def _named(case: Case, own: Server, other: Server) -> Iterable[Attempt]:
    """What the settings let one read of the other."""
    for table in own.readable:
        if table.partition(".")[0] == other.schema:
            yield case.attempt(
                Verdict.SHARED, f"read the table {table}", "not tried: the settings name it"
            )


def _beyond(case: Case, own: Server, other: Server) -> Door:
    """Everything by which one may get out of a database on the same server."""
    ask = {**_with(case, own, own, own.login.user, own.database), "do": "database.trespass"}
    return Door(
        f"get from its own database at {case.other.environment}'s rows, role, queries and files",
        {
            **ask,
            "other": other.login.user,
            "theirs": other.database,
            "schema": other.schema,
            "readable": list(own.readable),
        },
    )


def _home(case: Case, where: Target, server: Server) -> str:
    ask = _ask(case, "scratch", server, server.login.user, server.database)
    return case.home(where, f"a scratch table on {server.service}", ask)


def _doors(case: Case, own: Server, other: Server) -> list[Door]:
    theirs = f"{case.other.environment}'s {other.service}"
    apart = own.key != other.key
    mine, named = own.login, other.login.user
    doors = [
        Door(
            f"log in to {theirs} as {named} without a password",
            _ask(case, "read", other, named, other.database, password=""),
        )
    ]
    if apart or mine.user != named:
        doors.append(
            Door(
                f"log in to {theirs} as {named} with its own password",
                _with(case, own, other, named, other.database),
            )
        )
    if apart and mine.user != named:
        doors.append(
            Door(
                f"log in to {theirs} with its own name and password",
                _with(case, own, other, mine.user, other.database),
            )
        )
    if own.database != other.database:
        doors.append(
            Door(
                f"open {case.other.environment}'s database {other.database} "
                f"on its own {own.service}",
                _with(case, own, own, mine.user, other.database),
            )
        )
    return doors


def _with(case: Case, own: Server, at: Server, user: str, database: str) -> dict[str, Any]:
    return _ask(case, "read", at, user, database, password=own.login.password)


def _ask(
    case: Case, action: str, at: Server, user: str, database: str, *, password: str | None = None
) -> dict[str, Any]:
    return {
        "do": f"database.{action}",
        **case.reach(at),
        "user": user,
        "database": database,
        "password": at.login.password if password is None else password,
    }


PROBE = Probe(
    name="database",
    shows="an environment cannot log in to the other's database, by any name or with no password",
    across=across,
)
