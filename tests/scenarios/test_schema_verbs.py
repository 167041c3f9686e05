"""`partywall schema` on a project whose environments have a server each."""

import json
import subprocess

import psycopg
import pytest

from scenarios.installation import tiny, until

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    with tiny(tmp_path_factory.mktemp("schemas")) as installation:
        installation.call("up", "--yes")
        for name in ("prod", "dev"):
            installation.query(name, "CREATE TABLE posts (id serial PRIMARY KEY, title text)")
            installation.query(name, "CREATE TABLE alembic_version (version_num text)")
            installation.query(name, f"INSERT INTO alembic_version VALUES ('{name}1')")
        yield installation


def test_drift_is_shown_and_mended(up):
    up.query("prod", "ALTER TABLE posts ADD stars integer NOT NULL DEFAULT 0")
    up.query("prod", "CREATE TABLE tags (word text PRIMARY KEY)")
    up.query("prod", "CREATE SCHEMA more CREATE TABLE logs (line text)")
    up.query("dev", "CREATE SCHEMA more; CREATE INDEX ON posts (title)")
    said = up.call("schema", "diff", "prod", "dev", code=1).out
    assert "- column posts.stars  is not in dev" in said
    assert "- table tags  is not in dev" in said
    assert "- table more.logs  is not in dev" in said
    assert "+ index posts.posts_title_idx  is only in dev" in said
    assert "migrations of Alembic: only prod has prod1; only dev has dev1" in said
    assert "column tags.word" not in said  # it comes with its table
    sql = up.call("schema", "diff", "prod", "dev", "--sql", code=1).out
    up.query("dev", sql)
    up.query("dev", "UPDATE alembic_version SET version_num = 'prod1'")
    assert up.call("schema", "diff", "prod", "dev").out == "no differences\n"


def test_the_document(up):
    up.query("dev", "CREATE TABLE mine (a integer)")
    found = json.loads(up.call("schema", "diff", "prod", "dev", "--json", code=1).out)
    assert set(found) == {"first", "second", "same", "differences", "migrations", "sql"}
    kept = next(one for one in found["differences"] if one["kind"] == "table")
    assert kept["change"] == "extra"
    assert kept["sql"] == []
    assert "drop it yourself" in kept["why_not"]
    up.query("dev", "DROP TABLE mine")


def test_what_cannot_be_compared_is_said(up):
    assert "name two" in up.call("schema", "diff", "dev", "dev", code=2).err
    assert "no environment `dve`" in up.call("schema", "diff", "prod", "dve", code=2).err
    said = up.call("schema", "diff", "prod", "dev", "--service", "cache", code=2).err
    assert "no PostgreSQL database cache" in said
    up.call("down", "dev", "--yes")
    said = up.call("schema", "diff", "prod", "dev", code=2).err
    assert "dev/db does not run" in said
    up.call("up", "dev", "--yes")


def test_a_copy_goes_to_development_and_keeps_what_was_there(up):
    up.query("prod", "INSERT INTO posts (title) SELECT 'of production' FROM generate_series(1, 3)")
    up.query("dev", "INSERT INTO posts (title) VALUES ('of development')")
    said = up.call("schema", "copy", "prod", "dev", "--data", code=3).err
    assert "not empty" in said
    assert "--aside" in said
    done = up.call("schema", "copy", "prod", "dev", "--data", "--aside").out
    assert "dev has " in done
    kept = done.split("in the schema ")[1].strip()
    titles = up.query("dev", "SELECT DISTINCT title FROM posts")
    assert titles == [("of production",)]
    assert up.query("dev", f"SELECT title FROM {kept}.posts") == [("of development",)]
    up.query("dev", f"DROP SCHEMA {kept} CASCADE; DROP SCHEMA more CASCADE")
    up.query("prod", "DROP SCHEMA more CASCADE")
    assert up.call("schema", "diff", "prod", "dev").code == 0


def test_a_copy_that_is_killed_is_taken_down_by_the_next_command(up):
    """It is held up at its last step: the place that it would take is being changed."""
    up.query("dev", "UPDATE posts SET title = 'before the kill'")
    host, port = up.address("dev/db")
    with psycopg.connect(
        host=host, port=port, dbname="tiny", user="tiny", connect_timeout=20,
        password=up.env("dev")["POSTGRES_PASSWORD"],
    ) as holding:  # fmt: skip
        holding.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        words = up.command("schema", "copy", "prod", "dev", "--data", "--aside")
        copying = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until(lambda: up.query("dev", WAITING), what="it waits to take its place")
        copying.kill()
        copying.communicate(timeout=20)
    until(lambda: not up.query("dev", WAITING), what="its session has ended")
    assert [name for (name,) in up.query("dev", LEFT)] != []
    assert up.query("dev", "SELECT DISTINCT title FROM posts") == [("before the kill",)]
    assert up.call("schema", "diff", "prod", "dev").out == "no differences\n"
    found = [one["what"] for one in up.document("doctor", code=None)["findings"]]
    assert "a `schema copy` into dev broke off; its tables are whole" in found
    said = up.call("up", "dev", "--yes").text
    assert "`schema copy` into dev broke off: the tables are as they were" in said
    assert up.query("dev", LEFT) == []
    assert up.query("dev", "SELECT DISTINCT title FROM posts") == [("before the kill",)]
    assert "broke off" not in up.call("up", "dev", "--yes").text


WAITING = (
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'ALTER SCHEMA'"
)
LEFT = (
    "SELECT nspname::text FROM pg_namespace WHERE nspname ~ '_new_'"
    " UNION ALL SELECT datname::text FROM pg_database WHERE datname ~ '_scratch_'"
)


def test_production_is_asked_for(up):
    said = up.call("schema", "copy", "dev", "prod", "--aside", code=3).err
    assert "which is production, and nobody can be asked" in said
    assert up.query("prod", "SELECT count(*) FROM posts") == [(3,)]


def test_a_dump_comes_back(up, tmp_path):
    file = tmp_path / "prod.sql"
    up.call("schema", "dump", "prod", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert "already" in up.call("schema", "dump", "prod", str(file), code=3).err
    up.call("schema", "restore", "dev", str(file), "--aside")
    assert up.query("dev", "SELECT count(*) FROM posts") == [(3,)]
    file.write_text("\\connect postgres\nDROP TABLE posts;\n")
    said = up.call("schema", "restore", "dev", str(file), "--aside", code=3).err
    assert "prod.sql:1" in said
    assert up.query("dev", "SELECT count(*) FROM posts") == [(3,)]
    assert "cannot be read" in up.call("schema", "restore", "dev", "nowhere.sql", code=2).err


def test_a_dump_without_rows_goes_to_the_terminal(up):
    said = up.call("schema", "dump", "prod", "--definition").out
    assert "CREATE TABLE public.posts" in said
    assert "COPY" not in said
