"""A client with development's role, and bad intentions, against production's schema."""

import psycopg
import pytest

from partywall.data.postgres.schemas import roles
from partywall.data.postgres.schemas.roles import Tenant
from partywall.model.errors import BadInput, MachineFailed, Refused
from partywall.model.secret import Secret

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def tenants(server):
    with server.connect() as connection:
        connection.execute("CREATE DATABASE walled")
    made = {
        name: Tenant(database="walled", schema=name, role=f"walled_{name}", bounded=name == "dev")
        for name in ("prod", "dev")
    }
    with server.connect("walled") as connection:
        for name, tenant in made.items():
            roles.ensure(connection, tenant, Secret(name))
    with server.connect("walled", "walled_prod", "prod") as connection:
        connection.execute("CREATE TABLE users (id serial PRIMARY KEY, name text)")
        connection.execute("CREATE TABLE posts (id serial PRIMARY KEY, title text)")
        connection.execute("INSERT INTO users (name) VALUES ('a secret name')")
        connection.execute("INSERT INTO posts (title) VALUES ('a title')")
        connection.execute(
            "CREATE FUNCTION peek() RETURNS text SECURITY DEFINER LANGUAGE sql"
            " AS 'SELECT name FROM users'"
        )
        connection.execute("SELECT lo_from_bytea(0, 'secret')")
    with server.connect("walled") as connection:
        roles.let_read(connection, made["dev"], [])  # has what watches over tables made
    return made


@pytest.fixture
def dev(server, tenants):
    with server.connect("walled", "walled_dev", "dev") as connection:
        yield connection


@pytest.fixture
def admin(server, tenants):
    with server.connect("walled") as connection:
        yield connection


ATTACKS = (
    "SELECT * FROM prod.users",
    "SET search_path = prod; SELECT * FROM users",
    "SELECT prod.peek()",
    "CREATE TABLE prod.mine (a integer)",
    "CREATE TABLE public.mine (a integer)",
    "CREATE FUNCTION public.users() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION extensions.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
    "CREATE SCHEMA mine",
    "SET ROLE walled_prod",
    "SET SESSION AUTHORIZATION walled_prod",
    "GRANT walled_prod TO walled_dev",
    "ALTER ROLE walled_prod PASSWORD 'mine'",
    "ALTER ROLE walled_dev SUPERUSER",
    "ALTER ROLE walled_dev CONNECTION LIMIT 1000",
    "ALTER SCHEMA prod RENAME TO mine",
    "ALTER TABLE prod.users OWNER TO walled_dev",
    "DROP SCHEMA prod CASCADE",
    "CREATE EXTENSION dblink",
    "CREATE VIEW stolen AS SELECT * FROM prod.users; SELECT * FROM stolen",
    "CREATE TABLE child () INHERITS (prod.users)",
    "CREATE TABLE child (id integer REFERENCES prod.users)",
    "SELECT setval('prod.users_id_seq', 1)",
    "COPY prod.users TO PROGRAM 'cat'",
    "COPY (SELECT 1) TO '/tmp/partywall-never'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'walled_prod'",
    "DO $$ BEGIN EXECUTE 'SELECT * FROM prod.users'; END $$",
    "DO $$ BEGIN LOCK TABLE prod.users; END $$",
    "TRUNCATE prod.users",
    "CREATE PUBLICATION all_of_it FOR ALL TABLES",
    "ALTER SYSTEM SET max_connections = 1",
    "ALTER DATABASE walled SET search_path = dev",
    "CREATE DATABASE mine",
    "ALTER DEFAULT PRIVILEGES FOR ROLE walled_prod GRANT SELECT ON TABLES TO walled_dev",
    "GRANT USAGE ON SCHEMA prod TO walled_dev",
    "REASSIGN OWNED BY walled_prod TO walled_dev",
    "DROP OWNED BY walled_prod",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_get(oid) FROM pg_largeobject_metadata WHERE lomowner = 'walled_prod'::regrole",
    "SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE lomowner = 'walled_prod'::regrole",
    "SELECT pg_ls_dir('.')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_stat_reset()",
    "SET session_replication_role = replica",
    "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION extensions.partywall_made()",
    "CREATE TRIGGER mine AFTER INSERT ON prod.users EXECUTE FUNCTION extensions.partywall_made()",
    "CREATE POLICY mine ON prod.users USING (true)",
    "CREATE SUBSCRIPTION mine CONNECTION 'dbname=walled' PUBLICATION mine",
    "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')",
    "COMMENT ON SCHEMA prod IS 'mine'",
    "CREATE TYPE public.mine AS (a integer)",
    "CREATE OPERATOR extensions.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused(server, dev, attack):
    """Production has a session, so that there is something to end."""
    with server.connect("walled", "walled_prod", "prod"), pytest.raises(psycopg.Error) as refused:
        dev.execute(attack)
    assert refused.value.sqlstate in {"42501", "3F000", "42P01", "0A000"}, refused.value
    dev.execute("RESET search_path")


def test_at_home_everything_works(dev):
    dev.execute("CREATE TABLE mine (id serial PRIMARY KEY); INSERT INTO mine DEFAULT VALUES")
    assert dev.execute("SELECT count(*) FROM dev.mine").fetchone() == (1,)
    assert dev.execute("SHOW search_path").fetchone() == ("dev, extensions",)
    dev.execute("CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    assert dev.execute("SELECT one()").fetchone() == (1,)
    dev.execute("CREATE TEMPORARY TABLE passing (a integer)")
    dev.execute("DROP FUNCTION one(); DROP TABLE mine")


def test_what_production_asks_is_not_shown(server, dev):
    with server.connect("walled", "walled_prod", "prod") as prod:
        prod.execute("SELECT 'a secret question'")
        shown = dev.execute("SELECT query FROM pg_stat_activity WHERE usename = 'walled_prod'")
        assert {row[0] for row in shown} == {"<insufficient privilege>"}


def test_other_databases_let_nobody_in(server, tenants):
    for name in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            server.connect(name, "walled_dev", "dev")


def test_development_cannot_eat_the_connections(server, tenants):
    held = [server.connect("walled", "walled_dev", "dev") for _ in range(20)]
    try:
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            server.connect("walled", "walled_dev", "dev")
        server.connect("walled", "walled_prod", "prod").close()
    finally:
        for one in held:
            one.close()


def test_timeouts_are_developments_alone(server, dev):
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    assert [dev.execute(f"SHOW {name}").fetchone()[0] for name in names] == ["1min", "10s", "1min"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        dev.execute("SET temp_file_limit = -1")
    with server.connect("walled", "walled_prod", "prod") as prod:
        assert prod.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_what_one_database_gives_away_is_as_the_page_says(server, dev):
    """Each of these is `shared by design`; were one not so any more, the page would be wrong."""
    name = dev.execute("SELECT relname FROM pg_class WHERE relname = 'users'").fetchone()
    source = dev.execute("SELECT prosrc FROM pg_proc WHERE proname = 'peek'").fetchone()
    assert (name, source) == (("users",), ("SELECT name FROM users",))
    dev.execute("LISTEN news")
    with server.connect("walled", "walled_prod", "prod") as prod:
        prod.execute("NOTIFY news, 'a secret word'")
        assert [one.payload for one in dev.notifies(timeout=20, stop_after=1)] == ["a secret word"]
        dev.execute("SELECT pg_advisory_lock(6252749)")
        assert prod.execute("SELECT pg_try_advisory_lock(6252749)").fetchone() == (False,)
    dev.execute("UNLISTEN news; SELECT pg_advisory_unlock_all()")


def test_what_a_role_may_lift_of_its_own_bounds_is_as_the_page_says(server, tenants):
    """The number of connections is hard; the times are the session's, and even the role's, own."""
    with server.connect("walled", "walled_dev", "dev") as dev:
        dev.execute("ALTER ROLE walled_dev SET statement_timeout = 0")
        for attack in ("ALTER ROLE walled_dev SET temp_file_limit = -1",
                       "ALTER ROLE walled_dev CONNECTION LIMIT -1"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                dev.execute(attack)
    with server.connect("walled", "walled_dev", "dev") as dev:
        assert dev.execute("SHOW statement_timeout").fetchone() == ("0",)
    with server.connect("walled") as admin:
        roles.ensure(admin, tenants["dev"], Secret("dev"))
    with server.connect("walled", "walled_dev", "dev") as dev:
        assert dev.execute("SHOW statement_timeout").fetchone() == ("1min",)


def test_nothing_of_development_s_is_called_where_another_looks_first(server, tenants, dev):
    """Neither by production nor by the administrator, whatever names development makes."""
    dev.execute("CREATE FUNCTION dev.lower(text) RETURNS text LANGUAGE sql AS $$SELECT 'mine'$$")
    dev.execute("CREATE TABLE dev.users AS SELECT 'mine' AS name")
    for user, password in (("walled_prod", "prod"), ("keeper", "of-a-test")):
        with server.connect("walled", user, password) as other:
            assert other.execute("SELECT lower('A'::text)").fetchone() == ("a",)
            found = other.execute("SELECT to_regclass('users')").fetchone()
            assert found in {("users",), (None,)}
    with server.connect("walled", "walled_prod", "prod") as prod:
        assert prod.execute("SELECT name FROM users").fetchone() == ("a secret name",)
    dev.execute("DROP FUNCTION dev.lower(text); DROP TABLE dev.users")


def test_who_may_read_a_table_can_hold_up_its_migration(server, admin, dev, tenants):
    roles.let_read(admin, tenants["dev"], ["prod.posts"])
    dev.execute("CREATE VIEW titles AS SELECT title FROM prod.posts")
    with server.connect("walled", "walled_prod", "prod") as prod:
        with pytest.raises(psycopg.errors.DependentObjectsStillExist):
            prod.execute("ALTER TABLE posts DROP title")
        for attack in ("CREATE TABLE child (of integer REFERENCES prod.posts)",
                       "SELECT * FROM prod.posts FOR UPDATE",
                       "DO $$ BEGIN LOCK TABLE prod.posts; END $$"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                dev.execute(attack)
        with dev.transaction():
            dev.execute("LOCK TABLE prod.posts IN ACCESS SHARE MODE")
            prod.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                prod.execute("ALTER TABLE posts ADD later integer")
    dev.execute("DROP VIEW titles")
    roles.let_read(admin, tenants["dev"], [])


def test_exactly_what_is_named_can_be_read(admin, dev, tenants):
    roles.let_read(admin, tenants["dev"], ["prod.posts"])
    assert dev.execute("SELECT title FROM prod.posts").fetchone() == ("a title",)
    for attack in (
        "SELECT * FROM prod.users", "DELETE FROM prod.posts", "SELECT prod.peek()",
        "SELECT last_value FROM prod.posts_id_seq", "CREATE TABLE prod.mine (a integer)",
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            dev.execute(attack)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        dev.execute("INSERT INTO extensions.partywall_read VALUES ('prod', 'users', 'walled_dev')")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        dev.execute("SELECT extensions.partywall_grant()")
    roles.let_read(admin, tenants["dev"], [])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        dev.execute("SELECT title FROM prod.posts")


def test_a_table_that_is_made_anew_can_be_read_again(server, admin, dev, tenants):
    roles.let_read(admin, tenants["dev"], ["prod.later"])
    with server.connect("walled", "walled_prod", "prod") as prod:
        for number in (1, 2):
            prod.execute(f"CREATE TABLE later AS SELECT {number} AS one")
            assert dev.execute("SELECT one FROM prod.later").fetchone() == (number,)
            prod.execute("DROP TABLE later")
    roles.let_read(admin, tenants["dev"], [])


@pytest.mark.parametrize("table", ["dev.mine", "posts", "prod.", ".posts"])
def test_what_is_no_table_of_another_is_refused(admin, tenants, table):
    with pytest.raises(BadInput, match="no table of another"):
        roles.let_read(admin, tenants["dev"], [table])


def test_extensions_are_everybodys(admin, dev, tenants):
    roles.extend(admin, ["vector"])
    assert dev.execute("SELECT '[1,2]'::vector::text").fetchone() == ("[1,2]",)
    dev.execute("CREATE EXTENSION IF NOT EXISTS vector")
    with pytest.raises(MachineFailed, match="the extension nothing cannot be made"):
        roles.extend(admin, ["nothing"])


def test_a_schema_of_somebody_else_is_refused(admin):
    admin.execute("CREATE SCHEMA taken")
    taken = Tenant(database="walled", schema="taken", role="walled_taken")
    with pytest.raises(Refused, match="belongs to the role keeper"):
        roles.ensure(admin, taken, Secret("x"))


def test_what_is_removed_is_kept_aside(server, admin, tenants):
    gone = Tenant(database="walled", schema="gone", role="walled_gone")
    roles.ensure(admin, gone, Secret("gone"))
    with server.connect("walled", "walled_gone", "gone") as connection:
        connection.execute("CREATE TABLE rows AS SELECT 7 AS one")
    kept = roles.set_aside(admin, gone)
    assert admin.execute(f"SELECT one FROM {kept}.rows").fetchone() == (7,)
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        server.connect("walled", "walled_gone", "gone")
    assert roles.set_aside(admin, gone) == ""
    roles.ensure(admin, gone, Secret("new"))
    with server.connect("walled", "walled_gone", "new") as connection:
        assert connection.execute("SELECT to_regclass('rows')").fetchone() == (None,)


def test_of_what_was_there_for_a_while_nothing_is_kept(server, admin, tenants):
    names = "SELECT nspname FROM pg_namespace UNION SELECT rolname FROM pg_roles"
    large = "SELECT count(*) FROM pg_largeobject_metadata"
    before = set(admin.execute(names).fetchall()), admin.execute(large).fetchone()
    passing = Tenant(database="walled", schema="passing", role="walled_passing")
    roles.ensure(admin, passing, Secret("passing"))
    roles.let_read(admin, passing, ["prod.posts"])
    with server.connect("walled", "walled_passing", "passing") as connection:
        connection.execute("CREATE TABLE rows AS SELECT title FROM prod.posts")
        connection.execute("SELECT lo_create(0)")
    with server.connect("walled", "walled_passing", "passing"):
        roles.drop(admin, passing)
    roles.drop(admin, passing)
    assert (set(admin.execute(names).fetchall()), admin.execute(large).fetchone()) == before
    readers = "SELECT role FROM extensions.partywall_read"
    assert ("walled_passing",) not in admin.execute(readers).fetchall()


def test_twice_is_once(admin, tenants):
    for name, tenant in tenants.items():
        roles.ensure(admin, tenant, Secret(name))
    assert admin.execute("SELECT count(*) FROM prod.users").fetchone() == (1,)
