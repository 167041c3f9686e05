"""Migrations with what has to be said of each."""

from __future__ import annotations

from typing import NamedTuple


class Plant(NamedTuple):
    """A file of SQL, as `psql` runs it, and the judgement of it."""

    sql: str
    kind: str = ""
    """Of a reason that has to be given; empty: it is safe."""
    fragment: str = ""
    """What the statement holds that this reason has to name."""
    fails: bool = False
    options: tuple[str, ...] = ("-v", "ON_ERROR_STOP=1")


SAFE = {
    "a column that may be empty": "ALTER TABLE orders ADD COLUMN gift text",
    "a column with a constant": "ALTER TABLE orders ADD gift boolean NOT NULL DEFAULT false",
    "a table": "CREATE TABLE tags (id bigserial PRIMARY KEY, word text NOT NULL UNIQUE);"
        " CREATE INDEX tags_word ON tags (lower(word));",
    "an index, concurrently": "CREATE INDEX CONCURRENTLY orders_made ON orders (made)",
    "a unique index, concurrently": "CREATE UNIQUE INDEX CONCURRENTLY once ON orders (reference);"
        " ALTER TABLE orders ADD CONSTRAINT only_once UNIQUE USING INDEX once",
    "an index of a small table": "CREATE INDEX audit_what ON audit (what)",
    "a foreign key in two steps": "ALTER TABLE audit ADD country text;"
        " ALTER TABLE orders ADD buyer bigint; ALTER TABLE orders ADD CONSTRAINT bought"
        " FOREIGN KEY (buyer) REFERENCES users NOT VALID;"
        " ALTER TABLE orders VALIDATE CONSTRAINT bought",
    "not null in steps": "ALTER TABLE users ADD CONSTRAINT known"
        " CHECK (name IS NOT NULL) NOT VALID;"
        " ALTER TABLE users VALIDATE CONSTRAINT known;"
        " ALTER TABLE users ALTER name SET NOT NULL; ALTER TABLE users DROP CONSTRAINT known",
    "a longer text": "ALTER TABLE users ALTER name TYPE varchar(80)",
    "a value of an enum": "ALTER TYPE order_state ADD VALUE 'lost' AFTER 'sent'",
    "some rows": "INSERT INTO countries SELECT 'd' || n, 'D' FROM generate_series(1, 100) n;"
        " UPDATE countries SET name = upper(name); UPDATE users SET visits = 0 WHERE id < 1000",
    "a view and a function": "CREATE VIEW rich AS SELECT id FROM users WHERE balance > 100;"
        " CREATE FUNCTION half(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n / 2'",
    "a comment and a default": "COMMENT ON TABLE orders IS 'Orders; all of them';"
        " ALTER TABLE orders ALTER note SET DEFAULT ''",
    "in one transaction": "BEGIN; ALTER TABLE orders ADD gift text;"
        " COMMENT ON COLUMN orders.gift IS 'for whom'; COMMIT",
    "what only takes something away": "ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;"
        " ALTER TABLE users ALTER balance DROP NOT NULL;"
        " ALTER TABLE users ALTER visits DROP DEFAULT, ALTER visits DROP NOT NULL",
    "a wider number": "ALTER TABLE users ALTER balance TYPE numeric(12, 2)",
    "many new rows": "INSERT INTO audit (what) SELECT 'seen' FROM generate_series(1, 150000);"
        " CREATE TABLE copied AS SELECT * FROM users;"
        " CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) FROM orders GROUP BY 1",
    "a trigger": "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END';"
        " CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()",
    "a table made anew under its name": "BEGIN; CREATE TABLE audit2 (LIKE audit INCLUDING ALL);"
        " INSERT INTO audit2 SELECT * FROM audit; ALTER SEQUENCE audit_id_seq OWNED BY audit2.id;"
        " DROP TABLE audit; ALTER TABLE audit2 RENAME TO audit; COMMIT",
    "as another role, and talkative": "SET client_min_messages = debug5; SET search_path = '';"
        " SET ROLE app; ALTER TABLE public.orders ADD gift text",
    "not null, not valid": "ALTER TABLE users ADD CONSTRAINT known NOT NULL name NOT VALID;"
        " ALTER TABLE users VALIDATE CONSTRAINT known",
    "a temporary table": "BEGIN; CREATE TEMP TABLE scratch AS SELECT id FROM users;"
        " TRUNCATE scratch; DROP TABLE scratch; COMMIT",
}  # fmt: skip

RISKY = {
    "an index": Plant("CREATE INDEX orders_made ON orders (made)", "index", "CREATE INDEX"),
    "a unique index": Plant("ALTER TABLE countries ADD note text;"
        " CREATE UNIQUE INDEX once ON orders (reference)", "index", "CREATE UNIQUE INDEX"),
    "reindex": Plant("REINDEX TABLE orders", "index", "REINDEX TABLE"),
    "another type": Plant("ALTER TABLE orders ALTER total TYPE bigint", "rewrite", "TYPE bigint"),
    "a key that grows": Plant("ALTER TABLE countries ADD note text;"
        " ALTER TABLE orders ALTER COLUMN id TYPE bigint", "rewrite", "id TYPE bigint"),
    "a default that is asked for": Plant("ALTER TABLE orders ADD token uuid NOT NULL"
        " DEFAULT gen_random_uuid()", "rewrite", "gen_random_uuid"),
    "unlogged": Plant("ALTER TABLE orders SET UNLOGGED", "rewrite", "SET UNLOGGED"),
    "an enum made anew": Plant("CREATE TYPE state2 AS ENUM ('new', 'paid', 'sent', 'lost');"
        " ALTER TABLE orders ALTER state DROP DEFAULT;"
        " ALTER TABLE orders ALTER state TYPE state2 USING state::text::state2;"
        " ALTER TABLE orders ALTER state SET DEFAULT 'new'; DROP TYPE order_state;"
        " ALTER TYPE state2 RENAME TO order_state", "rewrite", "TYPE state2 USING"),
    "vacuum full": Plant("VACUUM FULL orders", "rewrite", "VACUUM FULL"),
    "cluster": Plant("CLUSTER orders USING orders_pkey", "rewrite", "CLUSTER"),
    "not null": Plant("ALTER TABLE users ALTER name SET NOT NULL", "scan", "SET NOT NULL"),
    "a check": Plant("ALTER TABLE orders ADD CONSTRAINT few CHECK (total < 100000)",
        "scan", "CHECK"),
    "a foreign key": Plant("ALTER TABLE orders ADD buyer bigint;"
        " ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users", "scan", "FOREIGN KEY"),
    "a unique key": Plant("ALTER TABLE orders ADD UNIQUE (reference)", "scan", "ADD UNIQUE"),
    "validated at once": Plant("BEGIN; ALTER TABLE orders ADD CONSTRAINT few"
        " CHECK (total < 100000) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT few; COMMIT",
        "scan", "VALIDATE CONSTRAINT"),
    "a generated column": Plant("ALTER TABLE orders ADD twice integer"
        " GENERATED ALWAYS AS (total * 2) STORED", "rewrite", "GENERATED ALWAYS"),
    "a number that loses its cents": Plant("ALTER TABLE users ALTER balance TYPE integer",
        "old-code", "balance TYPE integer"),
    "a partition that is read whole": Plant("CREATE TABLE parted (LIKE orders)"
        " PARTITION BY RANGE (id); ALTER TABLE parted ATTACH PARTITION orders"
        " FOR VALUES FROM (0) TO (1000000)", "scan", "ATTACH PARTITION"),
    "another schema": Plant("CREATE SCHEMA old; ALTER TABLE audit SET SCHEMA old",
        "old-code", "SET SCHEMA old"),
    "emptied": Plant("TRUNCATE audit", "data-loss", "TRUNCATE audit"),
    "emptied by a function": Plant("DO $$ BEGIN EXECUTE 'TRUNCATE audit'; END $$",
        "data-loss", "DO $$"),
    "rows deleted": Plant("DELETE FROM audit WHERE id > 100", "data-loss", "DELETE FROM audit"),
    "a table dropped": Plant("DROP TABLE audit", "data-loss", "DROP TABLE audit"),
    "a column dropped": Plant("ALTER TABLE countries ADD x text; ALTER TABLE users DROP phone",
        "data-loss", "DROP phone"),
    "a column that old code reads": Plant("ALTER TABLE users DROP COLUMN phone",
        "old-code", "DROP COLUMN phone"),
    "a column renamed": Plant("ALTER TABLE users RENAME phone TO mobile",
        "old-code", "RENAME phone"),
    "a table renamed": Plant("ALTER TABLE audit RENAME TO log", "old-code", "RENAME TO log"),
    "a value renamed": Plant("ALTER TYPE order_state RENAME VALUE 'new' TO 'open'",
        "old-code", "RENAME VALUE"),
    "a column that old code does not fill": Plant("ALTER TABLE drafts ADD author text NOT NULL",
        "old-code", "ADD author"),
    "every row": Plant("UPDATE orders SET note = coalesce(note, '')", "many-rows", "UPDATE orders"),
    "every row, in a block": Plant("DO $$ BEGIN UPDATE orders SET total = total + 1; END $$",
        "many-rows", "DO $$"),
    "two tables at once": Plant("BEGIN; ALTER TABLE users ADD nick text;"
        " ALTER TABLE orders ADD gift text; COMMIT", "lock-order", "ALTER TABLE orders"),
    "a long lock": Plant("BEGIN; ALTER TABLE users ADD nick text; SELECT pg_sleep(1.2); COMMIT",
        "long-lock", "ALTER TABLE users"),
    "a long lock against writes": Plant("BEGIN; LOCK TABLE countries IN SHARE MODE;"
        " SELECT pg_sleep(2.2); COMMIT", "long-lock", "LOCK TABLE countries"),
    "a view for a long time": Plant("BEGIN; DO $$ BEGIN EXECUTE 'LOCK TABLE drafts'; END $$;"
        " SELECT pg_sleep(1.2); COMMIT", "long-lock", "DO $$"),
}  # fmt: skip

REAL = {
    "not null with nulls": Plant("ALTER TABLE users ADD nick text;"
        " ALTER TABLE users ALTER phone SET NOT NULL", "real-data", "SET NOT NULL"),
    "unique with duplicates": Plant("ALTER TABLE users ADD UNIQUE (email)",
        "real-data", "UNIQUE (email)"),
    "unique with duplicates, concurrently": Plant("CREATE UNIQUE INDEX CONCURRENTLY one"
        " ON users (email)", "real-data", "CREATE UNIQUE INDEX CONCURRENTLY"),
    "a number that is too large": Plant("ALTER TABLE orders ALTER total TYPE smallint",
        "real-data", "TYPE smallint"),
    "a text that is no number": Plant("ALTER TABLE users ALTER zip TYPE integer USING zip::integer",
        "real-data", "USING zip::integer"),
    "a text that is too long": Plant("ALTER TABLE users ALTER name TYPE varchar(8)",
        "real-data", "varchar(8)"),
    "a foreign key without its row": Plant("ALTER TABLE audit ADD FOREIGN KEY (user_id)"
        " REFERENCES users", "real-data", "FOREIGN KEY (user_id)"),
    "a column that must be filled": Plant("ALTER TABLE users ADD born date NOT NULL",
        "real-data", "born date NOT NULL"),
    "a check that is violated": Plant("ALTER TABLE orders ADD CHECK (total < 1000)",
        "real-data", "CHECK (total < 1000)"),
    "rows that cannot be converted": Plant("ALTER TABLE users ADD number integer;"
        " UPDATE users SET number = zip::integer", "real-data", "SET number"),
    "a constraint that fails when all is done": Plant("BEGIN; ALTER TABLE audit ADD CONSTRAINT who"
        " FOREIGN KEY (user_id) REFERENCES users DEFERRABLE INITIALLY DEFERRED NOT VALID;"
        " UPDATE audit SET user_id = user_id + 1000000; COMMIT", "real-data", "COMMIT"),
}  # fmt: skip

FAILING = {
    "a value used at once": Plant("BEGIN; ALTER TYPE order_state ADD VALUE 'lost';"
        " UPDATE orders SET state = 'lost' WHERE id = 1; COMMIT", "failed", "UPDATE orders"),
    "a mistake": Plant("ALTER TABLE orders ADD a text; ALTER TABEL orders ADD b text",
        "failed", "ALTER TABEL"),
    "no such table": Plant("ALTER TABLE oders ADD a text", "failed", "ALTER TABLE oders"),
    "concurrently in a transaction": Plant("BEGIN; CREATE INDEX CONCURRENTLY i ON orders (made);"
        " COMMIT", "failed", "CREATE INDEX CONCURRENTLY"),
    "its own time is over": Plant("SET statement_timeout = '300ms'; SELECT pg_sleep(5)",
        "timeout", "pg_sleep(5)"),
    "gone past": Plant("ALTER TABLE users ALTER phone SET NOT NULL; ALTER TABLE users ADD a text",
        "failed", "SET NOT NULL", options=()),
}  # fmt: skip

PLANTS = {
    **{name: Plant(sql) for name, sql in SAFE.items()},
    **RISKY,
    **{name: plant._replace(fails=True) for name, plant in {**REAL, **FAILING}.items()},
}
