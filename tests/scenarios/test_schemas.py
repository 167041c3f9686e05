"""Every environment in one database, each in a schema of its own."""

import psycopg
import pytest

from scenarios.installation import tiny

pytestmark = pytest.mark.scenario
READING = {
    "architecture": "schemas",
    "environments": {
        "prod": {},
        "dev": {"seed": "python -I -S job.py seeded", "read": ["prod.posts"]},
    },
    "services": {"db": {"extensions": ["vector"]}},
}


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    with tiny(tmp_path_factory.mktemp("schemas"), **READING) as installation:
        installation.call("up", "--yes")
        yield installation


def inside(up, environment, sql):
    """Ask as an environment's own program would: its URL is in its variables."""
    worker = up.call(
        "exec", environment, "worker", "--yes", "--", "sh", "-c", 'printf %s "$DATABASE_URL"'
    ).out
    host, port = up.address("shared/db")
    url = worker.strip().replace("@db:5432", f"@{host}:{port}")
    assert f"@{host}" in url, url.partition("@")[2]
    with psycopg.connect(url, autocommit=True, connect_timeout=20) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_twice_is_no_change(up):
    assert "no changes" in up.call("up", "--yes").text


def test_each_has_its_own_schema_and_only_that(up):
    for name in ("prod", "dev"):
        assert inside(up, name, "SELECT current_schema(), current_user::text") == [
            (name, f"tiny_{name}")
        ]
        inside(up, name, "CREATE TABLE users (id serial PRIMARY KEY, name text)")
        inside(up, name, f"INSERT INTO users (name) VALUES ('of {name}')")
        assert inside(up, name, "SELECT name FROM users") == [(f"of {name}",)]
    for attack in ("SELECT * FROM prod.users", "SET ROLE tiny_prod", "CREATE TABLE public.a ()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            inside(up, "dev", attack)
    assert inside(up, "dev", "SELECT '[1]'::vector::text") == [("[1]",)]


def test_what_is_named_can_be_read(up):
    inside(up, "prod", "CREATE TABLE posts AS SELECT 'a title' AS title")
    assert inside(up, "dev", "SELECT title FROM prod.posts") == [("a title",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        inside(up, "dev", "DELETE FROM prod.posts")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        inside(up, "prod", "SELECT * FROM dev.users")


def test_tables_are_compared_and_copied_inside_the_one_database(up):
    assert "table posts  is not in dev" in up.call("schema", "diff", "prod", "dev", code=1).out
    up.call("schema", "copy", "prod", "dev", "--data", "--aside")
    assert inside(up, "dev", "SELECT name FROM users") == [("of prod",)]
    assert up.call("schema", "diff", "prod", "dev").out == "no differences\n"


def test_removing_one_touches_the_other_in_nothing(up):
    before = up.process("prod/worker"), up.process("shared/db")
    up.call("destroy", "dev", "--yes")
    assert (up.process("prod/worker"), up.process("shared/db")) == before
    assert inside(up, "prod", "SELECT name FROM users") == [("of prod",)]
    up.call("up", "dev", "--yes")
    assert inside(up, "dev", "SELECT to_regclass('users')") == [(None,)]
    kept = inside(up, "prod", "SELECT nspname FROM pg_namespace WHERE nspname ~ '^dev_kept'")
    assert len(kept) >= 1
    assert (up.process("prod/worker"), up.process("shared/db")) == before
    assert inside(up, "dev", "SELECT title FROM prod.posts") == [("a title",)]


def test_a_proof_says_what_holds_and_what_is_shared(up):
    found = up.document("prove", code=None)
    tried = {
        (one["from"], one["verdict"], one["tried"]): one["answer"]
        for one in found["probes"]
        if one["probe"] == "database"
    }
    held = [key for key in tried if key[1] == "held" and "rows, role, queries" in key[2]]
    assert {key[0] for key in held} == {"prod", "dev"}, tried
    assert "its tables" in tried[held[0]]
    assert ("dev", "shared by design", "read the table prod.posts") in tried
    assert not [key for key in tried if key[1] in {"crossed", "could not try"}], tried


def test_what_has_no_effect_is_refused(fresh):
    fresh.edit("partywall.yaml", "  dev:\n", "  dev:\n    read: prod.posts\n")
    said = fresh.call("plan", code=2).err
    assert "`read` has no effect with `database: server`" in said
    assert "partywall.yaml:" in said


def test_production_may_read_nothing_of_others(fresh):
    """What they write into a view would run with its rights."""
    fresh.edit("partywall.yaml", "  prod: {}", "  prod: {read: [dev.posts]}")
    fresh.edit("partywall.yaml", "project:", "architecture: schemas\nproject:")
    said = fresh.call("plan", code=2).err
    assert "prod is production and may read nothing of others" in said
    assert "partywall.yaml:" in said


def test_sql_that_names_public_is_found_before_it_surprises(fresh):
    fresh.edit("partywall.yaml", "project:", "architecture: schemas\nproject:")
    (fresh.folder / "queries.py").write_text("A = 1\nB = 'SELECT * FROM public.posts'\n")
    found = fresh.document("doctor", code=None)["findings"]
    [one] = [one["what"] for one in found if one["check"] == "schemas"]
    assert "queries.py:2 names the schema public, where no table is" in one
