"""Two schemas in one database of their own, each with its login."""

from __future__ import annotations

import itertools
from typing import Any

import psycopg

from fakes.postgres import ADMIN, PASSWORD, Server
from partywall.data.postgres.schemas import roles, scaffold
from partywall.data.postgres.schemas.roles import Tenant
from partywall.data.postgres.schemas.scaffold import Scaffold
from partywall.data.postgres.schemas.seat import Login, Seat
from partywall.model.secret import Secret

_NUMBERS = itertools.count(1)


def seat(database: str, name: str) -> Seat:
    """One of them."""
    return Seat(
        server="shared/db", database=database, schema=name,
        owner=Login(user=f"{database}_{name}", password=Secret(name)),
        admin=Login(user=ADMIN, password=Secret(PASSWORD)),
    )  # fmt: skip


def two_seats(server: Server) -> tuple[Seat, Seat]:
    """Production's and development's, new."""
    database = f"copied{next(_NUMBERS)}"
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {database}")
    with server.connect(database) as connection:
        for name in ("prod", "dev"):
            tenant = Tenant(database=database, schema=name, role=f"{database}_{name}")
            roles.ensure(connection, tenant, Secret(name))
        roles.extend(connection, ["vector"])
    return seat(database, "prod"), seat(database, "dev")


def names_of(target: Seat, *, keep: bool = False) -> Scaffold:
    """What a copy to there uses meanwhile; no two have the same."""
    return scaffold.planned(target.schema, 1_795_000_000_000 + next(_NUMBERS), keep=keep)


def inside(server: Server, where: Seat) -> psycopg.Connection[Any]:
    """Log in as its owner."""
    return server.connect(where.database, where.owner.user, where.owner.password.reveal())
