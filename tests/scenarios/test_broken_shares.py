"""Servers that all use, with one right too many: each is found, and whole walls are no alarm."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from partywall.data.redis.wire import Connection
from partywall.workflows.opening import Where, open_project
from scenarios.installation import MAKAPIX, Installation, tiny
from scenarios.walls import crossed, proved, table

pytestmark = pytest.mark.scenario
SERVERS = {"architecture": "shared", "database": "database"}
SCHEMAS = {"architecture": "schemas"}
WALLS = ("broker", "cache", "database", "migrations")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The reference app on one cache, one broker and one PostgreSQL server."""
    made = Installation(MAKAPIX, tmp_path_factory.mktemp("shares") / "makapix", SERVERS)
    try:
        made.call("up", "--yes")
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The small app in two schemas of one database; each has a table."""
    with tiny(tmp_path_factory.mktemp("schemas"), **SCHEMAS) as made:
        made.call("up", "--yes")
        for name in ("prod", "dev"):
            table = f"CREATE TABLE {name}.kept (); ALTER TABLE {name}.kept OWNER TO tiny_{name}"
            as_admin(made, table, base="tiny_shared")
        yield made


def stored(one: Installation, whose: str) -> dict[str, str]:
    """Every secret of an environment, or of what all share."""
    said: dict[str, dict[str, str]] = json.loads(
        (one.home / "secrets" / f"{whose}.json").read_text()
    )
    return {name: list(values.values())[-1] for name, values in said.items() if values}


def as_admin(one: Installation, *statements: str, base: str = "postgres") -> None:
    """As whoever may do everything on the PostgreSQL server."""
    world = open_project(Where(folder=one.folder)).seen()
    (admin,) = {thing.admin for thing in world.things() if getattr(thing, "admin", "")}
    host, port = one.address("shared/db")
    with psycopg.connect(
        host=host, port=port, user=admin, dbname=base, autocommit=True, connect_timeout=20,
        password=stored(one, "shared")["PARTYWALL_ADMIN_DB"],
    ) as connection:  # fmt: skip
        for text in statements:
            connection.execute(text)


@contextlib.contextmanager
def cache_says(one: Installation, *rule: str) -> Iterator[None]:
    """A rule of the cache's, until its file is read again."""
    with Connection(*one.address("shared/cache")) as admin:
        admin.call("AUTH", "default", stored(one, "shared")["PARTYWALL_ADMIN_CACHE"])
        admin.call("ACL", "SETUSER", *rule)
        try:
            yield
        finally:
            admin.call("ACL", "LOAD")


def test_whole_walls_are_no_alarm(shared: Installation, schemas: Installation) -> None:
    for one in (shared, schemas):
        report = proved(one.folder, *WALLS)
        words = {row.verdict.value for row in report.probes}
        assert words == {"held", "shared by design"}, table(report)
    walls = {row.probe for row in proved(schemas.folder, "migrations").probes}
    assert walls == {"migrations"}


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(
            ("makapix-dev", "allkeys"),
            marks=pytest.mark.sabotage("cache", "one cache: a user may have every key"),
        ),
        pytest.param(
            ("makapix-dev", "%R~*"),
            marks=pytest.mark.sabotage("cache", "one cache: a user may read every key"),
        ),
        pytest.param(
            ("makapix-dev", "allchannels"),
            marks=pytest.mark.sabotage("cache", "one cache: a user may hear every channel"),
        ),
        pytest.param(
            ("makapix-dev", "+flushall"),
            marks=pytest.mark.sabotage("cache", "one cache: a user may empty it"),
        ),
        pytest.param(
            ("default", "nopass"),
            marks=pytest.mark.sabotage("cache", "one cache: the user `default` has no password"),
        ),
    ],
    ids=" ".join,
)
def test_a_rule_of_the_cache_that_is_too_wide_is_found(
    shared: Installation, rule: tuple[str, ...]
) -> None:
    with cache_says(shared, *rule):
        report = proved(shared.folder, "cache")
    found = crossed(report)
    assert ("cache", "dev", "prod") in found, table(report)
    if rule[0] == "makapix-dev":
        assert found == {("cache", "dev", "prod")}, table(report)


NEW = "ALTER DEFAULT PRIVILEGES FOR ROLE tiny_dev IN SCHEMA dev"
MEMBER = "GRANT makapix_prod TO makapix_dev", "REVOKE makapix_prod FROM makapix_dev"
SUPER = "ALTER ROLE makapix_dev SUPERUSER", "ALTER ROLE makapix_dev NOSUPERUSER"


@pytest.mark.parametrize(
    ("on", "off"),
    [
        pytest.param(
            *MEMBER, id="member",
            marks=pytest.mark.sabotage("database", "one server: a role is a member of the other's"),
        ),
        pytest.param(
            *SUPER, id="superuser",
            marks=pytest.mark.sabotage("database", "one server: a role is a superuser"),
        ),
        pytest.param(
            "ALTER ROLE makapix_dev CREATEROLE", "ALTER ROLE makapix_dev NOCREATEROLE",
            id="createrole",
            marks=pytest.mark.sabotage("database", "one server: a role may make roles"),
        ),
        pytest.param(
            "GRANT CONNECT ON DATABASE makapix_prod TO PUBLIC",
            "REVOKE CONNECT ON DATABASE makapix_prod FROM PUBLIC", id="connect",
            marks=pytest.mark.sabotage("database", "one server: everybody may connect"),
        ),
        pytest.param(
            "GRANT pg_read_server_files TO makapix_dev",
            "REVOKE pg_read_server_files FROM makapix_dev", id="files",
            marks=pytest.mark.sabotage("database", "one server: a role may read its files"),
        ),
        pytest.param(
            "ALTER ROLE makapix_dev REPLICATION", "ALTER ROLE makapix_dev NOREPLICATION",
            id="replication",
            marks=pytest.mark.sabotage("database", "one server: a role may copy all of it"),
        ),
        pytest.param(
            "GRANT pg_signal_backend TO makapix_dev", "REVOKE pg_signal_backend FROM makapix_dev",
            id="signals",
            marks=pytest.mark.sabotage("database", "one server: a role may end sessions"),
        ),
    ],
)  # fmt: skip
def test_a_role_with_too_much_is_found(shared: Installation, on: str, off: str) -> None:
    as_admin(shared, on)
    try:
        report = proved(shared.folder, "database")
    finally:
        as_admin(shared, off)
    assert crossed(report) == {("database", "dev", "prod")}, table(report)


@pytest.mark.parametrize(
    ("on", "off"),
    [
        pytest.param(
            ("GRANT tiny_prod TO tiny_dev",), ("REVOKE tiny_prod FROM tiny_dev",), id="member",
            marks=pytest.mark.sabotage("database", "schemas: a role is a member of the other's"),
        ),
        pytest.param(
            ("GRANT pg_read_all_data TO tiny_dev",), ("REVOKE pg_read_all_data FROM tiny_dev",),
            id="reads all",
            marks=pytest.mark.sabotage("database", "schemas: a role has `pg_read_all_data`"),
        ),
        pytest.param(
            ("GRANT USAGE ON SCHEMA prod TO tiny_dev", "GRANT SELECT ON prod.kept TO tiny_dev"),
            ("REVOKE ALL ON prod.kept FROM tiny_dev", "REVOKE ALL ON SCHEMA prod FROM tiny_dev"),
            id="granted",
            marks=pytest.mark.sabotage("database", "schemas: a table is granted to the other"),
        ),
        pytest.param(
            ("GRANT CREATE, USAGE ON SCHEMA public TO tiny_dev",),
            ("REVOKE ALL ON SCHEMA public FROM tiny_dev",), id="public",
            marks=pytest.mark.sabotage("database", "schemas: a role may write to `public`"),
        ),
    ],
)  # fmt: skip
def test_a_role_with_too_much_in_one_database_is_found(
    schemas: Installation, on: tuple[str, ...], off: tuple[str, ...]
) -> None:
    as_admin(schemas, *on, base="tiny_shared")
    try:
        report = proved(schemas.folder, "database")
    finally:
        as_admin(schemas, *off, base="tiny_shared")
    assert crossed(report) == {("database", "dev", "prod")}, table(report)


@pytest.mark.parametrize(
    ("on", "off"),
    [
        pytest.param(
            ("GRANT CREATE, USAGE ON SCHEMA prod TO tiny_dev",
             "ALTER ROLE tiny_dev IN DATABASE tiny_shared SET search_path = prod"),
            ("ALTER ROLE tiny_dev IN DATABASE tiny_shared SET search_path = dev",
             "REVOKE ALL ON SCHEMA prod FROM tiny_dev"), id="path",
            marks=pytest.mark.sabotage("migrations", "schemas: tables are made in the other's"),
        ),
        pytest.param(
            (
                "GRANT USAGE ON SCHEMA dev TO tiny_prod",
                f"{NEW} GRANT SELECT ON TABLES TO tiny_prod",
            ),
            (f"{NEW} REVOKE SELECT ON TABLES FROM tiny_prod",
             "REVOKE ALL ON SCHEMA dev FROM tiny_prod"), id="defaults",
            marks=pytest.mark.sabotage("migrations", "schemas: new tables are the other's to read"),
        ),
    ],
)  # fmt: skip
def test_a_schema_that_changes_with_the_others_is_found(
    schemas: Installation, on: tuple[str, ...], off: tuple[str, ...]
) -> None:
    as_admin(schemas, *on, base="tiny_shared")
    try:
        report = proved(schemas.folder, "migrations")
    finally:
        as_admin(schemas, *off, base="tiny_shared")
    # Who makes tables in the other's place finds the other's new tables by name as well.
    both = {("migrations", "dev", "prod"), ("migrations", "prod", "dev")}
    assert ("migrations", "dev", "prod") in crossed(report) <= both, table(report)


def test_what_a_killed_proof_left_goes_with_the_next_one(shared: Installation) -> None:
    """Only what is old enough that nobody can be at work on it."""
    name, fresh = "partywall_probe_1700000000_0123abcd", "partywall_probe_99999999999_0123abcd"
    made = [
        text
        for one in (name, fresh)
        for text in (
            f"CREATE SCHEMA {one} AUTHORIZATION makapix_dev",
            f"CREATE TABLE {one}.{one} ()",
            f"ALTER TABLE {one}.{one} OWNER TO makapix_dev",
        )
    ]
    as_admin(shared, *made, base="makapix_dev")
    proved(shared.folder, "migrations")
    assert probing(shared) == [fresh]
    as_admin(shared, f"DROP SCHEMA {fresh} CASCADE", base="makapix_dev")


def probing(one: Installation) -> list[Any]:
    """Scratch schemas in development's database."""
    host, port = one.address("shared/db")
    with psycopg.connect(
        host=host, port=port, user="makapix_dev", dbname="makapix_dev", connect_timeout=20,
        password=stored(one, "dev")["PARTYWALL_DATABASE_PASSWORD"],
    ) as connection:  # fmt: skip
        text = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'partywall_probe%'"
        return [row[0] for row in connection.execute(text)]
