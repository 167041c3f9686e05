"""One database for all environments, in containers: what a hostile client of development can do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from scenarios.boxes import Boxes, docker
from scenarios.installation import APPS, free_ports

pytestmark = [pytest.mark.scenario, pytest.mark.docker]

BY = {
    "architecture": "schemas",
    "environments": {"prod": {}, "dev": {"read": ["prod.posts"]}},
    "services": {"db": {"extensions": ["dblink", "postgres_fdw", "citext"]}},
}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boxes]:
    """A project whose environments have a schema each; it is up."""
    folder = tmp_path_factory.mktemp("schemas")
    http, https = free_ports()
    made = Boxes(folder, f"box{os.getpid()}e", folder / "commons", {"http": http, "https": https})
    text = (APPS / "together" / "compose.yaml").read_text()
    # This one has Debian's extensions, dblink among them.
    text = text.replace("postgres:18", "postgres:17").replace(
        "lib/postgresql", "lib/postgresql/data"
    )
    (made.folder / "compose.yaml").write_text(text)
    made.settings(**BY)
    try:
        made.call("up", "--yes")
        yield made
    finally:
        made.close()


WAYS: dict[str, str] = {}
"""Environment → how its programs come in; looked up once, and anew when it has been removed."""


def sql(one: Boxes, environment: str, text: str) -> list[Any]:
    """Ask as an environment's own programs would, from the place of its network."""
    if environment not in WAYS:
        WAYS[environment] = way(one, environment)
    with psycopg.connect(WAYS[environment], autocommit=True, connect_timeout=10) as connection:
        done = connection.execute(text)
        return done.fetchall() if done.description else []


def way(one: Boxes, environment: str) -> str:
    """The URL that its programs have, with the address that the name in it has for them."""
    lines = one.call("exec", environment, "web", "--yes", "--", "env").out.splitlines()
    url = next(line.partition("=")[2] for line in lines if line.startswith("DATABASE_URL="))
    network = f"{one.name}-{environment}_default"
    form = f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}'
    [host] = docker("inspect", "--format", form, f"{one.name}-shared-db-1")
    return url.replace("@db:", f"@{host}:")


def started(one: Boxes, unit: str) -> list[str]:
    """Each container of a unit with the time of its start."""
    names = docker("ps", "--filter", f"name={one.name}-{unit}-", "--format", "{{.Names}}")
    return docker("inspect", "--format", "{{.Name}} {{.State.StartedAt}}", *sorted(names))


def test_up_twice_says_no_changes(one: Boxes) -> None:
    assert "no changes" in one.call("up", "--yes").out


ATTACKS = (
    "SELECT * FROM prod.users",
    "SET search_path = prod; SELECT * FROM users",
    "SET ROLE {theirs}",
    "CREATE TABLE public.users (a int)",
    "CREATE TABLE prod.mine (a int)",
    "SELECT * FROM dblink('dbname={base} user=app host=/var/run/postgresql', 'SELECT 1') a(b int)",
    "SELECT * FROM dblink('dbname={base} user={theirs}', 'SELECT name FROM users') a(b text)",
    "SELECT * FROM dblink('dbname={base} user=app host=127.0.0.1', 'SELECT 1') a(b int)",
    "SELECT dblink_connect('dbname={base} user={theirs} password=x host=127.0.0.1')",
    "CREATE SERVER back FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1')",
    "CREATE SERVER back FOREIGN DATA WRAPPER dblink_fdw OPTIONS (host '127.0.0.1')",
    "CREATE EXTENSION file_fdw",
    "SELECT lo_import('/etc/passwd')",
    "SELECT dblink_connect_u('dbname={base} user=app')",
    "SELECT pg_read_file('/proc/1/environ')",
    "COPY (SELECT 1) TO PROGRAM 'id'",
)


def test_a_hostile_client_of_the_database_gets_at_nothing(one: Boxes) -> None:
    sql(one, "prod", "CREATE TABLE users AS SELECT 'secret'::extensions.citext AS name")
    [(theirs, base)] = sql(one, "prod", "SELECT current_user::text, current_database()::text")
    for attack in ATTACKS:
        with pytest.raises(psycopg.Error) as refused:
            sql(one, "dev", attack.format(theirs=theirs, base=base))
        assert refused.value.sqlstate in {"42501", "3F000", "42P01", "2F003", "08001"}, attack
    shown = sql(one, "dev", "SELECT query FROM pg_stat_activity WHERE usename <> current_user")
    assert {row[0] for row in shown} <= {"<insufficient privilege>"}
    assert sql(one, "prod", "SELECT name FROM users") == [("secret",)]


def test_what_is_named_can_be_read_and_tables_are_compared_and_copied(one: Boxes) -> None:
    sql(one, "prod", "CREATE TABLE posts AS SELECT 'a title' AS title")
    assert sql(one, "dev", "SELECT title FROM prod.posts") == [("a title",)]
    assert "table posts  is not in dev" in one.call("schema", "diff", "prod", "dev", code=1).out
    one.call("schema", "copy", "prod", "dev", "--data")
    assert one.call("schema", "diff", "prod", "dev").out == "no differences\n"
    assert sql(one, "dev", "SELECT name FROM users") == [("secret",)]
    file = one.folder / "dev.sql"
    one.call("schema", "dump", "dev", str(file))
    sql(one, "dev", "UPDATE users SET name = 'changed'")
    one.call("schema", "restore", "dev", str(file), "--aside")
    assert sql(one, "dev", "SELECT name FROM dev.users") == [("secret",)]


def test_the_proof_says_what_holds_and_what_is_shared(one: Boxes) -> None:
    probes = [one for one in one.document("prove")["probes"] if one["probe"] == "database"]
    assert {probe["verdict"] for probe in probes} == {"held", "shared by design"}, probes
    assert "read the table prod.posts" in {probe["tried"] for probe in probes}


def test_nothing_shared_restarts_when_development_comes_and_goes(one: Boxes) -> None:
    before = started(one, "shared") + started(one, "prod")
    one.call("destroy", "dev", "--yes")
    WAYS.clear()
    assert started(one, "shared") + started(one, "prod") == before
    one.call("up", "dev", "--yes")
    assert started(one, "shared") + started(one, "prod") == before
    assert sql(one, "dev", "SELECT to_regclass('users')") == [(None,)]
    assert sql(one, "prod", "SELECT name FROM users") == [("secret",)]
