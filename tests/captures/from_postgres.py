"""Watches a PostgreSQL of its own as a rehearsal does, and keeps what it logs."""

import contextlib
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE / "postgres"
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "src")]

TABLES = """
CREATE TABLE users (id integer PRIMARY KEY, name text, phone text);
CREATE TABLE orders (id integer PRIMARY KEY, user_id integer REFERENCES users, note text);
INSERT INTO users SELECT n, 'User ' || n, CASE WHEN n <> 7 THEN '+49' END FROM generate_series(1, 2000) n;
INSERT INTO orders SELECT n, n, 'a' FROM generate_series(1, 2000) n;
"""
FILE = """-- a file, as psql sends it
BEGIN;
ALTER TABLE users ADD nick text;
UPDATE users SET nick = 'a
b';
ALTER TABLE orders ALTER id TYPE bigint;
COMMIT;
TRUNCATE orders;
CREATE INDEX CONCURRENTLY named ON users (name);
ALTER TABLE users ALTER phone SET NOT NULL;
"""
WHOLE = """SET search_path = public; -- sent as one
ALTER TABLE users ADD nick text;
UPDATE users SET nick = name; DELETE FROM orders WHERE id = 1;
CREATE INDEX named ON users (name);
ALTER TABLE users ALTER phone SET NOT NULL;
DROP TABLE orders"""


def psql(server, _):
    """Statement after statement; the last one fails."""
    from fakes.postgres import run

    run(
        ["psql", "-X", "-h", "127.0.0.1", "-p", str(server.port), "-U", "app", "-d", "shop"],
        input=FILE, env={"PGPASSWORD": "app"},
    )  # fmt: skip


def whole(server, app):
    """Many commands in one statement; the last but one fails."""
    import psycopg

    with contextlib.suppress(psycopg.Error):
        app.execute(WHOLE)


def extended(server, app):
    """Prepared, with parameters; a wait while it is parsed, and errors at each stage."""
    import psycopg

    with server.connect("shop", "app", "app") as other:
        for n in range(7):
            app.execute("UPDATE users SET name = %s WHERE id = %s", [f"{n}", n], prepare=True)
        other.execute("BEGIN; LOCK TABLE users")
        waiting = threading.Thread(
            target=lambda: app.execute("UPDATE users SET phone = %s WHERE id = 7", ["1"])
        )
        waiting.start()
        time.sleep(0.4)
        other.execute("COMMIT")
        waiting.join()
        for wrong in ("SELEC 1", "SELECT oops", "SELECT 1 / %s::int - 1 / (id - 1) FROM users"):
            with contextlib.suppress(psycopg.Error):
                app.execute(wrong, [1] if "%" in wrong else None, prepare=True)


def deadlock(server, app):
    """Two transactions that lock in opposite orders."""
    import psycopg

    def cross(connection, first, second):
        with contextlib.suppress(psycopg.Error), connection.transaction():
            connection.execute(f"UPDATE {first} SET id = id WHERE id = 1")
            time.sleep(0.2)
            connection.execute(f"UPDATE {second} SET id = id WHERE id = 1")

    with server.connect("shop", "app", "app") as other:
        one = threading.Thread(target=cross, args=(app, "users", "orders"))
        one.start()
        cross(other, "orders", "users")
        one.join()


def terminated(server, app):
    """One that runs when its session is ended, and one whose transaction is open."""
    import psycopg

    other = server.connect("shop", "app", "app")
    other.execute("BEGIN")
    other.execute("ALTER TABLE orders ADD nick text")

    def sleeps():
        with contextlib.suppress(psycopg.Error):
            app.execute("SELECT pg_sleep(30)")

    sleeping = threading.Thread(target=sleeps)
    sleeping.start()
    time.sleep(0.3)
    with server.connect("shop") as keeper:
        keeper.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
    sleeping.join()


def capture(_):
    """Every scene in a database of its own, in a file of its own."""
    from fakes.postgres import Server
    from partywall.data.postgres.tracing import running, settings, watcher
    from partywall.data.postgres.tracing.logfile import LogFile
    from partywall.data.postgres.tracing.watch import quiet

    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pw-capture-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "server", "logging_collector=on")
        try:
            with server.connect() as connection:
                connection.execute("CREATE ROLE app LOGIN PASSWORD 'app'")
            for scene in (psql, whole, extended, deadlock, terminated):
                with server.connect() as connection:
                    connection.execute("DROP DATABASE IF EXISTS shop WITH (FORCE)")
                    connection.execute("CREATE DATABASE shop OWNER app")
                with server.connect("shop", "app", "app") as connection:
                    connection.execute(TABLES)
                watching = quiet(lambda: server.connect("shop"))
                settings.tell(watching)
                watcher.install(watching)
                log = LogFile(watching)
                with server.connect("shop", "app", "app") as app:
                    scene(server, app)
                running.are_gone(watching, [watching.info.backend_pid])
                (OUT / f"{scene.__name__}.csv").write_text(log.read())
                watching.close()
        finally:
            server.close()
