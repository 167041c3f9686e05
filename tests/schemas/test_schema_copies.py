"""A schema copied under another name: every key, sequence and kind of column is right."""

import psycopg
import pytest

from fakes.postgres import ServerReach
from partywall.data.postgres.schemas import roles
from partywall.data.postgres.schemas.catalogue import Side, items
from partywall.data.postgres.schemas.copy import copy
from partywall.data.postgres.schemas.difference import difference
from partywall.data.postgres.schemas.foreseen import refuse_full
from partywall.data.postgres.schemas.restore import Dump, restore
from partywall.data.postgres.schemas.roles import Tenant
from partywall.data.postgres.schemas.seat import dumped
from partywall.model.errors import MachineFailed, Refused
from schemas.planted import BASE, ODD, ODD_ROWS
from schemas.seats import inside, names_of

pytestmark = pytest.mark.scenario
RING = 40


def copied(server, seats, *, data=True, keep=False):
    """The outcome, and what was told before anything was made."""
    source, target = seats
    told = []
    done = copy(
        ServerReach(server), source, target, names_of(target, keep=keep), data=data,
        tell=told.append,
    )  # fmt: skip
    return done, told


def seen(server, where):
    side = Side(schemas={"": where.schema}, owner=where.owner.user)
    with inside(server, where) as connection:
        return items(connection, side)


def many_tables(connection):
    """A ring of tables that need each other, each with itself, an enum and an identity."""
    connection.execute("CREATE TYPE mood AS ENUM ('sad', 'happy')")
    for number in range(RING):
        connection.execute(
            f'CREATE TABLE "Table {number}" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,'
            " old serial, feels mood NOT NULL DEFAULT 'happy', next bigint, self bigint,"
            " shout text GENERATED ALWAYS AS ('#' || old) STORED, code text UNIQUE,"
            " where_ vector(2), CHECK (feels <> 'sad' OR next IS NOT NULL))"
        )
    for number in range(RING):
        connection.execute(
            f'ALTER TABLE "Table {number}" ADD FOREIGN KEY (self) REFERENCES "Table {number}",'
            f' ADD FOREIGN KEY (next) REFERENCES "Table {(number + 1) % RING}"'
            " DEFERRABLE INITIALLY DEFERRED"
        )
    with connection.transaction():
        for number in range(RING):
            connection.execute(
                f'INSERT INTO "Table {number}" (feels, next, self, code, where_)'
                " SELECT 'sad', n, n, 'tab\there\\\\' || n, '[1,2]' FROM generate_series(1, 3) n"
            )


def test_many_tables_in_a_ring_keep_every_constraint(server, seats):
    source, target = seats
    with inside(server, source) as connection:
        many_tables(connection)
    done, told = copied(server, seats)
    assert (done.tables, done.rows, told) == (RING, 3 * RING, [])
    assert difference(seen(server, source), seen(server, target)) == ()
    with inside(server, target) as connection:
        bad = "SELECT count(*) FROM pg_constraint WHERE NOT convalidated"
        assert connection.execute(bad).fetchone() == (0,)
        keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'dev'"
        assert connection.execute(f"{keys}::regnamespace").fetchone() == (2 * RING,)
        for number in range(RING):
            holds_still(connection, f'"Table {number}"')
        assert connection.execute('SELECT code FROM "Table 0" LIMIT 1').fetchone() == (
            "tab\there\\\\1",
        )


def holds_still(connection, table):
    """Each constraint of a table refuses what it must, and its numbers go on where they were."""
    for attack, kind in {
        "SET self = 99": psycopg.errors.ForeignKeyViolation,
        "SET next = 99": psycopg.errors.ForeignKeyViolation,
        "SET feels = 'sad', next = NULL": psycopg.errors.CheckViolation,
        "SET feels = NULL": psycopg.errors.NotNullViolation,
        "SET code = 'one'": psycopg.errors.UniqueViolation,
        "SET id = 1": psycopg.errors.GeneratedAlways,
    }.items():
        with pytest.raises(kind):
            connection.execute(f"UPDATE {table} {attack}")
    new = connection.execute(f"INSERT INTO {table} DEFAULT VALUES RETURNING id, old, shout")
    assert new.fetchone() == (4, 4, "#4")


def test_everything_that_a_schema_can_hold_is_copied(server, seats):
    source, target = seats
    with inside(server, source) as connection:
        connection.execute(BASE)
        connection.execute("INSERT INTO days VALUES ('2026-05-05', 'a day')")
        connection.execute(
            "CREATE FUNCTION far() RETURNS bigint LANGUAGE plpgsql"
            " AS 'BEGIN RETURN (SELECT count(*) FROM prod.users); END'"
        )
    _, told = copied(server, seats)
    assert told == ["the function far says `prod.` in its body, and still does in dev"]
    left = difference(seen(server, source), seen(server, target))
    assert {drift.item.kind for drift in left} == {"privilege"}, left
    with inside(server, target) as connection:
        assert connection.execute("SELECT id FROM best").fetchall() == [(1,)]
        assert connection.execute("SELECT what FROM days_2026").fetchall() == [("a day",)]
        assert connection.execute("SELECT title FROM starred ORDER BY 1").fetchall() == [
            ("one",), ("two",),
        ]  # fmt: skip


def test_odd_names_and_all_that_is_easily_got_wrong(server, seats):
    source, target = seats
    with inside(server, source) as connection:
        connection.execute(ODD)
        connection.execute(ODD_ROWS)
        connection.execute("SELECT lo_from_bytea(0, 'large')")
        connection.execute(
            "CREATE FUNCTION apart() RETURNS text LANGUAGE sql SET search_path = 'prod'"
            " AS 'SELECT 1::text'"
        )
    with inside(server, target) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 7 AS one")
    with server.connect(source.database) as keeper:
        keeper.execute(f"ALTER ROLE {source.owner.user} SET datestyle = 'SQL, DMY'")
        roles.let_read(keeper, tenant_of(source), ["dev.spans"])
    done, told = copied(server, seats, keep=True)
    assert told == [
        "the function apart sets search_path=prod, and still does in dev",
        "1 large objects are no part of a schema, and are not copied",
    ]
    left = difference(seen(server, source), seen(server, target))
    assert [(drift.item.kind, drift.item.of) for drift in left] == [("privilege", "spans")], left
    assert done.rows == 7
    with inside(server, source) as connection:
        assert connection.execute("SELECT * FROM dev.spans").fetchone() is not None
    with inside(server, target) as connection:
        behaves(connection)
        assert connection.execute(f"SELECT one FROM {done.kept}.mine").fetchone() == (7,)


def tenant_of(where):
    return Tenant(database=where.database, schema=where.schema, role=where.owner.user)


def behaves(connection):
    """Every wall of the tables, tried with rows that they must not let in."""
    refused = {
        "INSERT INTO spans VALUES ('[2,3)')": psycopg.errors.ExclusionViolation,
        'INSERT INTO "no key" VALUES (2, 1)': psycopg.errors.CheckViolation,
        'UPDATE "Order ""by"" x" SET parent = 99': psycopg.errors.ForeignKeyViolation,
        """UPDATE "Order ""by"" x" SET pick = 'it''s'""": psycopg.errors.CheckViolation,
        'INSERT INTO "Order ""by"" x" ("primary") VALUES (1)': psycopg.errors.GeneratedAlways,
    }
    for attack, kind in refused.items():
        with pytest.raises(kind):
            connection.execute(attack)
    late = "SELECT conname FROM pg_constraint WHERE NOT convalidated AND "
    late += "connamespace = 'dev'::regnamespace"
    assert connection.execute(late).fetchall() == [("late",)]
    made = connection.execute(
        """INSERT INTO "Order ""by"" x" ("group") VALUES ('new')"""
        """ RETURNING "primary", "group", number, tick"""
    ).fetchone()
    assert made == (15, "new!", 21, "#;4")
    assert connection.execute('SELECT at, id FROM "Parts a1"').fetchone()[1] == 1
    assert connection.execute('SELECT more FROM "Fourth"').fetchone() == (3,)
    connection.execute("""INSERT INTO "Parts" (at, what) VALUES ('2026-06-06', 'a''b')""")
    assert connection.execute('SELECT max(id) FROM "Parts a1"').fetchone() == (3,)
    assert connection.execute('DELETE FROM "no key"').rowcount == 0
    policy = "SELECT polroles = ARRAY[current_user::regrole::oid] FROM pg_policy"
    found = connection.execute(f"""{policy} WHERE polrelid = '"no key"'::regclass""")
    assert found.fetchall() == [(True,)]


def test_what_cannot_be_carried_is_refused_in_words_before_anything(server, seats):
    source, target = seats
    with server.connect(source.database) as keeper:
        keeper.execute("CREATE SCHEMA other; GRANT ALL ON SCHEMA other TO PUBLIC")
        keeper.execute("CREATE TABLE other.base (a integer PRIMARY KEY)")
        keeper.execute("GRANT ALL ON other.base TO PUBLIC")
        keeper.execute("CREATE FUNCTION other.odd() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    with inside(server, source) as connection:
        connection.execute(
            "CREATE VIEW seen AS SELECT a FROM other.base;"
            "CREATE TABLE mine (a integer DEFAULT other.odd() REFERENCES other.base);"
            "CREATE TABLE hidden (a integer);"
            "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
        )
    with pytest.raises(Refused) as refused:
        copied(server, seats)
    for words in (
        "view seen needs table other.base",
        "default value for column a of table mine needs function other.odd()",
        "constraint mine_a_fkey on table mine needs table other.base",
        "the rows of hidden are held back",
    ):  # fmt: skip
        assert words in str(refused.value), refused.value
    assert not [item for item in seen(server, target) if item.kind == "table"]
    with inside(server, source) as connection:
        connection.execute("DROP TABLE mine, hidden; DROP VIEW seen; CREATE TABLE v (a vector)")
    with server.connect(target.database) as keeper:
        keeper.execute("CREATE SCHEMA away; ALTER EXTENSION vector SET SCHEMA away")
    with server.connect() as keeper:
        keeper.execute(f"CREATE DATABASE {target.database}_bare OWNER {target.owner.user}")
    bare = target.in_database(f"{target.database}_bare", "public")
    with pytest.raises(Refused, match="needs the extension vector, which"):
        copied(server, (source, bare))


def test_the_definition_alone_has_no_rows(server, seats):
    source, target = seats
    with inside(server, source) as connection:
        connection.execute("CREATE TABLE notes AS SELECT 1 AS one")
    done, _ = copied(server, seats, data=False)
    assert done.rows is None
    with inside(server, target) as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_a_schema_that_is_not_empty_is_refused_and_stays(server, seats):
    _, target = seats
    with inside(server, target) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 7 AS one")
    with pytest.raises(Refused, match="not empty"):
        copied(server, seats)
    with inside(server, target) as connection:
        assert connection.execute("SELECT one FROM mine").fetchone() == (7,)


def test_rows_that_break_a_key_leave_nothing(server, seats):
    """The source has a constraint that its own rows do not keep."""
    source, target = seats
    with inside(server, source) as connection:
        connection.execute("CREATE TABLE a (id integer PRIMARY KEY)")
        connection.execute("CREATE TABLE b (a integer REFERENCES a)")
    with server.connect(source.database) as keeper:
        keeper.execute("SET session_replication_role = replica; INSERT INTO prod.b VALUES (9)")
    with pytest.raises(MachineFailed, match="violates foreign key"):
        copied(server, seats)
    assert not [item for item in seen(server, target) if item.kind == "table"]
    with server.connect() as keeper:
        left = keeper.execute("SELECT datname FROM pg_database WHERE datname ~ 'scratch'")
        assert left.fetchall() == []


def as_a_file(server, where):
    return dumped(ServerReach(server), where, [])


def restored(server, where, text, *, replace=False):
    names = names_of(where, keep=replace)
    dump = Dump(text, "the-dump.sql")
    return restore(ServerReach(server), dump, where, names, tell=lambda _: None)


def test_a_dump_is_restored_under_another_name(server, seats):
    source, target = seats
    with inside(server, source) as connection:
        many_tables(connection)
        connection.execute("CREATE TABLE odd AS SELECT ';\n\\.\n--' AS line")
    text = as_a_file(server, source)
    done = restored(server, target, text)
    assert (done.tables, done.rows) == (RING + 1, 3 * RING + 1)
    assert difference(seen(server, source), seen(server, target)) == ()
    with inside(server, target) as connection:
        assert connection.execute("SELECT line FROM odd").fetchone() == (";\n\\.\n--",)


def test_a_dump_that_says_whose_things_were_is_restored_as_the_target_s(server, seats):
    """As `pg_dump` writes it when nobody tells it to leave that out; the name is a near miss."""
    _, target = seats
    told = []
    text = (
        "CREATE SCHEMA republic;\nALTER SCHEMA republic OWNER TO somebody;\n"
        "CREATE TABLE republic.notes (a integer);\nALTER TABLE republic.notes OWNER TO somebody;\n"
        "GRANT SELECT ON TABLE republic.notes TO anybody;\n"
        "COPY republic.notes (a) FROM stdin;\n7\n\\.\n"
    )
    restore(ServerReach(server), Dump(text, "old.sql"), target, names_of(target), tell=told.append)
    assert told == ["owners and privileges in old.sql are left out: all is the target's"]
    with inside(server, target) as connection:
        assert connection.execute("SELECT a FROM notes").fetchone() == (7,)


def test_what_was_there_is_kept_when_asked_for(server, seats):
    source, target = seats
    with inside(server, source) as connection:
        connection.execute("CREATE TABLE notes AS SELECT 1 AS one")
    with inside(server, target) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 7 AS one")
    text = as_a_file(server, source)
    with pytest.raises(Refused, match="not empty"):
        restored(server, target, text)
    done = restored(server, target, text, replace=True)
    with inside(server, target) as connection:
        assert connection.execute("SELECT one FROM notes").fetchone() == (1,)
        assert connection.execute(f"SELECT one FROM {done.kept}.mine").fetchone() == (7,)


def test_a_failure_brings_back_what_was_there(server, seats):
    _, target = seats
    with inside(server, target) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 7 AS one")
    bad = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int);"
    bad += "INSERT INTO b VALUES (9); ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a;"
    with pytest.raises(MachineFailed, match="violates foreign key"):
        restored(server, target, f"CREATE SCHEMA x; SET search_path = x; {bad}", replace=True)
    with inside(server, target) as connection:
        assert connection.execute("SELECT one FROM mine").fetchone() == (7,)


HOSTILE = {
    "\\connect production": "command to `psql`",
    "SELECT 1;\n\\! rm -rf /": "command to `psql`",
    "  \\c production\n": "command to `psql`",
    "USE production_db;": "another database",
    "-- a remark\nCREATE DATABASE mine;": "about a database",
    "/* x */ ALTER DATABASE walled SET search_path = x;": "about a database",
    "SET ROLE keeper;": "somebody else",
    "set session authorization keeper;": "somebody else",
    "CREATE ROLE me SUPERUSER;": "about a role",
    "CREATE SCHEMA a; CREATE SCHEMA b;": "second schema",
    "COPY a TO PROGRAM 'cat';": "file",
    "COPY a FROM '/etc/passwd';": "file",
    "COMMIT; DROP TABLE x;": "one transaction",
    "DO $$ BEGIN EXECUTE 'SET ROLE keeper'; END $$;": "runs a program",
    "CREATE SCHEMA x; CREATE TABLE x.a (id int);\nCOPY x.a (id) FROM stdin;\n1\n": "cut off",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_dump_that_goes_elsewhere_is_refused_before_anything(server, seats, text):
    _, target = seats
    with pytest.raises(Refused, match=HOSTILE[text]):
        restored(server, target, text, replace=True)
    assert not [item for item in seen(server, target) if item.kind == "table"]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO prod.users VALUES ('mine');",
        "CREATE SCHEMA x; CREATE TABLE prod.mine (a int);",
        "CREATE SCHEMA x; CREATE TABLE x.a AS SELECT * FROM prod.users;",
        "CREATE SCHEMA x; CREATE EXTENSION dblink;",
        "CREATE SCHEMA x; SELECT pg_read_file('PG_VERSION');",
        "CREATE SCHEMA x; SELECT pg_terminate_backend(1);",
        "CREATE SCHEMA x; ALTER SYSTEM SET fsync = off;",
        "CREATE SCHEMA x; CREATE TABLE x.a (i int); CREATE TABLE public.b (i int);",
    ],
)
def test_a_dump_that_names_another_schema_gets_nowhere(server, seats, text):
    """Even what no pattern knows ends at the rights of an empty database's owner."""
    source, target = seats
    with inside(server, source) as connection:
        connection.execute("CREATE TABLE users AS SELECT 'production' AS name")
    before = seen(server, source)
    with pytest.raises((Refused, MachineFailed)):
        restored(server, target, text, replace=True)
    assert seen(server, source) == before
    with inside(server, source) as connection:
        assert connection.execute("SELECT name FROM users").fetchall() == [("production",)]
    assert not [item for item in seen(server, target) if item.kind == "table"]


def test_what_an_extension_brought_is_nothing_of_the_schema_s(server, seats):
    _, target = seats
    with server.connect(target.database) as keeper:
        keeper.execute("ALTER EXTENSION vector SET SCHEMA dev")
        keeper.execute("CREATE TYPE dev.theirs AS (a integer)")
        keeper.execute("ALTER EXTENSION vector ADD TYPE dev.theirs")
        refuse_full(keeper, target)
        keeper.execute("CREATE TYPE dev.mine AS (a integer)")
        with pytest.raises(Refused, match="not empty"):
            refuse_full(keeper, target)
