"""A copy that is killed leaves what was there or what was to come, and nothing beside it."""

import os
import signal

import psycopg
import pytest

from fakes.postgres import ServerReach
from partywall.data.postgres.schemas import scaffold
from partywall.data.postgres.schemas.copy import copy
from schemas.seats import inside, names_of

pytestmark = pytest.mark.scenario
NEVER = 1 << 30


def fuse(at):
    """Kill this very process before its `at`th word to or from a server; returns the count."""
    said = [0]
    wait = psycopg.Connection.wait

    def waited(self, *given, **more):
        said[0] += 1
        if said[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return wait(self, *given, **more)

    psycopg.Connection.wait = waited
    return said


def killed(server, both, names, at):
    """Copy in a process of its own; returns where it was when it began to settle, and ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            said, settle = fuse(at), scaffold.settle

            def settled(*given):
                os.write(writing, b"%d " % said[0])
                settle(*given)

            scaffold.settle = settled
            source, target = both
            copy(ServerReach(server), source, target, names, data=True, tell=print)
            os.write(writing, b"%d" % said[0])
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as lines:
        told = [int(word) for word in lines.read().split()]
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) is (at != NEVER)
    return told


def content(server, where):
    """All rows that there are, and whether their key is kept."""
    with inside(server, where) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'"
            " ORDER BY 1", [where.schema]
        ).fetchall()  # fmt: skip
        keys = connection.execute(
            "SELECT count(*) FROM pg_constraint WHERE convalidated AND contype = 'f'"
            " AND connamespace = %s::regnamespace", [where.schema]
        ).fetchone()  # fmt: skip
        rows = [connection.execute(f"SELECT count(*) FROM {name}").fetchone() for (name,) in names]
        return names, keys, rows


OLD = ([("mine",)], (0,), [(7,)])
NEW = ([("posts",), ("users",)], (1,), [(100,), (10,)])


def left(server, where):
    """Schemas and databases that a copy makes."""
    with server.connect(where.database) as keeper:
        schemas = keeper.execute("SELECT nspname::text FROM pg_namespace WHERE nspname ~ '_new_'")
        found = [
            *schemas,
            *keeper.execute("SELECT datname FROM pg_database WHERE datname ~ '_scr'"),
        ]
        return [name for (name,) in found]


def planted(server, both):
    source, target = both
    with inside(server, source) as connection:
        connection.execute(
            "CREATE TABLE users (id integer PRIMARY KEY);"
            "CREATE TABLE posts (id serial PRIMARY KEY, author integer REFERENCES users);"
            "CREATE MATERIALIZED VIEW best AS SELECT count(*) FROM posts;"
            "INSERT INTO users SELECT generate_series(1, 10);"
            "INSERT INTO posts (author) SELECT 1 + n % 10 FROM generate_series(1, 100) n;"
            "REFRESH MATERIALIZED VIEW best"
        )
    with inside(server, target) as connection:
        connection.execute("CREATE TABLE mine AS SELECT generate_series(1, 7)")


def put_back(server, where, kept):
    with server.connect(where.database) as keeper:
        keeper.execute(f"DROP SCHEMA {where.schema} CASCADE")
        keeper.execute(f"ALTER SCHEMA {kept} RENAME TO {where.schema}")


def test_killed_anywhere_it_is_the_old_or_the_new_and_nothing_else_stays(server, seats):
    _, target = seats
    planted(server, seats)
    names = names_of(target, keep=True)
    settling, end = killed(server, seats, names, NEVER)
    assert content(server, target) == NEW
    put_back(server, target, names.kept)
    before, found = left(server, target), []
    assert before == []
    # In each group of statements while it is filled, and closely while it takes its place.
    for at in [*range(3, settling, 11), *range(settling, end + 1, 3)]:
        names = names_of(target, keep=True)
        killed(server, seats, names, at)
        found.append(content(server, target))
        assert found[-1] in (OLD, NEW), at
        arrived = scaffold.take_down(ServerReach(server), target, names)
        assert arrived is (found[-1] == NEW), at
        assert content(server, target) == found[-1]
        assert left(server, target) == []
        if arrived:
            put_back(server, target, names.kept)
    assert OLD in found
    assert NEW in found


def test_killed_while_an_empty_one_is_filled_it_is_empty_or_full(server, seats):
    _, target = seats
    planted(server, seats)
    with inside(server, target) as connection:
        connection.execute("DROP TABLE mine")
    _, end = killed(server, seats, names_of(target), NEVER)
    for at in range(end - 8, 2, -30):
        with inside(server, target) as connection:
            connection.execute("DROP TABLE IF EXISTS users, posts CASCADE")
        names = names_of(target)
        killed(server, seats, names, at)
        scaffold.take_down(ServerReach(server), target, names)
        assert content(server, target) in (([], (0,), []), NEW), at
        assert left(server, target) == []
